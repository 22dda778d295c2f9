"""The mock API in this process: the other system, which a test can look into."""

import random
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from threading import Lock
from types import TracebackType
from typing import Any

from mock_api.app import create_app
from mock_api.rows import levels_of
from mock_api.server import Server
from mock_api.state import current_state
from mock_api.store import Item, Store, utc_now

KEY = "a-key-for-the-tests"
_LONG_AGO = datetime(2025, 1, 1, tzinfo=timezone.utc)


class LocalApi:
    """A mock API on a port of its own, until it is closed.

    :param products: see :func:`items`
    :param options: of :func:`create_app`
    """

    def __init__(
        self, products: Iterable[Item], locations: int = 1, **options: Any
    ) -> None:
        #: what tells the API the time
        self.clock = utc_now
        self._locations = locations
        self._store = Store(products, clock=lambda: self.clock())
        self._lock = Lock()
        self.app = create_app(
            self._store, locations=locations, clock=lambda: self.clock(), **options
        )
        with self.app.app_context():
            self._state = current_state()
        self._server = Server(self.app).__enter__()
        self.url = self._server.url

    def __enter__(self) -> "LocalApi":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._server.close()

    def stock(self) -> dict[str, float]:
        """What there is, by product id, without what has no quantity."""
        return {
            item.product_id: float(item.quantity)
            for item in self._store.items()
            if item.quantity is not None
        }

    def stock_by_location(self) -> dict[tuple[int, str], float]:
        """The same at each location, by its number and the product id."""
        return {
            (level.location, item.product_id): float(level.quantity)
            for item in self._store.items()
            if item.quantity is not None
            for level in levels_of(item, self._locations)
        }

    def set(self, quantities: Mapping[str, str]) -> None:
        """Change quantities, by product id."""
        for product_id, quantity in quantities.items():
            self._store.set_quantity(product_id, Decimal(quantity))

    def add(self, product_id: str, quantity: int) -> None:
        """Something came in, or went out."""
        with self._lock:
            before = self._store.get(product_id).quantity
            self._store.set_quantity(product_id, before + quantity)

    def change(self, chance: random.Random, share: float = 1) -> None:
        """Give a share of the products another quantity; never zero."""
        for product_id, quantity in self.stock().items():
            if chance.random() < share:
                other = (int(quantity) + chance.randint(1, 900)) % 1000 + 1
                self._store.set_quantity(product_id, Decimal(other))

    def misbehave(self, scenario: str, **options: Any) -> None:
        """Switch a scenario on, as ``/control/scenario`` does."""
        self._state.switch.set(scenario, **options)

    def behave(self) -> None:
        """Switch every scenario off, and wait until connections are taken again."""
        self._state.switch.clear()
        host = self.url.removeprefix("http://")
        while True:
            with suppress(OSError, HTTPException):
                HTTPConnection(host, timeout=5).request("GET", "/health")
                return

    def requests(self) -> list[dict[str, Any]]:
        """The requests that came in, as ``/control/requests`` tells of them."""
        return self._state.received.shown(KEY)["requests"]


def items(
    quantities: Mapping[str, str | None], parents: Mapping[str, str] | None = None
) -> list[Item]:
    """Products with their quantities, None where no stock is kept.

    :param parents: the id of a variant to that of its parent
    """
    return [
        Item(
            product_id,
            f"Product {product_id}",
            None if quantity is None else Decimal(quantity),
            _LONG_AGO + timedelta(minutes=number),
            parent_id=(parents or {}).get(product_id),
        )
        for number, (product_id, quantity) in enumerate(quantities.items())
    ]
