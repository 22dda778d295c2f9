"""A database after its upgrade, and what it was before."""

from dataclasses import dataclass, field
from typing import Any

from earlier_odoo import rows
from odoo_database import OdooDatabase

#: tables that are there as before, but for a column's name
KEPT = (
    "stock_sync_binding",
    "stock_sync_level",
    "stock_sync_location_map",
    "stock_sync_run_line",
    "stock_sync_run_line_move_rel",
    "stock_sync_unmatched",
)
#: tables whose rows are in others now, and which those are
MOVED = {
    "stock_sync_backend": "sync_flow",
    "stock_sync_parameter": "sync_parameter",
    "stock_sync_preset": "sync_preset",
    "stock_sync_run": "sync_run",
    "stock_sync_secret": "sync_secret",
}
#: what is about records of ours
ABOUT = ("mail_message", "mail_followers", "mail_activity", "ir_attachment")

#: a column that 19.0.1 had, with secrets in the clear
SECRET = "secret"


def changed(row: dict[str, Any], present: dict[str, Any]) -> set[str]:
    """The names of columns whose values are other ones now."""
    return {name for name in row if name != SECRET and row[name] != present.get(name)}


@dataclass
class Upgraded:
    """
    :param runs: what runs are about, and their ids
    :param before: the rows of tables, by their former names
    :param places: where PostgreSQL had the rows of tables that may be large
    :param log: the warnings and errors of the upgrade
    """

    version: str
    database: OdooDatabase
    runs: dict[str, list[int]]
    before: dict[str, list[dict[str, Any]]]
    places: dict[str, Any]
    log: list[str] = field(default_factory=list)

    def after(self, table: str) -> dict[int, dict[str, Any]]:
        """:return: the rows of a table, by their ids"""
        return {row["id"]: row for row in rows(self.database, table)}

    def one(self, sql: str) -> Any:
        """:return: what a query gives, which is one value"""
        [[value]] = self.database.query(sql)
        return value

    def shell(self, code: str) -> Any:
        return self.database.shell(
            f"Flow = env['sync.flow'].with_context(active_test=False)\n"
            f"runs = {{name: env['sync.run'].browse(ids)"
            f" for name, ids in {self.runs!r}.items()}}\n{code}"
        )
