"""Backends and products to work on."""

from typing import Any

from chaos_api import Api
from chaos_odoo import ChaosOdoo

MODES: dict[str, dict[str, Any]] = {
    "list": {"list_path": "/stock", "page_size": 15},
    "item": {"list_path": "", "concurrency": 8},
}

_SET_UP = """
warehouse = env["stock.warehouse"].search([])
backends = env["sync.flow"].search([])
backends |= backends.create([{"name": "Other"}] * (%(backends)s - 1))
backends.write(
    {
        "base_url": %(url)r,
        "location_id": warehouse.lot_stock_id.id,
        # every run changes everything
        "guard_zero_percent": 100,
        "guard_change_percent": 100,
        "guard_factor": 1000000,
        "guard_difference": 1e9,
        **%(settings)r,
    }
)
products = env["product.product"].create(
    [{"name": external_id, "is_storable": True} for external_id in %(ids)r]
)
env["stock.sync.binding"].create(
    [
        {
            "flow_id": backends[position %% len(backends)].id,
            "product_id": product.id,
            "external_id": product.name,
        }
        for position, product in enumerate(products)
    ]
)
result = [backends.ids, backends.mapped("request_mode")]
"""


def set_up(odoo: ChaosOdoo, api: Api, mode: str, backends: int = 1) -> list[int]:
    """Bind the API's products; all to the stock of the one warehouse.

    :param backends: among which they are dealt out
    :return: the backends' ids
    """
    values = {
        "url": api.url,
        "ids": [*api.quantities()],
        "settings": MODES[mode],
        "backends": backends,
    }
    ids, modes = odoo.set_up(_SET_UP % values)
    assert modes == [mode] * backends
    return ids
