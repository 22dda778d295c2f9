"""What is a quantity, and what is not."""

import re
from decimal import Decimal

from mock_api.strict_json import JsonNumber

RULE = (
    'quantity must be a decimal number such as "12.5", '
    "at most 11 digits before the point and 6 after"
)
_QUANTITY = re.compile(r"-?(0|[1-9][0-9]{0,10})(\.[0-9]{1,6})?")
_EXPONENT = re.compile(r"[eE][+-]?[0-9]{1,2}$")


def parse_quantity(value: object) -> Decimal:
    """Return a JSON text or number as a quantity; nothing is rounded.

    :raise ValueError: for anything else, with a sentence for people
    """
    if not isinstance(value, str):
        raise ValueError(RULE)
    text: str = value
    if isinstance(value, JsonNumber) and _EXPONENT.search(value):
        text = format(Decimal(value), "f")  # many programs write 0.00001 as 1e-05
    if not _QUANTITY.fullmatch(text):
        raise ValueError(RULE)
    return Decimal(text)
