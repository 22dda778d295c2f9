import re
from decimal import Decimal

from .errors import InvalidNumber

# ASCII digits only: no sign "+" (it could mean "add"), no thousands separators, no
# underscores, no NaN.
_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")

#: A float column holds about 15 significant digits: with more than 11 before the
#: point the 2 to 4 after it would not come back as they were sent.
MAX_INTEGER_DIGITS = 11

#: longer texts are no number that anybody means
_MAX_LENGTH = 64


def parse_number(value: object) -> Decimal | None:
    """The number that an API means by ``value``, a text (JSON numbers are, too).

    :return: None for null, which is not zero
    :raise InvalidNumber: for everything that is not plainly one finite number
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidNumber(shown_value(value))
    if len(value) <= MAX_INTEGER_DIGITS and value.isascii() and value.isdecimal():
        return Decimal(value)  # nearly all of them
    text = value.strip(" \t\r\n")
    if len(text) > _MAX_LENGTH or not _NUMBER.fullmatch(text):
        raise InvalidNumber(shown_value(value))
    number = Decimal(text)
    if not number:
        return Decimal(0)  # also for -0 and 0e5
    if number.adjusted() >= MAX_INTEGER_DIGITS:
        raise InvalidNumber(shown_value(value))
    return number


def shown_value(value: object) -> str:
    """A short, printable rendering of what was sent, for a message."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict | list):
        text = "{…}" if isinstance(value, dict) else "[…]"
    else:
        text = str(value)
    text = "".join(char if char.isprintable() else "�" for char in text)
    return text if len(text) <= 40 else text[:39] + "…"
