"""An Odoo with the addons of an earlier version, and what it has made."""

from typing import Any

from earlier_company import CODE, OF_SECOND, PRODUCTS, SECRETS
from local_api import LocalApi
from odoo_database import OdooDatabase


def set_up_company(
    database: OdooDatabase, apis: dict[str, LocalApi]
) -> dict[str, list[int]]:
    """:return: what runs are about, and their ids"""
    given = {
        "urls": {name: api.url for name, api in apis.items()},
        "secrets": SECRETS,
        "products_of_first": PRODUCTS,
        "products_of_second": OF_SECOND,
    }
    values = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    return dict(database.shell(values + CODE))


def rows(database: OdooDatabase, table: str) -> list[dict[str, Any]]:
    """The rows of a table; none where there is no such table."""
    if database.query(f"SELECT to_regclass('{table}') IS NULL") == [(True,)]:
        return []
    return [row for (row,) in database.query(f"SELECT to_jsonb(t) FROM {table} t")]


def places(database: OdooDatabase) -> dict[str, list[tuple[Any, ...]]]:
    """Where PostgreSQL has rows, and since which transaction."""
    return {
        table: database.query(
            f"SELECT id, xmin::text, ctid::text FROM stock_sync_{table} ORDER BY id"
        )
        for table in ("binding", "level", "run_line", "unmatched")
    }
