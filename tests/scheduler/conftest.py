from collections.abc import Iterator
from pathlib import Path

import pytest
from local_api import LocalApi
from odoo_database import copied
from scheduled_odoo import ScheduledOdoo
from scheduler_settings import LATENCY, PRODUCTS

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import ADDON
from mock_api.catalogue import catalogue

SHORT_TURNS = Path(__file__).with_name("short_turns.py")


@pytest.fixture
def odoo(runtime: Runtime, tmp_path: Path) -> Iterator[ScheduledOdoo]:
    """A database, and servers whose scheduled actions have short turns."""
    with preparing():
        template = databases.with_addons(runtime, databases.FULL, ADDON)
    with copied(runtime, template, "stock_sync_scheduler") as name:
        odoo = ScheduledOdoo(runtime, name, tmp_path)
        odoo.launcher.append(SHORT_TURNS)
        yield odoo


@pytest.fixture
def api() -> Iterator[LocalApi]:
    with LocalApi(catalogue(PRODUCTS), latency_ms=LATENCY) as api:
        yield api
