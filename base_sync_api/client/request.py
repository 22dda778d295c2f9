import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

#: the value of a parameter; a list repeats it in a query
Value = str | int | list[str]


class Request(NamedTuple):
    """What is asked. With a body it is a POST, else a GET."""

    url: str
    body: dict[str, Any] | None = None


def with_query(url: str, params: Iterable[tuple[str, Value]]) -> Request:
    """:param params: (name, value), added to the query that the URL may have"""
    query = urlencode(list(params), doseq=True, quote_via=quote)
    if not query:
        return Request(url)
    return Request(url + ("&" if "?" in url else "?") + query)


def with_body(url: str, params: Iterable[tuple[str, Value]]) -> Request:
    """:param params: (name, value); dots in the name make objects within objects"""
    body: dict[str, Any] = {}
    for name, value in params:
        *outer, last = name.split(".")
        place = body
        for key in outer:
            if not isinstance(place.get(key), dict):
                place[key] = {}
            place = place[key]
        place[last] = value
    return Request(url, body)


def json_or_text(text: str) -> Any:
    """The value that the text is in JSON; the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
