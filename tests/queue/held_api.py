"""The mock API, which can hold back answers until a test has seen to something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import request

from mock_api.app import create_app
from mock_api.catalogue import catalogue
from mock_api.server import Server
from mock_api.store import Store


class HeldApi:
    def __init__(self, url: str, store: Store) -> None:
        self.url = url
        self.store = store
        self.asked: list[str] = []
        #: called with each id that is asked about, before it is answered
        self.before: Callable[[str], object] = str

    def quantities(self) -> dict[str, float]:
        return {item.product_id: float(item.quantity) for item in self.store.items()}


@contextmanager
def held_api(products: int) -> Iterator[HeldApi]:
    store = Store(catalogue(products))
    app = create_app(store)
    with Server(app) as server:
        api = HeldApi(server.url, store)

        @app.before_request
        def note() -> None:
            external_id = request.path.rsplit("/", 1)[1]
            api.asked.append(external_id)
            api.before(external_id)

        yield api
