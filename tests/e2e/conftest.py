"""A transaction and mock APIs for each test."""

import pytest
from live_odoo import undone
from local_api import KEY, LocalApi, items
from shop import Shop


@pytest.fixture
def shop(registry):
    """An Odoo with a warehouse, whose changes are undone after the test."""
    with undone(registry) as env:
        yield Shop(env)


@pytest.fixture
def serve():
    """Start a mock API that asks for :data:`KEY`; see :class:`LocalApi`."""
    started = []

    def start(quantities, locations=1, parents=None):
        products = items(quantities, parents)
        started.append(LocalApi(products, locations, api_key=KEY))
        return started[-1]

    yield start
    for api in started:
        api.close()
