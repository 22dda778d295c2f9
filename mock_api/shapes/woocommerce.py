"""WooCommerce's products, under ``/woocommerce``: a bare array, totals in headers.

``GET /woocommerce/wp-json/wc/v3/products``, ``…/products/{id}``,
``…/products/{parent id}/variations`` and ``…/products/{parent id}/variations/{id}``

- ``page``, ``per_page``: 10, at most 100; ``X-WP-Total`` and ``X-WP-TotalPages`` tell
  how many there are, ``Link`` the next and the previous page; past the end the array
  is empty
- ``include``: ids, with commas; ``sku``: one or several, with commas
- ``modified_after``: changed after this time; without an offset it is UTC. As in the
  real API, a sale moves no time: here none is moved by a new quantity.

The key is the password of Basic authentication (the consumer secret; the user may be
anybody). ``id`` is a number where the product's id is one, ``sku`` is its text. A
product of which no stock is kept has ``manage_stock`` false and a null quantity.

A product that others name as their parent is of the type ``variable``. The list leaves
its variations out, with ``include`` as without; ``sku`` finds them, and so does
``…/products/{id}``. A variation that keeps no stock of its own has ``manage_stock``
"parent" and the parent's whole quantity, if the parent keeps one.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from mock_api.arguments import MAX_PAGE, moment, separated, whole_number
from mock_api.auth import key_required, password
from mock_api.links import link_header, page_address
from mock_api.rows import number_or_text
from mock_api.stock import current_stock
from mock_api.store import Item, UnknownProduct
from mock_api.times import first_after, time_text

MAX_PER_PAGE = 100

blueprint = Blueprint(
    "woocommerce", __name__, url_prefix="/woocommerce/wp-json/wc/v3/products"
)
blueprint.before_request(
    key_required("the password of Basic authentication", password, scheme="basic")
)


@blueprint.get("")
def products() -> ResponseReturnValue:
    """Return one page of products."""
    stock = current_stock()
    skus = separated("sku", maximum=MAX_PER_PAGE)
    items = stock.items(product_ids=separated("include", maximum=MAX_PER_PAGE) or skus)
    if not skus:
        items = [item for item in items if item.parent_id is None]
    since = first_after(moment("modified_after", utc=True), "seconds")
    if since is not None:
        items = [item for item in items if _described_at(item) >= since]
    return _page(items)


@blueprint.get("/<any_text:path>")
def product(path: str) -> ResponseReturnValue:
    """Return one product, or some or one of the variations of one."""
    stock = current_stock()
    # Ids may hold slashes, so the rest of a path does not say what it is.
    parent_id, word, variation_id = path.partition("/variations")
    if not (word and stock.store.is_parent(parent_id)):
        return jsonify(_shape(stock.get(path)))
    if not variation_id:
        return _page([i for i in stock.items() if i.parent_id == parent_id])
    item = stock.get(variation_id.removeprefix("/"))
    if item.parent_id != parent_id:
        raise UnknownProduct(variation_id)
    return jsonify(_shape(item))


def _page(items: Sequence[Item]) -> ResponseReturnValue:
    number = whole_number("page", default=1, maximum=MAX_PAGE)
    size = whole_number("per_page", default=10, maximum=MAX_PER_PAGE)
    page = current_stock().cut(items, (number - 1) * size, size)
    headers = {
        "X-WP-Total": str(page.total),
        "X-WP-TotalPages": str(page.pages),
        **link_header(
            prev=page_address(page=number - 1) if number > 1 else None,
            next=page_address(page=number + 1) if page.next is not None else None,
        ),
    }
    return jsonify([_shape(item) for item in page.rows]), headers


def _described_at(item: Item) -> datetime:
    return current_stock().store.described_at(item)


def _shape(item: Item) -> dict[str, object]:
    store = current_stock().store
    pool = store.pool(item)
    quantity = item.quantity if pool is None else pool
    empty = quantity is not None and quantity <= 0
    manages: bool | str = item.quantity is not None if pool is None else "parent"
    kind = "simple" if item.parent_id is None else "variation"
    variations: list[int | str] = []
    if store.is_parent(item.product_id):
        kind = "variable"
        variations = [
            number_or_text(other.product_id)
            for other in store.items()
            if other.parent_id == item.product_id
        ]
    return {
        "id": number_or_text(item.product_id),
        "name": item.name,
        "type": kind,
        "sku": item.product_id,
        "date_modified_gmt": time_text(_described_at(item), "seconds").rstrip("Z"),
        "manage_stock": manages,
        "stock_quantity": quantity,
        "stock_status": "outofstock" if empty else "instock",
        "parent_id": 0 if item.parent_id is None else number_or_text(item.parent_id),
        "variations": variations,
    }
