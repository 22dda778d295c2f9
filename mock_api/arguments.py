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


def whole_number(name: str, *, default: int, maximum: int, minimum: int = 1) -> int:
    """Return a query parameter from ``minimum`` to ``maximum``, or 400."""
    return check_whole_number(name, text(name), default, minimum, maximum)


def check_whole_number(
    name: str, value: str | None, default: int, minimum: int, maximum: int
) -> int:
    """Return the number that ``value`` is the text of, or 400."""
    if value is None:
        return default
    if not _WHOLE_NUMBER.fullmatch(value) or not minimum <= int(value) <= maximum:
        raise BadRequest(f"{name} must be a whole number from {minimum} to {maximum}")
    return int(value)


def moment(name: str, *, utc: bool = False) -> datetime | None:
    """Return a query parameter that is a time, or 400.

    :param utc: whether a time without its offset is in UTC, instead of an error
    """
    value = text(name)
    return None if value is None else check_moment(name, value, utc=utc)


def check_moment(name: str, value: str, *, utc: bool = False) -> datetime:
    """Return the time that ``value`` tells, or 400."""
    try:
        return parse_time(value, utc=utc)
    except ValueError as error:
        raise BadRequest(f"{name} {error} (a + is written %2B)") from None


def separated(name: str, *, maximum: int) -> list[str] | None:
    """Return a query parameter that is a list with commas, or 400.

    :param maximum: the number of values that are let pass
    """
    value = text(name)
    if value is None:
        return None
    values = value.split(",")
    if len(values) > maximum:
        raise BadRequest(f"{name} must hold at most {maximum} values")
    return values


def text(name: str) -> str | None:
    """Return a query parameter, None without it, or 400 when it is there twice."""
    values = request.args.getlist(name)
    if len(values) > 1:
        raise BadRequest(f"{name} is there more than once")
    return values[0] if values else None


def body_quantity() -> Decimal:
    """Return the quantity of a body ``{"quantity": …}``, or 400, 413, 415."""
    body = json_object()
    if set(body) != {"quantity"}:
        raise BadRequest('the body must be {"quantity": …} and nothing else')
    try:
        return parse_quantity(body["quantity"])
    except ValueError as error:
        raise BadRequest(str(error)) from None


def json_object() -> dict[str, object]:
    """Return the JSON object that is the body, or 400, 413, 415."""
    # No web page of another site can send this type without asking first.
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send the body as Content-Type: application/json")
    try:
        body = parse_json(request.get_data())
    except ValueError as error:
        raise BadRequest(str(error)) from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body
