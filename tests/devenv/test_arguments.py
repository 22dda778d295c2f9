import pytest

from devenv.test import split

ADDON = "stock_sync_api"
QUEUE = "stock_sync_api_queue"
RULES = "stock_sync_api/tests/test_rules.py"
JOBS = "stock_sync_api_queue/tests/test_job.py"


@pytest.mark.parametrize(
    ("arguments", "selected"),
    [
        (["-x", RULES], {ADDON: ["-x", RULES]}),
        ([f"{RULES}::Test::test_x"], {ADDON: [f"{RULES}::Test::test_x"]}),
        ([JOBS], {QUEUE: [JOBS]}),
        (["tests/devenv", "-q"], {"tests": ["-q", "tests/devenv"]}),
        ([ADDON, "tests"], {ADDON: [ADDON], "tests": ["tests"]}),
    ],
)
def test_a_path_decides_where_pytest_runs(arguments, selected):
    assert split(arguments) == selected


@pytest.mark.parametrize("options", [[], ["-k", "name"], ["-k", "tests"]])
def test_without_a_path_pytest_runs_everywhere(options):
    folders = [ADDON, QUEUE, "tests"]
    assert split(options) == {folder: [*options, folder] for folder in folders}
