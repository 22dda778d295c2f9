from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos_api import Api, serving_api
from chaos_odoo import ChaosOdoo

from devenv import databases
from devenv.environment import prepared
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import ADDON

#: more than one transaction applies
PRODUCTS = 450


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    with prepared() as runtime:
        with preparing():
            databases.stock_template(runtime)
        yield runtime


@pytest.fixture(scope="session")
def template(runtime: Runtime) -> Iterator[str]:
    """A database with stock and the addon."""
    name = "stock_sync_chaos_template"
    databases.copy(runtime, databases.STOCK, name)
    databases.install(runtime, name, [ADDON])
    yield name
    databases.drop(runtime, name)


@pytest.fixture
def odoo(runtime: Runtime, template: str, tmp_path: Path) -> Iterator[ChaosOdoo]:
    name = "stock_sync_chaos"
    databases.copy(runtime, template, name)
    yield ChaosOdoo(runtime, name, tmp_path)
    databases.drop(runtime, name)


@pytest.fixture
def api() -> Iterator[Api]:
    with serving_api(PRODUCTS) as api:
        yield api
