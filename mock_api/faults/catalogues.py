"""Scenarios whose answer is well made and tells something wrong."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from mock_api.faults.exchange import Exchange
from mock_api.faults.redirects import elsewhere
from mock_api.faults.scenario import Run, number, one_of, scenario
from mock_api.rows import Part, Sliceable
from mock_api.stock import Stock
from mock_api.store import Item, UnknownProduct

T = TypeVar("T")
LOOP_TOTAL = 1_000_000


def _with(stock: Callable[[Exchange, Any], Stock]) -> Run:
    """Return a scenario that lets the shapes answer from another stock."""

    def run(exchange: Exchange, value: Any) -> Response:
        exchange.stock = stock(exchange, value)
        return exchange.answer()

    return run


class _Changed(Stock):
    """Another stock before the one that there is."""

    def __init__(self, exchange: Exchange, value: Any) -> None:
        super().__init__(exchange.stock.store)
        self._exchange = exchange
        self._value = value


class _PageLoop(_Changed):
    def cut(self, rows: Sliceable[T], start: int, size: int) -> Part[T]:
        second = start // size % 2 == 1
        part = super().cut(rows, size if second and size < len(rows) else 0, size)
        return Part(part.rows, LOOP_TOTAL, LOOP_TOTAL // size, 0 if second else size)


scenario(
    "page-loop",
    "the second page leads to the first again: A, B, A, B; all numbers say go on",
)(_with(_PageLoop))


class _EndlessPages(_Changed):
    def cut(self, rows: Sliceable[T], start: int, size: int) -> Part[T]:
        real = super().cut(rows, 0, size).rows
        made_up: list[Any] = [
            replace(real[place % len(real)], product_id=str(10**12 + start + place))  # type: ignore[type-var]
            for place in range(size if real else 0)
        ]
        following = start + size
        return Part(made_up, following + size, following // size + 1, following)


scenario(
    "endless-pages", "page after page of products that nobody knows, without an end"
)(_with(_EndlessPages))


class _TotalLies(_Changed):
    def cut(self, rows: Sliceable[T], start: int, size: int) -> Part[T]:
        part = super().cut(rows, start, size)
        lie = part.total * 2 + 1 if self._value == "high" else part.total // 2
        return replace(part, total=lie)


scenario(
    "total-lies",
    "a total that is too high or too low; the number of pages is right",
    "high|low",
    one_of("high", "low"),
)(_with(_TotalLies))


class _ProductTwice(_Changed):
    def cut(self, rows: Sliceable[T], start: int, size: int) -> Part[T]:
        part = super().cut(rows, start, size)
        again: list[Any] = list(part.rows[:1])
        if self._value == "different":
            again = [
                replace(
                    row, quantity=None if row.quantity is None else row.quantity + 1
                )
                for row in again
            ]
        return replace(part, rows=[*part.rows, *again])


scenario(
    "product-twice",
    "the first row of each page once more at its end, with the same or one unit more",
    "same|different",
    one_of("same", "different"),
)(_with(_ProductTwice))


class _OtherProduct(_Changed):
    def get(self, product_id: str) -> Item:
        items = self.store.items()
        position = items.index(super().get(product_id)) + 1
        return items[position % len(items)]


scenario(
    "other-product", "who asks for a product by its id gets the next one of the list"
)(_with(_OtherProduct))


class _EmptyCatalogue(_Changed):
    def get(self, product_id: str) -> Item:
        raise UnknownProduct(product_id)

    def items(
        self,
        updated_since: datetime | None = None,
        product_ids: Iterable[str] | None = None,
    ) -> Sequence[Item]:
        return []


scenario("empty-catalogue", "no products at all, and no error")(_with(_EmptyCatalogue))


class _NextElsewhere(_Changed):
    def link(self, url: str) -> str:
        address = urlsplit(url)
        path = address.path or self._exchange.request.path
        return f"{self._value or elsewhere(self._exchange)}{path}?{address.query}"


scenario(
    "next-elsewhere",
    "the address of the next page, where one is told, is on another host",
    "BASE_URL=this server under another name",
    str,
)(_with(_NextElsewhere))


class _ShortToken(_Changed):
    def __init__(self, exchange: Exchange, value: float) -> None:
        super().__init__(exchange, value)
        self.token_seconds = int(value)


scenario(
    "short-token",
    "OAuth2 tokens that expire soon",
    "SECONDS=1",
    number(1, whole=True),
)(_with(_ShortToken))
