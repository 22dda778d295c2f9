import pytest

from devenv.test import split

RULES = "stock_sync_api/tests/test_rules.py"


@pytest.mark.parametrize(
    ("arguments", "addon", "others"),
    [
        ([], ["stock_sync_api"], ["tests"]),
        (["-k", "name"], ["-k", "name", "stock_sync_api"], ["-k", "name", "tests"]),
        (["-k", "tests"], ["-k", "tests", "stock_sync_api"], ["-k", "tests", "tests"]),
        (["-x", RULES], ["-x", RULES], []),
        ([f"{RULES}::Test::test_x"], [f"{RULES}::Test::test_x"], []),
        (["tests/devenv", "-q"], [], ["-q", "tests/devenv"]),
        (["stock_sync_api", "tests"], ["stock_sync_api"], ["tests"]),
    ],
)
def test_a_path_decides_where_pytest_runs(arguments, addon, others):
    assert split(arguments) == (addon, others)
