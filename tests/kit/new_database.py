"""An Odoo that has the addons that it is given, and no other of this repository."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from odoo_database import OdooDatabase

from devenv.odoo import Runtime
from devenv.paths import ADDONS, ODOO_DATA, PROJECT

NewDatabase = Callable[..., OdooDatabase]

#: what Odoo has noted of our addons, which are not installed
_FORGET = f"""
    DELETE FROM ir_model_data
     WHERE module = 'base' AND name IN {tuple(f"module_{name}" for name in ADDONS)};
    DELETE FROM ir_module_module WHERE name IN {ADDONS};
"""


def forget_addons(runtime: Runtime, name: str) -> None:
    """Make a database one whose Odoo has never seen our addons."""
    runtime.server.query(_FORGET, name)


def open_database(
    runtime: Runtime,
    name: str,
    folder: Path,
    addons: Path | str | None = PROJECT,
    packages: Path | None = None,
) -> OdooDatabase:
    """
    :param folder: where Odoo's commands run
    :param addons: a folder with addons beside Odoo's own; commas between several
    :param packages: one to import from, as if pip had installed it there
    """
    configuration = folder / "odoo.conf"
    configuration.write_text(
        f"[options]\naddons_path = {addons or ''}\ndata_dir = {ODOO_DATA}\n"
    )
    environment = {"ODOO_RC": str(configuration), "PYTHONPATH": str(packages or "")}
    return OdooDatabase(replace(runtime, testing=False), name, folder, environment)
