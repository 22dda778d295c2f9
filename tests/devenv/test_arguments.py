import pytest

from devenv import selection
from devenv import test as command
from devenv.console import Stop
from devenv.selection import needs_browser, split

BASE = "base_sync_api"
ADDON = "stock_sync_api"
QUEUE = "base_sync_api_queue"
EXAMPLE = "base_sync_api_example"
EXAMPLES = "tests/addons/base_sync_api_example/tests"
RULES = "stock_sync_api/tests/test_rules.py"
JOBS = "base_sync_api_queue/tests/test_job.py"


@pytest.mark.parametrize(
    ("arguments", "selected"),
    [
        (["-x", RULES], {ADDON: ["-x", RULES]}),
        ([f"{RULES}::Test::test_x"], {ADDON: [f"{RULES}::Test::test_x"]}),
        ([JOBS], {QUEUE: [JOBS]}),
        ([EXAMPLES], {EXAMPLE: [EXAMPLES]}),
        (["tests/devenv", "-q"], {"tests": ["-q", "tests/devenv"]}),
        ([ADDON, "tests"], {ADDON: [ADDON], "tests": ["tests"]}),
    ],
)
def test_a_path_decides_where_pytest_runs(arguments, selected):
    assert split(arguments) == selected


@pytest.mark.parametrize("options", [[], ["-k", "name"], ["-k", "tests"]])
def test_without_a_path_pytest_runs_everywhere(options):
    folders = {name: name for name in [BASE, ADDON, QUEUE, "tests"]}
    folders[EXAMPLE] = "tests/addons/base_sync_api_example"
    assert split(options) == {
        name: [*options, folder] for name, folder in folders.items()
    }


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ([], True),
        ([ADDON], True),
        (["-x", f"{ADDON}/tests"], True),
        ([f"{ADDON}/tests/test_tour.py"], True),
        ([RULES], False),
        ([QUEUE], False),
        (["tests/devenv"], False),
        (["-k", "not tour"], False),
        ([ADDON, "-k", "reserved"], False),
    ],
)
def test_only_who_selects_browser_tests_needs_a_browser(arguments, needed):
    assert needs_browser(split(arguments)) is needed


def test_every_test_that_opens_a_browser_is_known():
    tests = selection.PROJECT / ADDON / "tests"
    found = {
        file
        for file in tests.glob("test_*.py")
        if "TourCase" in file.read_text() or "browser_js" in file.read_text()
    }
    assert found == set(selection.browser_tests())


@pytest.mark.parametrize(("user", "sudo"), [(0, ""), (1000, "sudo ")])
def test_without_a_browser_the_tests_stop_with_the_command_that_installs_it(
    monkeypatch, user, sudo
):
    monkeypatch.setattr(selection.shutil, "which", lambda name: None)
    monkeypatch.setattr(selection.os, "geteuid", lambda: user)
    with pytest.raises(Stop, match=f"Chromium: {sudo}apt-get install chromium") as stop:
        command.test([])
    assert "\n" not in str(stop.value)
