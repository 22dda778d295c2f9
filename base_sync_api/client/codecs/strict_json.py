"""JSON as RFC 8259 has it, and not as Python's reader has it.

``json`` takes NaN and Infinity, turns 1e400 into inf, keeps the last of duplicate
keys, and loses the text of a number. Amounts are decided on their text.
"""

import json
from typing import Any

from ..body_kind import kind_of
from ..errors import InvalidResponse
from .codec import BodyError, Codec


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
        raise InvalidResponse(reason=kind_of(body) or "not_json") from error


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("an object has the same key twice")
    return result


def decode(body: bytes, charset: str = "") -> Any:
    """As :func:`loads`: JSON is in UTF-8, whatever its header says."""
    return loads(body)


def encode(value: Any) -> bytes:
    """:raise BodyError: for what JSON has no word for"""
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BodyError(str(error)) from error


CODEC = Codec(("application/json", "text/json"), decode, encode)
