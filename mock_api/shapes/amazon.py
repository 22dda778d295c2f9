"""Amazon's FBA inventory summaries, under ``/amazon``: a token that soon expires.

``GET /amazon/fba/inventory/v1/summaries``

- ``details``: ``true`` for ``inventoryDetails`` beside ``totalQuantity``
- ``sellerSkus``: at most 50, with commas
- ``startDateTime``: changed at or after this time
- ``nextToken``: from ``pagination`` of the page before, for 30 seconds, then 400

A page has 50 summaries; the last one has no ``pagination``. The key is the header
``x-amz-access-token``. ``granularityType``, ``granularityId`` and ``marketplaceIds``,
which the real API wants, are not looked at. Of what no stock is kept there is no
summary. It allows two requests a second: the
scenario ``rate-limit:2``.
"""

from datetime import datetime, timedelta

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from mock_api.arguments import moment, separated, text
from mock_api.auth import header, key_required
from mock_api.state import current_state
from mock_api.stock import current_stock
from mock_api.store import Item
from mock_api.times import time_text
from mock_api.tokens import BadToken, make_token, read_token

PAGE_SIZE = 50
MAX_SKUS = 50
TOKEN_LIFE = timedelta(seconds=30)

blueprint = Blueprint("amazon", __name__, url_prefix="/amazon/fba/inventory/v1")
blueprint.before_request(
    key_required("x-amz-access-token", header("x-amz-access-token"))
)


@blueprint.get("/summaries")
def summaries() -> ResponseReturnValue:
    """Return one page of summaries."""
    details = text("details") == "true"
    stock = current_stock()
    items = stock.kept(
        moment("startDateTime"), separated("sellerSkus", maximum=MAX_SKUS)
    )
    page = stock.cut(items, _start(), PAGE_SIZE)
    answer: dict[str, object] = {
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": "MOCK"},
            "inventorySummaries": [_shape(item, details) for item in page.rows],
        }
    }
    if page.next is not None:
        answer["pagination"] = {"nextToken": _token(page.next)}
    return jsonify(answer)


def _token(start: int) -> str:
    issued_at = current_state().clock().isoformat()
    return make_token("amazon", start=start, issued_at=issued_at)


def _start() -> int:
    token = text("nextToken")
    if token is None:
        return 0
    try:
        content = read_token("amazon", token)
    except BadToken:
        raise BadRequest("nextToken is invalid") from None
    issued_at = datetime.fromisoformat(content["issued_at"])
    if current_state().clock() > issued_at + TOKEN_LIFE:
        raise BadRequest("nextToken has expired")
    return int(content["start"])


def _shape(item: Item, details: bool) -> dict[str, object]:
    summary: dict[str, object] = {
        "sellerSku": item.product_id,
        "productName": item.name,
        "condition": "NewItem",
        "lastUpdatedTime": time_text(item.updated_at, "seconds"),
        "totalQuantity": item.quantity,
    }
    if details:
        summary["inventoryDetails"] = {
            "fulfillableQuantity": item.quantity,
            "reservedQuantity": {"totalReservedQuantity": 0},
        }
    return summary
