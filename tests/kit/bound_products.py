"""Products in a database that are bound to an API, and what Odoo has of them."""

from collections.abc import Sequence
from typing import Any

from local_api import LocalApi
from odoo_database import OdooDatabase

_BIND = """
shares = %(shares)r
Warehouse = env["stock.warehouse"]
warehouse = Warehouse.search([], limit=1)
backends = env["sync.flow"].search([])
other = {"name": "Other"}
if %(together)r:
    other["backend_id"] = backends.backend_id.id
backends |= backends.create([other] * (len(shares) - len(backends)))
for number, (backend, external_ids) in enumerate(zip(backends, shares, strict=True)):
    if %(apart)r:
        warehouse = Warehouse.create({"name": f"Part {number}", "code": f"P{number}"})
    backend.write(
        {
            "base_url": %(url)r,
            "location_id": warehouse.lot_stock_id.id,
            **%(settings)r,
        }
    )
    products = env["product.product"].create(
        [{"name": external_id, "is_storable": True} for external_id in external_ids]
    )
    env["stock.sync.binding"].create(
        [
            {
                "flow_id": backend.id,
                "product_id": product.id,
                "external_id": product.name,
            }
            for product in products
        ]
    )
result = [[backend.id, backend.request_mode] for backend in backends]
"""
_STOCK = """
    SELECT binding.external_id,
           (SELECT coalesce(sum(quant.quantity), 0)
              FROM stock_quant quant
             WHERE quant.product_id = binding.product_id
               AND quant.location_id = backend.location_id)
      FROM stock_sync_binding binding
      JOIN sync_flow backend ON backend.id = binding.flow_id
"""


def bind(
    odoo: OdooDatabase,
    api: LocalApi,
    shares: Sequence[Sequence[str]],
    *,
    apart: bool = False,
    together: bool = False,
    **settings: Any,
) -> list[tuple[int, str]]:
    """Make products and bind them, in a database that has one backend and no binding.

    :param shares: external ids, for each backend
    :param apart: each backend has a warehouse of its own, else they have the first one
    :param together: they are flows of one backend
    :param settings: fields of the backends
    :return: the backends' ids, and how they ask
    """
    values = {"apart": apart, "together": together, "settings": settings}
    script = _BIND % {**values, "shares": shares, "url": api.url}
    return [(id_, mode) for id_, mode in odoo.shell(script)]


def stock(odoo: OdooDatabase) -> dict[str, float]:
    """What Odoo has, by external id."""
    return dict(odoo.query(_STOCK))
