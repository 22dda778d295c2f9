"""The page for people: look at the products and change a quantity.

The page itself holds no data. It fetches the products, with names, from here, and it
changes a quantity through the API like everybody else.
"""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from mock_api.arguments import MAX_PAGE, whole_number
from mock_api.auth import require_api_key
from mock_api.rows import cut
from mock_api.state import current_state
from mock_api.times import time_text

blueprint = Blueprint("page", __name__)

PAGE_SIZE = 50
_ONLY_OUR_OWN_FILES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Return the page, without products."""
    headers = {
        "Content-Security-Policy": _ONLY_OUR_OWN_FILES,
        "X-Content-Type-Options": "nosniff",
    }
    return render_template("page.html"), headers


@blueprint.get("/page/products")
def products() -> ResponseReturnValue:
    """Return one page of the products that match the search."""
    require_api_key()
    number = whole_number("page", default=1, maximum=MAX_PAGE)
    found = current_state().store.search(request.args.get("search", ""))
    page = cut(found, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    return jsonify(
        items=[
            {
                "product_id": item.product_id,
                "name": item.name,
                "quantity": item.quantity_text,
                "updated_at": time_text(item.updated_at),
            }
            for item in page.rows
        ],
        page=number,
        pages=page.pages,
        total=page.total,
    )
