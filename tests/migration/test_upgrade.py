"""A database of an earlier version, upgraded by the addons as they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from earlier_company import PRODUCTS, SECRETS
from earlier_odoo import ADDON, open_earlier, rows, set_up_company
from local_api import LocalApi
from odoo_database import OdooDatabase, copied
from pack_earlier_addons import VERSIONS

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime

#: tables that keep their names
KEPT = ("binding", "level", "location_map", "run_line", "unmatched")
#: tables whose rows are in others now, and which those are
MOVED = {
    "stock_sync_backend": "sync_flow",
    "stock_sync_parameter": "sync_parameter",
    "stock_sync_preset": "sync_preset",
    "stock_sync_run": "sync_run",
    "stock_sync_secret": "sync_secret",
}
FORMER_NAMES = r"stock[._]sync[._](backend|run|parameter|preset|secret)\M(?![._])"


@dataclass
class Upgrade:
    """A database after its upgrade, and what it was before."""

    version: str
    database: OdooDatabase
    runs: dict[str, list[int]]
    before: dict[str, dict[int, Any]]
    log: list[str] = field(default_factory=list)

    def after(self, table: str) -> dict[int, Any]:
        return rows(self.database, table)

    def one(self, sql: str) -> Any:
        [[value]] = self.database.query(sql)
        return value

    def id_of(self, xmlid: str) -> int:
        module, name = xmlid.split(".")
        return self.one(
            f"SELECT res_id FROM ir_model_data"
            f" WHERE module = '{module}' AND name = '{name}'"
        )


@pytest.fixture(scope="module", params=VERSIONS)
def upgrade(
    request: pytest.FixtureRequest,
    runtime: Runtime,
    tmp_path_factory: pytest.TempPathFactory,
    earlier_addons: Path,
    apis: dict[str, LocalApi],
) -> Iterator[Upgrade]:
    version, folder = request.param, tmp_path_factory.mktemp("odoo")
    with preparing():
        databases.prepare(runtime, databases.STOCK)
    with copied(runtime, databases.STOCK, "stock_sync_migration") as name:
        earlier = open_earlier(runtime, name, folder, earlier_addons / version)
        earlier.install(ADDON)
        runs = set_up_company(earlier, apis)
        tables = [*MOVED, *(f"stock_sync_{name}" for name in KEPT), "stock_move"]
        there = {name for (name,) in earlier.query("SELECT relname FROM pg_class")}
        before = {name: rows(earlier, name) for name in there.intersection(tables)}
        before["places"] = _places(earlier)
        upgraded = Upgrade(
            version, OdooDatabase(runtime, name, folder), runs, before
        )
        upgraded.log += upgraded.database.upgrade(ADDON)
        yield upgraded


def _places(database: OdooDatabase) -> dict[str, Any]:
    """Where PostgreSQL has the rows of the tables that may be large."""
    return {
        table: rows(database, f"stock_sync_{table}", system="concat(xmin, ' ', ctid)")
        for table in ("level", "binding", "run_line", "unmatched")
    }
