"""Adobe Commerce's source items, under ``/adobe``: search criteria in the query.

``GET /adobe/rest/V1/inventory/source-items``

- ``searchCriteria[currentPage]``, ``searchCriteria[pageSize]``: 20, at most 300. A page
  past the end is the last page once more, as in the real API: only ``total_count``
  tells the end.
- filters on ``sku`` and ``source_code``, each ``eq`` or ``in`` (with commas):
  ``searchCriteria[filter_groups][0][filters][0][field]``, ``…[value]`` and
  ``…[condition_type]``; the real API's ``filterGroups`` and ``conditionType`` also do

The key is a Bearer token. One row for each product and source; quantities are decimal
numbers (``100.0``); ``status`` is 0 where there is none, else 1. Of what the shop does
not manage the stock, the row has the quantity 0 and the status 1, as in the real API.
Parents of variants have no row. ``searchCriteria[sortOrders]`` is not looked at: the
order is always the same. No times are told.
"""

import re
from decimal import Decimal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from mock_api.arguments import MAX_PAGE, whole_number
from mock_api.auth import bearer, key_required
from mock_api.rows import Level, levels, location_code
from mock_api.state import current_state
from mock_api.stock import current_stock

MAX_PAGE_SIZE = 300
FIELDS = ("sku", "source_code")
_FILTER = re.compile(
    r"searchCriteria\[(?:filter_groups|filterGroups)\](\[\d+\]\[filters\]\[\d+\])"
    r"\[(field|value|condition_type|conditionType)\]"
)

blueprint = Blueprint("adobe", __name__, url_prefix="/adobe/rest/V1/inventory")
blueprint.before_request(key_required("a Bearer token", bearer))


@blueprint.get("/source-items")
def source_items() -> ResponseReturnValue:
    """Return one page of source items."""
    number = whole_number("searchCriteria[currentPage]", default=1, maximum=MAX_PAGE)
    size = whole_number("searchCriteria[pageSize]", default=20, maximum=MAX_PAGE_SIZE)
    wanted = _filters()
    stock = current_stock()
    items = stock.variants(product_ids=wanted.get("sku"))
    rows = levels(items, current_state().locations, wanted.get("source_code"))
    page = stock.cut(rows, (number - 1) * size, size)
    if not page.rows and page.pages:
        page = stock.cut(rows, (page.pages - 1) * size, size)
    return jsonify(
        items=[_shape(level) for level in page.rows],
        search_criteria={"current_page": number, "page_size": size},
        total_count=page.total,
    )


def _filters() -> dict[str, list[str]]:
    """Return the values that the query asks for, by field, or 400."""
    filters: dict[str, dict[str, str]] = {}
    for name, value in request.args.items():
        if match := _FILTER.fullmatch(name):
            key = match[2].replace("conditionType", "condition_type")
            filters.setdefault(match[1], {})[key] = value
    return dict(_values(one) for one in filters.values())


def _values(one: dict[str, str]) -> tuple[str, list[str]]:
    field, value = one.get("field", ""), one.get("value", "")
    condition = one.get("condition_type", "eq")
    if field not in FIELDS or condition not in ("eq", "in"):
        raise BadRequest(f"only eq and in, on {' and '.join(FIELDS)}, can be searched")
    return field, value.split(",") if condition == "in" else [value]


def _shape(level: Level) -> dict[str, object]:
    return {
        "sku": level.product_id,
        "source_code": location_code(level.location),
        "quantity": _with_a_fraction(level.quantity or Decimal(0)),
        "status": int(level.quantity is None or level.quantity > 0),
    }


def _with_a_fraction(quantity: Decimal) -> Decimal:
    if quantity != quantity.to_integral_value():
        return quantity
    return quantity.quantize(Decimal("0.1"))
