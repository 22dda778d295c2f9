"""The virtual environment with everything that Odoo and the tests import."""

import importlib.util
import shutil
import sys
from pathlib import Path

from . import fingerprint, process
from .console import Stop, step
from .paths import PROJECT, VENV

PYTHON = VENV / "bin" / "python"
# Makes Odoo importable; written by odoo_source.
ODOO_PATH_FILE = "odoo.pth"
_STAMP = VENV / "complete"


def requirement_files() -> list[Path]:
    """Our own requirements, and those of the other packages of the project."""
    candidates = [
        *sorted((PROJECT / "devenv").glob("requirements-*.txt")),
        PROJECT / "mock_api" / "requirements.txt",
        *sorted((PROJECT / "tests").glob("*/requirements.txt")),
    ]
    return [path for path in candidates if path.is_file()]


def site_packages() -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return VENV / "lib" / version / "site-packages"


def prepare() -> None:
    """Create or complete the virtual environment.

    :raise Stop: Python's venv is missing, or a package cannot be installed
    """
    files = requirement_files()
    # A virtual environment holds its own path and that of its Python.
    base = fingerprint.of(str(VENV), sys.version, sys.base_prefix)
    wanted = f"{base} {fingerprint.of(*files)}"
    present = fingerprint.read(_STAMP) or ""
    if present == wanted:
        return
    _STAMP.unlink(missing_ok=True)
    if present.split(" ")[0] != base:
        _create()
    # pip would see Odoo through it, and miss psycopg2 beside psycopg2-binary.
    (site_packages() / ODOO_PATH_FILE).unlink(missing_ok=True)
    log = process.log_file("pip")
    arguments = [part for path in files for part in ("--requirement", str(path))]
    with step("Installing Python packages"):
        process.run(
            [
                PYTHON,
                "-m",
                "pip",
                "install",
                "--no-input",
                "--prefer-binary",
                *arguments,
            ],
            what="The installation of Python packages",
            log=log,
            environment={"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )
        process.run(
            [PYTHON, "-m", "pip", "check"],
            what="The check of Python packages",
            log=process.log_file("pip-check"),
        )
    fingerprint.write(_STAMP, wanted)


def _create() -> None:
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise Stop("Python's venv is missing: install the package python3-venv.")
    shutil.rmtree(VENV, ignore_errors=True)
    with step("Creating the virtual environment"):
        process.run(
            [sys.executable, "-m", "venv", VENV],
            what="The creation of the virtual environment",
            log=process.log_file("venv"),
        )
