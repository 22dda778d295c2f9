"""``make lint``: style, types and well-formedness; no network once installed."""

import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from . import venv
from .console import Stop, say
from .lock import preparing
from .paths import ADDONS, EXAMPLE_ADDON, PROJECT, TEST_ADDONS, folder_of

#: A large model is several small files, one job each: see docs/decisions.md.
_ONE_MODEL_IN_FILES = "--disable=consider-merging-classes-inherited"

#: name and command; .pre-commit-config.yaml has the same names
PROGRAMS: dict[str, list[str]] = {
    "ruff-check": ["ruff", "check", "."],
    "ruff-format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "devenv", "mock_api", "benchmarks"],
    "pylint-odoo": [
        *("pylint", _ONE_MODEL_IN_FILES),
        *(*ADDONS, str(folder_of(EXAMPLE_ADDON))),
    ],
}
CHECKS = (*PROGRAMS, "xml")


def lint(names: Sequence[str]) -> int:
    """Run checks and return 1 if one of them complains.

    :param names: of some of ``CHECKS``; by default all
    :raise Stop: there is no such check
    """
    if unknown := set(names) - set(CHECKS):
        known = ", ".join(CHECKS)
        raise Stop(f"No such check: {', '.join(sorted(unknown))}; {known}.", code=2)
    with preparing():
        venv.prepare()
    failed = [name for name in names or CHECKS if not _passes(name)]
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _passes(name: str) -> bool:
    say(f"{name}:")
    if name in PROGRAMS:
        run = [str(venv.PYTHON), "-m", *PROGRAMS[name]]
        return not subprocess.run(run, cwd=PROJECT, check=False).returncode
    folders = (*map(folder_of, ADDONS), TEST_ADDONS)
    errors = [error for folder in folders for error in xml_errors(folder)]
    for error in errors:
        say(error)
    return not errors


def xml_errors(folder: Path) -> list[str]:
    """Where XML files of a folder are not well-formed."""
    errors = []
    for path in sorted(folder.rglob("*.xml")):
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            errors.append(f"{path}: {error}")
    return errors
