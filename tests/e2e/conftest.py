"""One Odoo for all tests; a transaction and mock APIs for each."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from live_odoo import live_odoo, undone
from mock_stock import MockStock
from shop import Shop


@pytest.fixture(scope="session")
def registry():
    with live_odoo("e2e") as registry:
        yield registry


@pytest.fixture
def shop(registry):
    """An Odoo with a warehouse, whose changes are undone after the test."""
    with undone(registry) as env:
        yield Shop(env)


@pytest.fixture
def serve():
    """Start a mock API: ``serve(quantities, locations=1)``; see :class:`MockStock`."""
    started = []

    def start(*args, **options):
        started.append(MockStock(*args, **options))
        return started[-1]

    yield start
    for api in started:
        api.close()
