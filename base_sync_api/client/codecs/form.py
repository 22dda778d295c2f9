"""Fields of a form, as browsers send them."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ..body_kind import kind_of
from ..errors import InvalidResponse
from .charset import text_of
from .codec import BodyError, Codec

_MOST_FIELDS = 10_000
#: what is special is encoded; markup and JSON are not
_ENCODED = re.compile("[!-;=?-~]+")


def decode(body: bytes, charset: str = "") -> dict[str, str | list[str]]:
    """The fields by their names; the values of one that comes again are a list.

    :raise InvalidResponse: for anything that is not plainly a form
    """
    text = text_of(body, charset).strip()
    fields: dict[str, str | list[str]] = {}
    try:
        if not _ENCODED.fullmatch(text):
            raise ValueError("what is special in a form is encoded")
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise InvalidResponse(reason=kind_of(body) or "not_form") from error
    for name, value in pairs:
        first = fields.setdefault(name, value)
        if isinstance(first, list):
            first.append(value)
        elif first is not value:
            fields[name] = [first, value]
    return fields


def encode(fields: Any) -> bytes:
    """A form of (name, value) or of a mapping; a list repeats its name.

    :raise BodyError: for values in values, which no form has
    """
    if not isinstance(fields, Mapping | list | tuple):
        raise BodyError("a form is made of names and values")
    pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise BodyError("a form is made of names and values")
        value = pair[1]
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is None or isinstance(one, dict | list | tuple | set | bool):
                raise BodyError(f"{pair[0]}: a form has texts and numbers")
    try:
        return urlencode([tuple(pair) for pair in pairs], doseq=True).encode()
    except UnicodeError as error:
        raise BodyError(str(error)) from error


CODEC = Codec(("application/x-www-form-urlencoded",), decode, encode)
