from collections.abc import Iterator
from pathlib import Path

import pytest
from held_api import HeldApi
from odoo_database import copied
from served_odoo import ServedOdoo

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import ADDON, QUEUE_ADDON
from mock_api.catalogue import catalogue

PRODUCTS = 260


@pytest.fixture
def odoo(runtime: Runtime, tmp_path: Path) -> Iterator[ServedOdoo]:
    """A database with stock and the addon that queues."""
    with preparing():
        template = databases.with_addons(runtime, databases.STOCK, ADDON, QUEUE_ADDON)
    with copied(runtime, template, "stock_sync_queue") as name:
        yield ServedOdoo(runtime, name, tmp_path)


@pytest.fixture
def api() -> Iterator[HeldApi]:
    with HeldApi(catalogue(PRODUCTS)) as api:
        yield api
