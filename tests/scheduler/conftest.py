"""The servers of the tests of chaos, here left in peace."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "chaos"))

from chaos_api import Api  # noqa: E402
from chaos_odoo import ChaosOdoo  # noqa: E402
from scheduler_settings import LATENCY, PRODUCTS  # noqa: E402

from devenv import databases  # noqa: E402
from devenv.environment import prepared  # noqa: E402
from devenv.lock import preparing  # noqa: E402
from devenv.odoo import Runtime  # noqa: E402
from mock_api.app import create_app  # noqa: E402
from mock_api.catalogue import catalogue  # noqa: E402
from mock_api.server import Server  # noqa: E402
from mock_api.store import Store  # noqa: E402


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    with prepared() as runtime:
        yield runtime


@pytest.fixture
def odoo(runtime: Runtime, tmp_path: Path) -> Iterator[ChaosOdoo]:
    """A database, and servers whose scheduled actions have short turns."""
    name = "stock_sync_scheduler"
    with preparing():
        databases.copy(runtime, databases.addon_template(runtime), name)
    odoo = ChaosOdoo(runtime, name, tmp_path)
    odoo.launcher.append(HERE / "short_turns.py")
    yield odoo
    databases.drop(runtime, name)


@pytest.fixture
def api() -> Iterator[Api]:
    store = Store(catalogue(PRODUCTS))
    with Server(create_app(store, latency_ms=LATENCY)) as server:
        yield Api(server.url, store)
