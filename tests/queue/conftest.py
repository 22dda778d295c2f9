from collections.abc import Iterator
from pathlib import Path

import pytest
from held_api import HeldApi, held_api
from odoo_queue import OdooQueue

from devenv import databases
from devenv.environment import prepared
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import QUEUE_ADDON

PRODUCTS = 260


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    with prepared() as runtime:
        yield runtime


@pytest.fixture(scope="session")
def template(runtime: Runtime) -> Iterator[str]:
    """A database with stock and the addon that queues."""
    name = "stock_sync_queue_template"
    with preparing():
        databases.stock_template(runtime)
        databases.copy(runtime, databases.STOCK, name)
    databases.install(runtime, name, [QUEUE_ADDON])
    yield name
    databases.drop(runtime, name)


@pytest.fixture
def odoo(runtime: Runtime, template: str, tmp_path: Path) -> Iterator[OdooQueue]:
    name = "stock_sync_queue_test"
    databases.copy(runtime, template, name)
    yield OdooQueue(runtime, name, tmp_path)
    databases.drop(runtime, name)


@pytest.fixture
def api() -> Iterator[HeldApi]:
    with held_api(PRODUCTS) as api:
        yield api
