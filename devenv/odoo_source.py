"""Odoo itself: the user's own, or Debian's package unpacked in our folder."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import apt, fingerprint, settings, venv
from .console import Stop, step
from .paths import DOWNLOADED_ODOO

_SERIES = "19.0"
# The fonts and scripts that Odoo's files are links to: without them the login page
# answers 500.
_PACKAGES = [
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
]
# Removed from Debian's package for its licence; the web client asks for it, and a
# browser test fails on the missing file.
_REMOVED = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
# Two thirds of the disk space: every language but English and French.
_TRANSLATIONS = ("*/i18n/[!f]*.po", "*/i18n/f[!r]*.po")
_STAMP = DOWNLOADED_ODOO / "complete"


@dataclass(frozen=True)
class Odoo:
    """An Odoo that can be imported from the folder ``home``."""

    home: Path
    version: str


def series_of(home: Path) -> str | None:
    """The series (``19.0``) of the Odoo in a folder, if there is one."""
    try:
        release = (home / "odoo" / "release.py").read_text()
    except OSError:
        return None
    numbers = re.search(r"^version_info = \((\d+), (\d+)", release, re.MULTILINE)
    return f"{numbers[1]}.{numbers[2]}" if numbers else None


def find(home: Path) -> Path:
    """The folder to import from, in the user's ODOO_HOME.

    :raise Stop: no Odoo 19 there
    """
    candidates = [home, home.parent, home / "usr/lib/python3/dist-packages"]
    for candidate in candidates:
        series = series_of(candidate)
        if series == _SERIES:
            return candidate
        if series:
            raise Stop(
                f"ODOO_HOME={home} is Odoo {series}; this addon needs {_SERIES}."
            )
    raise Stop(f"ODOO_HOME={home} has no package odoo: give the folder that has it.")


def prepare() -> Odoo:
    """Have Odoo ready to be imported in the virtual environment.

    :raise Stop: it is not where the user says, or it cannot be downloaded
    """
    chosen = settings.odoo_home()
    if chosen:
        home = find(chosen)
        odoo = Odoo(home, f"{_SERIES} {home}")
    else:
        odoo = Odoo(DOWNLOADED_ODOO / "usr/lib/python3/dist-packages", _downloaded())
    # The package's own metadata lies beside it, so pip knows that Odoo is there.
    path_file = venv.site_packages() / venv.ODOO_PATH_FILE
    if fingerprint.read(path_file) != str(odoo.home):
        fingerprint.write(path_file, str(odoo.home))
    return odoo


def _downloaded() -> str:
    version = fingerprint.read(_STAMP)
    if version:
        return version
    packages = apt.fetch(_PACKAGES, "Odoo 19 (125 MB)")
    with step("Unpacking Odoo"):
        unpacked = DOWNLOADED_ODOO.with_name("odoo.part")
        shutil.rmtree(unpacked, ignore_errors=True)
        shutil.rmtree(DOWNLOADED_ODOO, ignore_errors=True)
        unpacked.mkdir()
        apt.unpack(packages, unpacked, without=_TRANSLATIONS)
        addons = unpacked / "usr/lib/python3/dist-packages/odoo/addons"
        removed = addons / _REMOVED
        removed.parent.mkdir(parents=True, exist_ok=True)
        removed.touch()
        version = next(packages.glob("odoo-19_*.deb")).stem
        fingerprint.write(unpacked / _STAMP.name, version)
        unpacked.replace(DOWNLOADED_ODOO)
    apt.forget()
    return version
