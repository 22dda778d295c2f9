"""What a request says in its query and in its body, checked."""

import re
from datetime import datetime
from decimal import Decimal

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from mock_api.quantity import parse_quantity
from mock_api.strict_json import parse_json
from mock_api.times import parse_time

MAX_PAGE = 2**31 - 1
_WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")


def whole_number(name: str, *, default: int, maximum: int) -> int:
    """Return a query parameter from 1 to ``maximum``, or 400."""
    text = _single(name)
    if text is None:
        return default
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= maximum:
        raise BadRequest(f"{name} must be a whole number from 1 to {maximum}")
    return int(text)


def moment(name: str) -> datetime | None:
    """Return a query parameter that is a time, or 400."""
    text = _single(name)
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise BadRequest(f"{name} {error} (a + is written %2B)") from None


def body_quantity() -> Decimal:
    """Return the quantity of a body ``{"quantity": …}``, or 400, 413, 415."""
    # No web page of another site can send this type without asking first.
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send the body as Content-Type: application/json")
    try:
        body = parse_json(request.get_data())
        if not isinstance(body, dict) or set(body) != {"quantity"}:
            raise ValueError('the body must be {"quantity": …} and nothing else')
        return parse_quantity(body["quantity"])
    except ValueError as error:
        raise BadRequest(str(error)) from None


def _single(name: str) -> str | None:
    values = request.args.getlist(name)
    if len(values) > 1:
        raise BadRequest(f"{name} is there more than once")
    return values[0] if values else None
