"""What an API calls the things that it speaks of."""

import re

from .codecs.strict_json import JsonNumber
from .errors import InvalidResponse

#: what an id may not contain: PostgreSQL takes no NUL, UTF-8 no surrogates
UNUSABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

#: longer ones are no ids; an index of PostgreSQL could not hold them
_MAX_LENGTH = 256

_WHOLE_NUMBER = re.compile("-?[0-9]+")


def id_text(value: object) -> str:
    """:raise InvalidResponse: for what is neither a text nor a whole number"""
    if type(value) is str:
        return value
    if isinstance(value, JsonNumber):
        if _WHOLE_NUMBER.fullmatch(value):
            return str(value)
        raise InvalidResponse(reason="bad_id_number", id=_shown(value))
    raise InvalidResponse(reason="bad_id")


def usable_id(value: object) -> str:
    """:raise InvalidResponse: for what no database can keep as an id"""
    external_id = id_text(value).strip()  # as Odoo keeps them
    if is_usable_id(external_id):
        return external_id
    if not external_id:
        raise InvalidResponse(reason="bad_id_empty")
    is_long = len(external_id) > _MAX_LENGTH
    raise InvalidResponse(
        reason="bad_id_long" if is_long else "bad_id_character",
        id=_shown(external_id),
    )


def is_usable_id(external_id: str) -> bool:
    """Whether a database can keep it."""
    return 0 < len(external_id) <= _MAX_LENGTH and (
        external_id.isprintable()  # which is faster, and nearly all of them are
        or not UNUSABLE.search(external_id)
    )


def printable(text: str) -> str:
    """The text with what cannot be stored or shown replaced."""
    return UNUSABLE.sub("�", text)


def _shown(text: str) -> str:
    """The beginning of an id, for a message."""
    shown = "".join(char if char.isprintable() else "�" for char in text[:40])
    return shown + "…" if len(text) > 40 else shown
