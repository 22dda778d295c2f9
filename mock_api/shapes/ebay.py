"""eBay's inventory items, under ``/ebay``: the next page as a URL in the answer.

``GET /ebay/sell/inventory/v1/inventory_item`` and ``…/inventory_item/{sku}``

- ``limit``: 25, at most 200; ``offset``
- ``next`` and ``prev`` in the answer are URLs without a host; the last page has no
  ``next``

An item of which no stock is kept has no ``availability``; parents of variants are no
items. The key is a Bearer token. No times are told, so there is no asking for changes.
"""

from urllib.parse import urlencode

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mock_api.arguments import MAX_PAGE, whole_number
from mock_api.auth import bearer, key_required
from mock_api.stock import current_stock
from mock_api.store import Item, UnknownProduct

MAX_LIMIT = 200

blueprint = Blueprint("ebay", __name__, url_prefix="/ebay/sell/inventory/v1")
blueprint.before_request(key_required("a Bearer token", bearer))


@blueprint.get("/inventory_item")
def inventory_items() -> ResponseReturnValue:
    """Return some of the inventory items."""
    limit = whole_number("limit", default=25, maximum=MAX_LIMIT)
    offset = whole_number("offset", default=0, maximum=MAX_PAGE, minimum=0)
    stock = current_stock()
    page = stock.cut(stock.variants(), offset, limit)
    answer: dict[str, object] = {
        "href": _url(offset, limit),
        "total": page.total,
        "size": len(page.rows),
        "limit": limit,
        "inventoryItems": [_shape(item) for item in page.rows],
    }
    if offset:
        answer["prev"] = _url(max(offset - limit, 0), limit)
    if page.next is not None:
        answer["next"] = stock.link(_url(page.next, limit))
    return jsonify(answer)


@blueprint.get("/inventory_item/<any_text:sku>")
def inventory_item(sku: str) -> ResponseReturnValue:
    """Return one inventory item."""
    stock = current_stock()
    if stock.store.is_parent(sku):
        raise UnknownProduct(sku)
    return jsonify(_shape(stock.get(sku)))


def _url(offset: int, limit: int) -> str:
    return f"{request.path}?{urlencode({'offset': offset, 'limit': limit})}"


def _shape(item: Item) -> dict[str, object]:
    shape: dict[str, object] = {
        "sku": item.product_id,
        "condition": "NEW",
        "product": {"title": item.name},
    }
    if item.quantity is not None:
        quantity = {"quantity": item.quantity}
        shape["availability"] = {"shipToLocationAvailability": quantity}
    return shape
