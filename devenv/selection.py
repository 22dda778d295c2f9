"""What the arguments of ``make test`` select."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from .console import Stop
from .paths import ADDON, ADDONS, EXAMPLE_ADDON, PROJECT, folder_of

_FOLDERS = (*ADDONS, EXAMPLE_ADDON, "tests")
_BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
_SELECTING = {"-k", "-m"}
_OPTIONS_WITH_VALUE = {"-c", "-k", "-m", "-n", "-o", "-p", "-r", "-W"}


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
            addons = (name for name in _FOLDERS if path.is_relative_to(folder_of(name)))
            paths[next(addons, "tests")].append(argument)
        before = argument
    if not any(paths.values()):
        paths = {name: [str(folder_of(name).relative_to(PROJECT))] for name in _FOLDERS}
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
    return any(test.is_relative_to(path) for path in paths for test in browser_tests())


def browser_tests() -> list[Path]:
    return list((PROJECT / ADDON / "tests").glob("test_tour*.py"))


def require_browser() -> None:
    """:raise Stop: there is no browser; with the command that installs one"""
    if any(map(shutil.which, _BROWSERS)):
        return
    sudo = "" if os.geteuid() == 0 else "sudo "
    raise Stop(
        f"The browser tests need Chromium: {sudo}apt-get install chromium (without"
        """ them: make test ARGS='-k "not tour"')"""
    )
