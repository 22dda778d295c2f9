"""commercetools' inventory, under ``/commercetools``: OAuth2, limit and offset.

``POST /commercetools/oauth/token`` with the form ``grant_type=client_credentials`` and
the client's id (anything) and secret (the key) as Basic authentication gives
``{"access_token", "token_type", "expires_in", "scope"}``.

``GET /commercetools/{project}/inventory``

- ``limit``: 20, at most 500; ``offset``: at most 10,000, as in the real API, which
  means that more rows than that can't be read without ``where``
- ``where``: ``sku="A"``, ``sku in ("A", "B")``, ``lastModifiedAt >= "…"`` or ``>``;
  several by being there several times, or with ``and``

One entry for each product and location (``supplyChannel``), and none of what is not
tracked. An access token that is
unknown or has expired is 401. Times are told in milliseconds.
"""

import re
from datetime import datetime, timedelta
from json import loads

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from mock_api.arguments import check_moment, whole_number
from mock_api.auth import bearer, key_required, password, unauthorized
from mock_api.rows import Level, levels, location_code
from mock_api.state import current_state
from mock_api.stock import current_stock
from mock_api.times import first_after, time_text
from mock_api.tokens import BadToken, make_token, read_token

MAX_LIMIT = 500
MAX_OFFSET = 10_000
_TEXT = r'"(?:[^"\\]|\\.)*"'
_SKUS = re.compile(
    rf"sku\s*(?:=\s*({_TEXT})|in\s*\(\s*({_TEXT}(?:\s*,\s*{_TEXT})*)\s*\))"
)
_SINCE = re.compile(rf"lastModifiedAt\s*(>=?)\s*({_TEXT})")
_AND = re.compile(rf"\s+and\s+(?=(?:[^\"]|{_TEXT})*$)")

blueprint = Blueprint("commercetools", __name__, url_prefix="/commercetools")
_check_client = key_required(
    "the client secret, with Basic authentication", password, scheme="basic"
)


@blueprint.post("/oauth/token")
def token() -> ResponseReturnValue:
    """Return an access token to a client that shows its secret."""
    _check_client()
    if request.values.get("grant_type") != "client_credentials":
        raise BadRequest("unsupported_grant_type: only client_credentials")
    seconds = current_stock().token_seconds
    expires_at = current_state().clock() + timedelta(seconds=seconds)
    return jsonify(
        access_token=make_token("oauth", expires_at=expires_at.isoformat()),
        token_type="Bearer",
        expires_in=seconds,
        scope=request.values.get("scope", "view_products:mock"),
    ), {"Cache-Control": "no-store"}


@blueprint.get("/<project>/inventory")
def inventory(project: str) -> ResponseReturnValue:
    """Return some of the inventory entries."""
    _check_token()
    limit = whole_number("limit", default=20, maximum=MAX_LIMIT)
    offset = whole_number("offset", default=0, maximum=MAX_OFFSET, minimum=0)
    skus, since = _where()
    stock = current_stock()
    entries = levels(stock.kept(since, skus), current_state().locations)
    page = stock.cut(entries, offset, limit)
    return jsonify(
        limit=limit,
        offset=offset,
        count=len(page.rows),
        total=page.total,
        results=[_shape(level) for level in page.rows],
    )


def _check_token() -> None:
    if not current_state().api_key:
        return
    try:
        content = read_token("oauth", bearer().decode("latin-1"))
    except BadToken:
        raise unauthorized("invalid_token: unknown access token") from None
    if current_state().clock() >= datetime.fromisoformat(content["expires_at"]):
        raise unauthorized("invalid_token: the access token has expired")


def _where() -> tuple[list[str] | None, datetime | None]:
    """Return the skus and the time that the query asks for, or 400."""
    skus: list[str] | None = None
    since: datetime | None = None
    for where in request.args.getlist("where"):
        for predicate in _AND.split(where.strip()):
            if match := _SKUS.fullmatch(predicate):
                skus = loads(f"[{match[1] or match[2]}]")
            elif match := _SINCE.fullmatch(predicate):
                since = check_moment("lastModifiedAt", loads(match[2]))
                if match[1] == ">":
                    since = first_after(since, "milliseconds")
            else:
                raise BadRequest(f"Malformed parameter: where: {predicate}")
    return skus, since


def _shape(level: Level) -> dict[str, object]:
    channel = location_code(level.location)
    return {
        "id": f"{level.product_id}@{channel}",
        "version": 1,
        "sku": level.product_id,
        "supplyChannel": {"typeId": "channel", "id": channel},
        "quantityOnStock": level.quantity,
        "availableQuantity": level.quantity,
        "lastModifiedAt": time_text(level.updated_at, "milliseconds"),
    }
