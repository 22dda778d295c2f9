from collections.abc import Iterator
from pathlib import Path

import pytest
from local_api import LocalApi
from odoo_database import copied
from scheduled_odoo import ScheduledOdoo

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import ADDON
from mock_api.catalogue import catalogue

#: more than one transaction applies
PRODUCTS = 450
LATENCY = 10  # ms


@pytest.fixture(scope="session")
def template(runtime: Runtime) -> str:
    """A database with stock and the addon."""
    with preparing():
        return databases.with_addons(runtime, databases.STOCK, ADDON)


@pytest.fixture
def odoo(runtime: Runtime, template: str, tmp_path: Path) -> Iterator[ScheduledOdoo]:
    with copied(runtime, template, "stock_sync_chaos") as name:
        yield ScheduledOdoo(runtime, name, tmp_path)


@pytest.fixture
def products() -> int:
    """How many the API has."""
    return PRODUCTS


@pytest.fixture
def api(products: int) -> Iterator[LocalApi]:
    with LocalApi(catalogue(products), latency_ms=LATENCY) as api:
        yield api
