"""Square's inventory counts, under ``/square``: asked for with ``POST``.

``POST /square/v2/inventory/counts/batch-retrieve`` with a JSON object of

- ``catalog_object_ids``, ``location_ids``, ``states``: lists, all optional
- ``updated_after``: changed after this time
- ``limit``: counts in a page, 1000 at most and when left out
- ``cursor``: from the page before, with the same other keys, or the answer is 400; the
  last page has none

``GET /square/v2/inventory/{catalog_object_id}``: the counts of one product.

Quantities are texts. For each product and location there are two counts: one of the
state ``IN_STOCK`` with the quantity, and one of ``WASTE`` that does not belong to it.
Of what is not tracked there is no count, and without counts the answer is ``{}``.
The key is a Bearer token. Times are told in milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from mock_api.arguments import check_moment, check_whole_number, json_object
from mock_api.auth import bearer, key_required
from mock_api.rows import Expanded, Level, levels_of, location_code
from mock_api.state import current_state
from mock_api.stock import current_stock
from mock_api.store import Item
from mock_api.times import first_after, time_text
from mock_api.tokens import BadToken, make_token, read_token

MAX_LIMIT = 1000
STATES = ("IN_STOCK", "WASTE")
WASTE = Decimal(3)

blueprint = Blueprint("square", __name__, url_prefix="/square/v2/inventory")
blueprint.before_request(key_required("a Bearer token", bearer))


@dataclass(frozen=True, slots=True)
class Count(Level):
    """What of a product is in one state at one location."""

    state: str


@blueprint.post("/counts/batch-retrieve")
def batch_retrieve_counts() -> ResponseReturnValue:
    """Return one page of counts."""
    body = json_object()
    cursor = body.pop("cursor", None)
    limit = check_whole_number(
        "limit", _text(body.pop("limit", None)), MAX_LIMIT, 1, MAX_LIMIT
    )
    since = _text(body.get("updated_after"))
    after = None if since is None else check_moment("updated_after", since)
    stock = current_stock()
    items = stock.kept(
        first_after(after, "milliseconds"),
        _texts(body, "catalog_object_ids"),
    )
    counts = _counts(items, _texts(body, "location_ids"), _texts(body, "states"))
    page = stock.cut(counts, _start(cursor, body), limit)
    answer = _answer(page.rows)
    if page.next is not None:
        answer["cursor"] = make_token("square", start=page.next, body=body)
    return jsonify(answer)


@blueprint.get("/<any_text:catalog_object_id>")
def counts_of(catalog_object_id: str) -> ResponseReturnValue:
    """Return the counts of one product."""
    current_stock().get(catalog_object_id)
    items = current_stock().kept(product_ids=[catalog_object_id])
    return jsonify(_answer(_counts(items, None, None)[:]))


def _answer(counts: Sequence[Count]) -> dict[str, object]:
    return {"counts": [_shape(count) for count in counts]} if counts else {}


def _counts(
    items: Sequence[Item], location_ids: list[str] | None, states: list[str] | None
) -> Expanded[Count]:
    locations = current_state().locations
    kinds = [
        (number, state)
        for number in range(1, locations + 1)
        for state in STATES
        if (location_ids is None or location_code(number) in location_ids)
        and (states is None or state in states)
    ]

    def expand(item: Item) -> list[Count]:
        levels = levels_of(item, locations)
        return [_count(levels[number - 1], state) for number, state in kinds]

    return Expanded(items, len(kinds), expand)


def _count(level: Level, state: str) -> Count:
    quantity = level.quantity if state == "IN_STOCK" else WASTE
    return Count(
        level.product_id,
        level.name,
        quantity,
        level.updated_at,
        level.location,
        state,
        parent_id=level.parent_id,
    )


def _start(cursor: object, body: dict[str, object]) -> int:
    if cursor is None:
        return 0
    try:
        content = read_token("square", str(cursor))
    except BadToken:
        raise BadRequest("cursor is invalid") from None
    if content["body"] != body:
        raise BadRequest("cursor belongs to another query")
    return int(content["start"])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(body: dict[str, object], name: str) -> list[str] | None:
    values = body.get(name)
    if values is None:
        return None
    if not isinstance(values, list) or not all(type(text) is str for text in values):
        raise BadRequest(f"{name} must be a list of texts")
    return values


def _shape(count: Count) -> dict[str, object]:
    return {
        "catalog_object_id": count.product_id,
        "catalog_object_type": "ITEM_VARIATION",
        "state": count.state,
        "location_id": location_code(count.location),
        "quantity": count.quantity_text,
        "calculated_at": time_text(count.updated_at, "milliseconds"),
    }
