"""The addon's client without a database; Odoo and a mock API for the histories."""

import sys
from pathlib import Path

import pytest

import odoo.addons

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS / "e2e")]
# The addon is imported from here, without a database and without a configuration.
odoo.addons.__path__.append(str(TESTS.parent))

from live_odoo import live_odoo  # noqa: E402


@pytest.fixture(scope="session")
def registry():
    with live_odoo("properties") as registry:
        yield registry
