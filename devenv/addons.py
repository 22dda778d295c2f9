"""Addons of others that ours can work with.

Beside the virtual environment: pip's check of that would miss Odoo, which it does not
know while it checks.
"""

import shutil

from . import fingerprint, process, venv
from .console import step
from .paths import OTHER_ADDONS, PROJECT

_REQUIREMENTS = PROJECT / "devenv" / "addons.txt"
_STAMP = OTHER_ADDONS / "complete"


def prepare() -> None:
    """Have them in ``OTHER_ADDONS``, where Odoo's configuration looks for addons.

    :raise Stop: one cannot be installed
    """
    wanted = fingerprint.of(_REQUIREMENTS)
    if fingerprint.read(_STAMP) == wanted:
        return
    shutil.rmtree(OTHER_ADDONS, ignore_errors=True)
    with step("Installing addons of others"):
        process.run(
            [
                *(venv.PYTHON, "-m", "pip", "install", "--no-input", "--no-deps"),
                *("--target", OTHER_ADDONS, "--requirement", _REQUIREMENTS),
            ],
            what="The installation of addons",
            log=process.log_file("pip-addons"),
            environment={"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )
    fingerprint.write(_STAMP, wanted)
