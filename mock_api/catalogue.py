"""A made-up catalogue that is the same at every start."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from mock_api.store import Item

_MATERIALS = ("Oak", "Steel", "Glass", "Cotton", "Bamboo", "Copper", "Cork")
_THINGS = ("table", "lamp", "bowl", "shelf", "chair", "tray", "stool", "box", "clock")
_START = datetime(2025, 1, 1, tzinfo=timezone.utc)


def catalogue(size: int) -> Iterator[Item]:
    """Yield the products "1" to str(size). Product 123 has 50."""
    return (_item(number) for number in range(1, size + 1))


def _item(number: int) -> Item:
    material = _MATERIALS[number % len(_MATERIALS)]
    thing = _THINGS[number % len(_THINGS)]
    return Item(
        product_id=str(number),
        name=f"{material} {thing} {number}",
        quantity=Decimal((37 * number + 499) % 1000),
        updated_at=_START + timedelta(seconds=number),
    )
