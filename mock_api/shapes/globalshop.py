"""GlobalShop, the API of the exercise: quantities as text, under ``/stock``."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mock_api.arguments import MAX_PAGE, body_quantity, moment, whole_number
from mock_api.auth import require_api_key
from mock_api.state import current_state
from mock_api.store import Item
from mock_api.times import time_text

MAX_PER_PAGE = 1000

blueprint = Blueprint("globalshop", __name__, url_prefix="/stock")
blueprint.before_request(require_api_key)


@blueprint.get("")
def stock_list() -> ResponseReturnValue:
    """Return one page of the stock."""
    page = current_state().store.page(
        whole_number("page", default=1, maximum=MAX_PAGE),
        whole_number("per_page", default=500, maximum=MAX_PER_PAGE),
        moment("updated_since"),
    )
    response = jsonify(
        items=[
            {**_shape(item), "updated_at": time_text(item.updated_at)}
            for item in page.items
        ],
        page=page.number,
        pages=page.pages,
        total=page.total,
    )
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/<any_text:product_id>")
def stock_item(product_id: str) -> ResponseReturnValue:
    """Return the stock of one product."""
    return jsonify(_shape(current_state().store.get(product_id)))


@blueprint.put("/<any_text:product_id>")
def set_stock(product_id: str) -> ResponseReturnValue:
    """Set the stock of one product."""
    quantity = body_quantity()
    return jsonify(_shape(current_state().store.set_quantity(product_id, quantity)))


def _shape(item: Item) -> dict[str, str]:
    return {"product_id": item.product_id, "quantity": item.quantity_text}
