"""Rows of an answer: one or several for each product, cut into parts."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from mock_api.store import Item

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Sliceable(Protocol[T_co]):
    """A sequence, as far as it is needed here."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> Sequence[T_co]: ...


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """Some of the rows, and where they stand among all."""

    rows: Sequence[T]
    total: int
    pages: int
    next: int | None  # where the next part starts; None after the last one


def cut(rows: Sliceable[T], start: int, size: int) -> Part[T]:
    """Return the rows from ``start`` on, ``size`` at most."""
    total = len(rows)
    end = start + size
    return Part(rows[start:end], total, -(-total // size), end if end < total else None)


class Expanded(Generic[T]):
    """The same number of rows for each product, made when they are asked for."""

    def __init__(
        self,
        items: Sequence[Item],
        rows_per_item: int,
        expand: Callable[[Item], Sequence[T]],
    ) -> None:
        """Hold ``items``; ``expand`` makes the ``rows_per_item`` rows of one."""
        self._items = items if rows_per_item else []
        self._rows_per_item = max(rows_per_item, 1)
        self._expand = expand

    def __len__(self) -> int:
        return len(self._items) * self._rows_per_item

    def __getitem__(self, part: slice, /) -> Sequence[T]:
        start, stop, _ = part.indices(len(self))
        first = start // self._rows_per_item
        last = -(-stop // self._rows_per_item)
        rows = [row for item in self._items[first:last] for row in self._expand(item)]
        skipped = first * self._rows_per_item
        return rows[start - skipped : stop - skipped]


@dataclass(frozen=True, slots=True)
class Level(Item):
    """What of a product lies at one location, counted from 1."""

    location: int


def levels_of(item: Item, locations: int) -> list[Level]:
    """Return the product's quantity, split over the locations.

    Every location gets the same whole number, the first one the rest too: 50 over
    three is 18, 16, 16. Together it is exactly the quantity.
    """
    others: Decimal | None = None
    first = item.quantity
    if item.quantity is not None and locations > 1:
        others = Decimal(int(item.quantity / locations))
        first = item.quantity - others * (locations - 1)
    return [
        Level(
            item.product_id,
            item.name,
            first if location == 1 else others,
            item.updated_at,
            location,
            parent_id=item.parent_id,
        )
        for location in range(1, locations + 1)
    ]


def levels(
    items: Sequence[Item], locations: int, chosen: Container[str] | None = None
) -> Expanded[Level]:
    """Return the levels of products, location by location.

    :param locations: how many there are
    :param chosen: the codes or numbers of those that are wanted; by default all
    """
    numbers = [
        number
        for number in range(1, locations + 1)
        if chosen is None or location_code(number) in chosen or str(number) in chosen
    ]

    def expand(item: Item) -> list[Level]:
        all_levels = levels_of(item, locations)
        return [all_levels[number - 1] for number in numbers]

    return Expanded(items, len(numbers), expand)


def location_code(location: int) -> str:
    """Return the code of a location, for shapes that have texts."""
    return f"loc-{location}"


def number_or_text(product_id: str) -> int | str:
    """Return an id as the number that it is, for shapes that have numbers.

    An id that would not come back as it was ("007", "A-1") stays a text.
    """
    if len(product_id) <= 18 and product_id.isascii() and product_id.isdecimal():
        number = int(product_id)
        if str(number) == product_id:
            return number
    return product_id
