"""Shopify's inventory levels, under ``/shopify``: the next page is in a header.

``GET /shopify/admin/api/2026-10/inventory_levels.json``

- ``limit``: levels in a page, 50, at most 250
- ``inventory_item_ids``, ``location_ids``: at most 50 each, with commas. The real API
  wants one of the two; this one gives everything without.
- ``updated_at_min``: changed at or after this time
- ``page_info``: from the header ``Link`` of another page (``rel="next"``,
  ``rel="previous"``); beside it only ``limit`` may be sent, or the answer is 400

The key is the header ``X-Shopify-Access-Token``. Ids and locations are numbers. Times
are told in seconds and with an offset other than UTC's, as a shop's own clock does.
What is not tracked has ``available`` null; parents of variants have no level.
"""

from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from mock_api.arguments import check_moment, separated, text, whole_number
from mock_api.auth import header, key_required
from mock_api.links import link_header
from mock_api.rows import Level, levels, number_or_text
from mock_api.state import current_state
from mock_api.stock import current_stock
from mock_api.tokens import BadToken, make_token, read_token

MAX_LIMIT = 250
MAX_IDS = 50
SHOP_TIME = timezone(timedelta(hours=-4))

blueprint = Blueprint("shopify", __name__, url_prefix="/shopify/admin/api/2026-10")
blueprint.before_request(
    key_required("X-Shopify-Access-Token", header("X-Shopify-Access-Token"))
)


@blueprint.get("/inventory_levels.json")
def inventory_levels() -> ResponseReturnValue:
    """Return one page of levels."""
    limit = whole_number("limit", default=50, maximum=MAX_LIMIT)
    wanted = _wanted()
    start = wanted.pop("start")
    stock = current_stock()
    items = stock.variants(_since(wanted), wanted["ids"])
    found = levels(items, current_state().locations, wanted["locations"])
    page = stock.cut(found, start, limit)
    before = max(start - limit, 0) if start else None
    links = link_header(
        previous=_address(wanted, before, limit),
        next=_address(wanted, page.next, limit),
    )
    return jsonify(inventory_levels=[_shape(level) for level in page.rows]), links


def _wanted() -> dict[str, Any]:
    """Return what the request asks for, as it is kept from page to page."""
    page_info = text("page_info")
    if page_info is None:
        wanted = {
            "start": 0,
            "ids": separated("inventory_item_ids", maximum=MAX_IDS),
            "locations": separated("location_ids", maximum=MAX_IDS),
            "since": text("updated_at_min"),
        }
        _since(wanted)
        return wanted
    others = sorted(set(request.args) - {"page_info", "limit"})
    if others:
        raise BadRequest(f"{', '.join(others)} cannot be passed with page_info")
    try:
        return read_token("shopify", page_info)
    except BadToken:
        raise BadRequest("page_info is invalid") from None


def _since(wanted: dict[str, Any]) -> datetime | None:
    since = wanted["since"]
    return None if since is None else check_moment("updated_at_min", since)


def _address(wanted: dict[str, Any], start: int | None, limit: int) -> str | None:
    if start is None:
        return None
    page_info = make_token("shopify", start=start, **wanted)
    return f"{request.base_url}?{urlencode({'limit': limit, 'page_info': page_info})}"


def _shape(level: Level) -> dict[str, object]:
    updated_at = level.updated_at.astimezone(SHOP_TIME)
    return {
        "inventory_item_id": number_or_text(level.product_id),
        "location_id": level.location,
        "available": level.quantity,
        "updated_at": updated_at.isoformat(timespec="seconds"),
    }
