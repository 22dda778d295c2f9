"""An Odoo with the addons of an earlier version, and what it has made."""

from pathlib import Path
from typing import Any

from earlier_company import CODE, OF_SECOND, PRODUCTS, SECRETS
from local_api import LocalApi
from odoo_database import OdooDatabase

from devenv.odoo import Runtime
from devenv.paths import ODOO_DATA, OTHER_ADDONS

ADDON = "stock_sync_api"


def open_earlier(
    runtime: Runtime, name: str, folder: Path, addons: Path
) -> OdooDatabase:
    """
    :param addons: a folder with the earlier addons
    """
    configuration = folder / "earlier.conf"
    configuration.write_text(
        f"[options]\naddons_path = {addons},{OTHER_ADDONS / 'odoo' / 'addons'}\n"
        f"data_dir = {ODOO_DATA}\n"
    )
    return OdooDatabase(runtime, name, folder, {"ODOO_RC": str(configuration)})


def set_up_company(
    database: OdooDatabase, apis: dict[str, LocalApi]
) -> dict[str, list[int]]:
    """:return: what the runs are about, and their ids"""
    given = {
        "urls": {name: api.url for name, api in apis.items()},
        "secrets": SECRETS,
        "products_of_first": PRODUCTS,
        "products_of_second": OF_SECOND,
    }
    values = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    return database.shell(values + CODE)


def rows(database: OdooDatabase, table: str, *, system: str = "") -> dict[int, Any]:
    """:return: dict of id to a row as a dictionary
    :param system: columns of PostgreSQL's own, to have with them
    """
    columns = f"{system}::text, " if system else ""
    found = database.query(f"SELECT id, {columns}to_jsonb(t) FROM {table} t")
    return {row[0]: row[1:] if system else row[1] for row in found}
