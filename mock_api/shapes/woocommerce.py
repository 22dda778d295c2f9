"""WooCommerce's products, under ``/woocommerce``: a bare array, totals in headers.

``GET /woocommerce/wp-json/wc/v3/products`` and ``…/products/{id}``

- ``page``, ``per_page``: 10, at most 100; ``X-WP-Total`` and ``X-WP-TotalPages`` tell
  how many there are, ``Link`` the next and the previous page; past the end the array
  is empty
- ``include``: ids, with commas; ``sku``: one or several, with commas
- ``modified_after``: changed after this time; without an offset it is UTC

The key is the password of Basic authentication (the consumer secret; the user may be
anybody). ``id`` is a number where the product's id is one, ``sku`` is its text. A
product of which no stock is kept has ``manage_stock`` false and a null quantity.
"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from mock_api.arguments import MAX_PAGE, moment, separated, whole_number
from mock_api.auth import key_required, password
from mock_api.links import link_header, page_address
from mock_api.rows import number_or_text
from mock_api.stock import current_stock
from mock_api.store import Item
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
    number = whole_number("page", default=1, maximum=MAX_PAGE)
    size = whole_number("per_page", default=10, maximum=MAX_PER_PAGE)
    stock = current_stock()
    items = stock.items(
        first_after(moment("modified_after", utc=True), "seconds"),
        separated("include", maximum=MAX_PER_PAGE)
        or separated("sku", maximum=MAX_PER_PAGE),
    )
    page = stock.cut(items, (number - 1) * size, size)
    headers = {
        "X-WP-Total": str(page.total),
        "X-WP-TotalPages": str(page.pages),
        **link_header(
            prev=page_address(page=number - 1) if number > 1 else None,
            next=page_address(page=number + 1) if page.next is not None else None,
        ),
    }
    return jsonify([_shape(item) for item in page.rows]), headers


@blueprint.get("/<any_text:product_id>")
def product(product_id: str) -> ResponseReturnValue:
    """Return one product."""
    return jsonify(_shape(current_stock().get(product_id)))


def _shape(item: Item) -> dict[str, object]:
    managed = item.quantity is not None
    empty = item.quantity is not None and item.quantity <= 0
    return {
        "id": number_or_text(item.product_id),
        "name": item.name,
        "sku": item.product_id,
        "date_modified_gmt": time_text(item.updated_at, "seconds").rstrip("Z"),
        "manage_stock": managed,
        "stock_quantity": item.quantity,
        "stock_status": "outofstock" if empty else "instock",
    }
