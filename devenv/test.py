"""``make test``: every test, or those that pytest's own arguments select."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import client_versions, databases, ports, process, test_log, venv
from .console import Stop, say, step
from .environment import prepared
from .lock import alone, preparing
from .odoo import Runtime
from .paths import ADDON, ADDONS, LOGS, PROJECT, QUEUE_ADDON
from .settings import in_ci

# A test with this tag needs the modules of the full database.
FULL_TAG = "stock_sync_full"
_FOLDERS = (*ADDONS, "tests")
_NO_TESTS = 5  # pytest's exit code
_BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
_SELECTING = {"-k", "-m"}
_OPTIONS_WITH_VALUE = {"-c", "-k", "-m", "-n", "-o", "-p", "-r", "-W"}


def test(arguments: Sequence[str]) -> int:
    """Run every test; with arguments, those that pytest selects by them.

    :raise Stop: something is missing or fails before the tests
    """
    selected = split(arguments)
    if needs_browser(selected):
        _check_browser()
    with alone("test", "Another command runs the tests"), prepared() as runtime:
        codes = []
        if not arguments:
            with preparing():
                databases.full_template(runtime)
            codes.append(_odoo(runtime, databases.STOCK, ADDON, f",-{FULL_TAG}"))
            codes.append(_odoo(runtime, databases.FULL, ADDON))
            codes.append(_odoo(runtime, databases.STOCK, QUEUE_ADDON))
        for folder, options in selected.items():
            if folder == "tests":
                environment = runtime.server.environment
                codes.append(_pytest(folder, ["-p", "no:odoo", *options], environment))
            else:
                codes.append(_addon_through_pytest(runtime, folder, options))
        if not arguments:
            codes += [_client_with(path) for path in client_versions.all_versions()]
    if set(codes) == {_NO_TESTS}:
        raise Stop("No test was selected.", code=_NO_TESTS)
    return max(code for code in codes if code != _NO_TESTS)


def split(arguments: Sequence[str]) -> dict[str, list[str]]:
    """Arguments for pytest in each addon and in ``tests``.

    Paths decide where it runs; without any it runs everywhere.
    """
    paths: dict[str, list[str]] = {folder: [] for folder in _FOLDERS}
    common: list[str] = []
    before = ""
    for argument in arguments:
        path = (PROJECT / argument.split("::")[0]).resolve()
        if before in _OPTIONS_WITH_VALUE or not path.exists():
            common.append(argument)
        else:
            addons = (name for name in _FOLDERS if path.is_relative_to(PROJECT / name))
            paths[next(addons, "tests")].append(argument)
        before = argument
    if not any(paths.values()):
        paths = {folder: [folder] for folder in _FOLDERS}
    return {folder: [*common, *some] for folder, some in paths.items() if some}


def needs_browser(selected: Mapping[str, Sequence[str]]) -> bool:
    """Whether tests that need a browser are among those that are selected.

    Who selects by name, mark or test knows what for.

    :param selected: arguments for pytest; see :func:`split`
    """
    arguments = selected.get(ADDON, [])
    if _SELECTING.intersection(arguments):
        return False
    paths = [PROJECT / argument for argument in arguments if "::" not in argument]
    return any(test.is_relative_to(path) for path in paths for test in _browser_tests())


def _browser_tests() -> list[Path]:
    return list((PROJECT / ADDON / "tests").glob("test_tour*.py"))


def _check_browser() -> None:
    """:raise Stop: there is no browser; with the command that installs one"""
    if any(map(shutil.which, _BROWSERS)):
        return
    sudo = "" if os.geteuid() == 0 else "sudo "
    raise Stop(
        f"The browser tests need Chromium: {sudo}apt-get install chromium (without"
        """ them: make test ARGS='-k "not tour"')"""
    )


def _odoo(runtime: Runtime, template: str, addon: str, other_tags: str = "") -> int:
    """Run an addon's tests as Odoo does when it installs the addon."""
    name = template.replace("template", "test") + addon.removeprefix(ADDON)
    log = process.log_file(name)
    databases.copy(runtime, template, name)
    with step(f"Odoo runs the tests of {addon} in {name}"):
        with log.open("w") as output:
            returned = subprocess.run(
                runtime.command(
                    name,
                    f"--init={addon}",
                    f"--test-tags=/{addon}{other_tags}",
                    f"--http-port={ports.free()}",
                    "--stop-after-init",
                ),
                cwd=PROJECT,
                env={**os.environ, **runtime.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
    text = log.read_text(errors="replace")
    problems = test_log.problems(text, skips_allowed=not in_ci())
    if returned and not problems:
        problems = [f"Odoo ended with the code {returned}."]
    # Every warning and error of the log, with its traceback.
    clean = subprocess.run(
        [
            *(venv.PYTHON, "-m", "checklog_odoo", "--no-echo"),
            *(f"--ignore={pattern}" for pattern in test_log.ALLOWED),
            log,
        ],
        check=False,
    )
    say(test_log.summary(text))
    for problem in problems:
        say(f"{problem} (log: {process.shown(log)})")
    return 1 if problems or clean.returncode else 0


def _addon_through_pytest(
    runtime: Runtime, addon: str, arguments: Sequence[str]
) -> int:
    name = "stock_sync_pytest"
    with preparing():
        template = databases.with_addon(runtime, databases.FULL, addon)
        databases.copy(runtime, template, name)
    options = [f"--odoo-database={name}", "--odoo-http"]
    return _pytest(addon, [*options, *arguments], runtime.environment)


def _client_with(versions: Path) -> int:
    """Run the tests of the client on other versions of its libraries."""
    folder = client_versions.prepare(versions)
    say(f"The client's tests with the {versions.stem} requests and urllib3")
    return _pytest(
        f"client-{versions.stem}",
        ["-p", "no:odoo", "-q", "tests/client"],
        {"PYTHONPATH": str(folder)},
    )


def _pytest(name: str, arguments: Sequence[str], environment: dict[str, str]) -> int:
    report = LOGS / f"pytest-{name}.xml"
    report.unlink(missing_ok=True)
    code = subprocess.run(
        [venv.PYTHON, "-m", "pytest", f"--junitxml={report}", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        check=False,
    ).returncode
    if not code and in_ci() and _skipped(report):
        say("A test was skipped, which CI does not allow.")
        return 1
    return code


def _skipped(report: Path) -> bool:
    suites = ElementTree.parse(report).iter("testsuite")
    return any(int(suite.get("skipped", "0")) for suite in suites)
