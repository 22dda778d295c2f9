"""``make lint``: style, types and well-formedness; no network once installed."""

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import venv
from .console import say
from .lock import preparing
from .paths import ADDONS, PROJECT

_CHECKS: dict[str, list[str]] = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "devenv", "mock_api", "benchmarks"],
    "pylint-odoo": ["pylint", *ADDONS],
}


def lint() -> int:
    """Run every check and return 1 if one of them complains."""
    with preparing():
        venv.prepare()
    failed = [name for name, command in _CHECKS.items() if not _passes(name, command)]
    errors = [error for addon in ADDONS for error in xml_errors(PROJECT / addon)]
    for error in errors:
        say(error)
    if errors:
        failed.append("XML")
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def xml_errors(folder: Path) -> list[str]:
    """Where XML files of a folder are not well-formed."""
    errors = []
    for path in sorted(folder.rglob("*.xml")):
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            errors.append(f"{path}: {error}")
    return errors


def _passes(name: str, command: list[str]) -> bool:
    say(f"{name}:")
    run = [str(venv.PYTHON), "-m", *command]
    return not subprocess.run(run, cwd=PROJECT, check=False).returncode
