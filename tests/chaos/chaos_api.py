"""The mock API as the other system: what it says is what there is."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Lock

from mock_api.app import create_app
from mock_api.catalogue import catalogue
from mock_api.server import Server
from mock_api.store import Store

LATENCY = 10  # ms


class Api:
    def __init__(self, url: str, store: Store) -> None:
        self.url = url
        self._store = store
        self._lock = Lock()

    def quantities(self) -> dict[str, float]:
        return {item.product_id: float(item.quantity) for item in self._store.items()}

    def change(self, chance: random.Random, share: float = 1) -> None:
        """Give a share of the products another quantity; never zero."""
        for external_id, quantity in self.quantities().items():
            if chance.random() < share:
                other = (int(quantity) + chance.randint(1, 900)) % 1000 + 1
                self._store.set_quantity(external_id, Decimal(other))

    def add(self, external_id: str, quantity: int) -> None:
        """Something came in, or went out."""
        with self._lock:
            before = self._store.get(external_id).quantity
            self._store.set_quantity(external_id, before + quantity)


@contextmanager
def serving_api(products: int) -> Iterator[Api]:
    store = Store(catalogue(products))
    with Server(create_app(store, latency_ms=LATENCY)) as server:
        yield Api(server.url, store)
