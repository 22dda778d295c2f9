import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

#: the value of a parameter; a list repeats it in a query
Value = str | int | list[str]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
#: those that only ask (RFC 9110, 9.2.1)
READS = frozenset({"GET", "HEAD"})


class Request(NamedTuple):
    """What is asked of an API, or told it.

    :param body: plain Python; None for none
    :param codec: the name of what writes the body
    :param is_read: it changes nothing there, whatever its method
    :param repeatable: it may be sent again by itself, though something there may have
        been changed already
    :param headers: (name, value), for this request only
    """

    url: str
    method: str = "GET"
    body: Any = None
    codec: str = "json"
    is_read: bool = True
    repeatable: bool = True
    headers: tuple[tuple[str, str], ...] = ()


class WireRequest(NamedTuple):
    """A request as it is sent, but for what says who sends it."""

    method: str
    url: str
    body: bytes | None
    headers: dict[str, str | bytes]


def with_query(url: str, params: Iterable[tuple[str, Value]]) -> Request:
    """:param params: (name, value), added to the query that the URL may have"""
    query = urlencode(list(params), doseq=True, quote_via=quote)
    if not query:
        return Request(url)
    return Request(url + ("&" if "?" in url else "?") + query)


def with_body(url: str, params: Iterable[tuple[str, Value]]) -> Request:
    """A question whose parameters are in a body: a POST that only asks.

    :param params: (name, value); dots in the name make objects within objects
    """
    body: dict[str, Any] = {}
    for name, value in params:
        *outer, last = name.split(".")
        place = body
        for key in outer:
            if not isinstance(place.get(key), dict):
                place[key] = {}
            place = place[key]
        place[last] = value
    return Request(url, "POST", body)


def json_or_text(text: str) -> Any:
    """The value that the text is in JSON; the text itself where it is none."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text


def _refuse_constant(name: str):
    raise ValueError(f"{name} is not JSON")
