"""BigCommerce's inventory, under ``/bigcommerce``: locations inside each product.

``GET /bigcommerce/v3/inventory/items``

- ``page``, ``limit``: 10, at most 1000; ``meta.pagination`` tells how many there are,
  and its ``links`` the next page as a query alone (``?page=2&limit=10``)
- ``sku:in``: one or several skus, with commas
- ``location_id:in``: one or several locations, with commas

The key is the header ``X-Auth-Token``. No times are told. Locations are numbers. What
is not tracked is not listed.
"""

from urllib.parse import urlencode

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mock_api.arguments import MAX_PAGE, separated, whole_number
from mock_api.auth import header, key_required
from mock_api.rows import Level, levels_of, location_code, number_or_text
from mock_api.state import current_state
from mock_api.stock import current_stock
from mock_api.store import Item

MAX_LIMIT = 1000

blueprint = Blueprint("bigcommerce", __name__, url_prefix="/bigcommerce/v3/inventory")
blueprint.before_request(key_required("X-Auth-Token", header("X-Auth-Token")))


@blueprint.get("/items")
def items() -> ResponseReturnValue:
    """Return one page of products with their locations."""
    number = whole_number("page", default=1, maximum=MAX_PAGE)
    limit = whole_number("limit", default=10, maximum=MAX_LIMIT)
    locations = separated("location_id:in", maximum=MAX_LIMIT)
    stock = current_stock()
    found = stock.kept(product_ids=separated("sku:in", maximum=MAX_LIMIT))
    page = stock.cut(found, (number - 1) * limit, limit)
    links = {"current": _link(number)}
    if number > 1:
        links["previous"] = _link(number - 1)
    if page.next is not None:
        links["next"] = stock.link(_link(number + 1))
    return jsonify(
        data=[_shape(item, locations) for item in page.rows],
        meta={
            "pagination": {
                "total": page.total,
                "count": len(page.rows),
                "per_page": limit,
                "current_page": number,
                "total_pages": page.pages,
                "links": links,
            }
        },
    )


def _link(number: int) -> str:
    return f"?{urlencode({**request.args, 'page': number})}"


def _shape(item: Item, location_ids: list[str] | None) -> dict[str, object]:
    return {
        "identity": {
            "sku": item.product_id,
            "variant_id": number_or_text(item.product_id),
        },
        "locations": [
            _location(level)
            for level in levels_of(item, current_state().locations)
            if location_ids is None or str(level.location) in location_ids
        ],
    }


def _location(level: Level) -> dict[str, object]:
    return {
        "location_id": level.location,
        "location_code": location_code(level.location),
        "location_enabled": True,
        "available_to_sell": level.quantity,
        "total_inventory_onhand": level.quantity,
    }
