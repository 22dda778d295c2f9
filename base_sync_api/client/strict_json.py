"""JSON as RFC 8259 has it, and not as Python's reader has it.

``json`` takes NaN and Infinity, turns 1e400 into inf, keeps the last of duplicate
keys, and loses the text of a number. Quantities are decided on their text.
"""

import json
import re

from .errors import InvalidResponse

#: what begins a page for people; anything else in angle brackets is XML
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<!?"
    rb"(?:doctype\s+html|html|head|body|title|meta|link|script|style|center|div|span|p|"
    rb"h[1-6]|br|hr|b|pre|table|form|a)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
#: as much of a body as it takes to see what it is
_BEGINNING = 4096


class JsonNumber(str):
    """A JSON number, kept as the text that was sent."""

    __slots__ = ()


def loads(body: bytes):
    """The value in ``body``; its numbers are :class:`JsonNumber`.

    :raise InvalidResponse: for anything that is not strict JSON in UTF-8
    """
    try:
        # A byte order mark is what some .NET servers send; RFC 8259 lets us pass it.
        text = body.decode("utf-8-sig")
        return json.loads(
            text,
            parse_int=JsonNumber,
            parse_float=JsonNumber,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique_keys,
        )
    except (ValueError, RecursionError) as error:
        # RecursionError: thousands of nested brackets
        raise InvalidResponse(reason=_kind(body)) from error


def looks_like_html(body: bytes) -> bool:
    return bool(_HTML.match(body[:_BEGINNING]))


def _kind(body: bytes) -> str:
    """What a body is that is no JSON: html, xml, csv, or only not_json."""
    if looks_like_html(body):
        return "html"
    if _MARKUP.match(body):
        return "xml"
    return "csv" if _looks_like_csv(body) else "not_json"


def _looks_like_csv(body: bytes) -> bool:
    """Lines that are divided by the same sign, equally often."""
    text = body[:_BEGINNING].decode("utf-8-sig", "replace")
    if text.lstrip().startswith(("{", "[")):
        return False
    lines = [line for line in text.splitlines()[:5] if line.strip()]
    if len(body) > _BEGINNING:
        lines = lines[:-1] or lines  # the last one may be cut
    return len(lines) > 1 and any(
        len({line.count(sign) for line in lines}) == 1 and sign in lines[0]
        for sign in ";,\t|"
    )


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("an object has the same key twice")
    return result
