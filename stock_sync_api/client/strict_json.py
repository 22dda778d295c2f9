"""JSON as RFC 8259 has it, and not as Python's reader has it.

``json`` takes NaN and Infinity, turns 1e400 into inf, keeps the last of duplicate
keys, and loses the text of a number. Quantities are decided on their text.
"""

import json
import re

from .errors import InvalidResponse

_LOOKS_LIKE_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*<")


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
        reason = "html" if _LOOKS_LIKE_HTML.match(body) else "not_json"
        raise InvalidResponse(reason=reason) from error


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("an object has the same key twice")
    return result
