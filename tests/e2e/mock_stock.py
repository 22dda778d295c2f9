"""The mock API in this process."""

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from http.client import HTTPConnection, HTTPException

from mock_api.app import create_app
from mock_api.rows import levels_of
from mock_api.server import Server
from mock_api.state import current_state
from mock_api.store import Item, Store, utc_now

KEY = "a-key-for-the-tests"
_LONG_AGO = datetime(2025, 1, 1, tzinfo=timezone.utc)


class MockStock:
    """A mock API on a port of its own, that asks for :data:`KEY`.

    :param quantities: dict of product id to quantity, None where no stock is kept
    :param locations: how many locations a quantity is split over, where there are any
    :param parents: dict of the id of a variant to that of its parent
    """

    def __init__(self, quantities, locations=1, parents=None):
        #: what tells the API the time
        self.clock = utc_now
        self._locations = locations
        self._store = Store(
            _items(quantities, parents or {}), clock=lambda: self.clock()
        )
        app = create_app(
            self._store, api_key=KEY, locations=locations, clock=lambda: self.clock()
        )
        with app.app_context():
            self._state = current_state()
        self._server = Server(app).__enter__()
        self.url = self._server.url

    def close(self):
        self._server.close()

    def set(self, changes):
        """Change quantities in the store: dict of product id to quantity."""
        for product_id, quantity in changes.items():
            self._store.set_quantity(product_id, Decimal(quantity))

    def stock(self):
        """What there is: dict of product id to quantity, without what has none."""
        return {
            item.product_id: float(item.quantity)
            for item in self._store.items()
            if item.quantity is not None
        }

    def stock_by_location(self):
        """The same at each location: dict of (number, product id) to quantity."""
        return {
            (level.location, item.product_id): float(level.quantity)
            for item in self._store.items()
            if item.quantity is not None
            for level in levels_of(item, self._locations)
        }

    def misbehave(self, scenario, **options):
        """Switch a scenario on, as ``/control/scenario`` does."""
        self._state.switch.set(scenario, **options)

    def behave(self):
        """Switch every scenario off, and wait until connections are taken again."""
        self._state.switch.clear()
        host = self.url.removeprefix("http://")
        while True:
            with suppress(OSError, HTTPException):
                HTTPConnection(host, timeout=5).request("GET", "/health")
                return

    def requests(self):
        """The requests that came in, as ``/control/requests`` tells of them."""
        return self._state.received.shown(KEY)["requests"]


def _items(quantities, parents):
    return [
        Item(
            product_id,
            f"Product {product_id}",
            None if quantity is None else Decimal(quantity),
            _LONG_AGO + timedelta(minutes=number),
            parent_id=parents.get(product_id),
        )
        for number, (product_id, quantity) in enumerate(quantities.items())
    ]
