"""Copies of the database with stock, on an Odoo that has not seen our addons."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from new_database import NewDatabase, forget_addons, open_database
from odoo_database import copied

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime


@pytest.fixture
def new_database(runtime: Runtime, tmp_path: Path) -> Iterator[NewDatabase]:
    """Open the database; see :func:`open_database`."""
    with preparing():
        databases.prepare(runtime, databases.STOCK)
    with copied(runtime, databases.STOCK, "stock_sync_packaging") as name:
        forget_addons(runtime, name)
        yield partial(open_database, runtime, name, tmp_path)
