"""The data of a scenario: a backend with products bound to it, and their stock.

The products were made by Odoo (see ``products``). What is only set up here, and not
measured, is written by SQL: as many bindings and quants by the ORM take minutes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from psycopg2.extras import execute_values

from odoo import SUPERUSER_ID, api

from .task import Dataset


class _Row(NamedTuple):
    """A product of a backend.

    :param target: the API's quantity
    :param on_hand: Odoo's
    :param date: the API's own time
    """

    flow_id: int
    external_id: str
    product_id: int
    target: float
    on_hand: float
    date: str


def prepare(
    registry: Any,
    *,
    levels: Mapping[str, tuple[float, str]],
    parts: int,
    every: int,
    settings: Mapping[str, Any],
) -> Dataset:
    """Bind products to backends and give them stock.

    :param levels: what the API says, by external id: quantity and time
    :param parts: how many backends there are; each has as many products of its own,
        and the same external ids
    :param every: every how many products the stock differs from the API; 0 for never
    :param settings: fields of the backends
    """
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        backends = _backends(env, parts, settings)
        rows = _rows(cr, levels, backends.ids, every)
        _insert_bindings(cr, rows, backends)
        _insert_quants(cr, rows, backends)
        _insert_levels(cr, rows, backends)
        return Dataset(
            backend_ids=tuple(backends.ids),
            location_id=backends.location_id.id,
            user_id=env.ref("base.user_admin").id,
            targets={row.product_id: row.target for row in rows},
            differing=frozenset(
                row.product_id for row in rows if row.on_hand != row.target
            ),
        )


def _backends(env: Any, parts: int, settings: Mapping[str, Any]) -> Any:
    backend = env.ref("stock_sync_api.backend_default")
    values = {
        **settings,
        "user_id": env.ref("base.user_admin").id,
        # A benchmark may change everything.
        "guard_zero_percent": 100,
        "guard_change_percent": 100,
    }
    backend.write(values)
    others = env["sync.flow"].create(
        [
            {**values, "name": f"Part {part}", "location_id": backend.location_id.id}
            for part in range(2, parts + 1)
        ]
    )
    return backend + others


def _rows(
    cr: Any,
    levels: Mapping[str, tuple[float, str]],
    backend_ids: list[int],
    every: int,
) -> list[_Row]:
    cr.execute(
        "SELECT id FROM product_product WHERE default_code ~ '^[0-9]+$'"
        " ORDER BY default_code::int LIMIT %s",
        [len(levels) * len(backend_ids)],
    )
    product_ids = iter([product_id for [product_id] in cr.fetchall()])
    return [
        _Row(
            flow_id,
            external_id,
            next(product_ids),
            target,
            _on_hand(number, target, every),
            date,
        )
        for flow_id in backend_ids
        for number, (external_id, (target, date)) in enumerate(levels.items())
    ]


def _on_hand(number: int, target: float, every: int) -> float:
    """Odoo's quantity: where it differs, as often too much as too little."""
    if not every or number % every:
        return target
    is_even = number // every % 2 == 0
    return target + 3 if is_even or target < 3 else target - 3


def _insert_bindings(cr: Any, rows: list[_Row], backends: Any) -> None:
    company_id = backends.company_id.id
    execute_values(
        cr._obj,
        "INSERT INTO stock_sync_binding"
        " (flow_id, external_id, product_id, company_id, state) VALUES %s",
        [(*row[:3], company_id, "ok") for row in rows],
        page_size=5000,
    )


def _insert_quants(cr: Any, rows: list[_Row], backends: Any) -> None:
    """As Odoo has them after an inventory adjustment from nothing."""
    stock = backends.location_id.id
    products = backends.env["product.product"].browse(rows[0].product_id)
    counterpart = products.property_stock_inventory.id
    execute_values(
        cr._obj,
        f"""
        INSERT INTO stock_quant
               (product_id, location_id, quantity, company_id, reserved_quantity,
                inventory_diff_quantity, inventory_quantity_set, inventory_date,
                in_date, create_date, write_date, create_uid, write_uid)
        SELECT product_id, location_id, quantity, {backends.company_id.id}, 0, 0, false,
               date_trunc('year', now()) + interval '1 year - 1 day',
               now(), now(), now(), {SUPERUSER_ID}, {SUPERUSER_ID}
          FROM (VALUES %s) AS quant (product_id, location_id, quantity)
        """,
        [
            quant
            for row in rows
            for quant in (
                (row.product_id, stock, row.on_hand),
                (row.product_id, counterpart, -row.on_hand),
            )
        ],
        page_size=5000,
    )


def _insert_levels(cr: Any, rows: list[_Row], backends: Any) -> None:
    """As if everything had been synchronised yesterday."""
    execute_values(
        cr._obj,
        f"""
        INSERT INTO stock_sync_level
               (binding_id, location_id, quantity, source_date, date, accepted_by_run)
        SELECT binding.id, {backends.location_id.id}, quantity, source_date::timestamp,
               now() - interval '1 day', 0
          FROM (VALUES %s) AS level (product_id, quantity, source_date)
          JOIN stock_sync_binding AS binding USING (product_id)
        """,
        [(row.product_id, row.on_hand, row.date) for row in rows],
        page_size=5000,
    )
