"""GlobalShop, the API of the exercise: quantities as text, under ``/stock``."""

from json.encoder import encode_basestring_ascii as json_text

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from mock_api.arguments import MAX_PAGE, body_quantity, moment, whole_number
from mock_api.auth import require_api_key
from mock_api.state import current_state
from mock_api.stock import current_stock
from mock_api.store import Item
from mock_api.times import time_text

MAX_PER_PAGE = 5000

blueprint = Blueprint("globalshop", __name__, url_prefix="/stock")
blueprint.before_request(require_api_key)


@blueprint.get("")
def stock_list() -> ResponseReturnValue:
    """Return one page of the stock."""
    number = whole_number("page", default=1, maximum=MAX_PAGE)
    size = whole_number("per_page", default=500, maximum=MAX_PER_PAGE)
    stock = current_stock()
    page = stock.cut(stock.items(moment("updated_since")), (number - 1) * size, size)
    # Joined by hand: a benchmark reads 100,000 products and is not to wait for us.
    items = ",".join(map(_row, page.rows))
    response = Response(
        f'{{"items":[{items}],"page":{number},"pages":{page.pages},'
        f'"total":{page.total}}}',
        mimetype="application/json",
    )
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/<any_text:product_id>")
def stock_item(product_id: str) -> ResponseReturnValue:
    """Return the stock of one product."""
    return jsonify(_shape(current_stock().get(product_id)))


@blueprint.put("/<any_text:product_id>")
def set_stock(product_id: str) -> ResponseReturnValue:
    """Set the stock of one product."""
    quantity = body_quantity()
    return jsonify(_shape(current_state().store.set_quantity(product_id, quantity)))


def _shape(item: Item) -> dict[str, str | None]:
    return {"product_id": item.product_id, "quantity": item.quantity_text}


def _row(item: Item) -> str:
    quantity = "null" if item.quantity is None else f'"{item.quantity:f}"'
    return (
        f'{{"product_id":{json_text(item.product_id)},"quantity":{quantity},'
        f'"updated_at":"{time_text(item.updated_at)}"}}'
    )
