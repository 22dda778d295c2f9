"""The addon's client without a database; Odoo and a mock API for the histories."""

import pytest
from live_odoo import live_odoo

import odoo.addons

from devenv.paths import PROJECT

# The addon is imported from here, without a database and without a configuration.
odoo.addons.__path__.append(str(PROJECT))


@pytest.fixture(scope="session")
def registry(runtime):
    with live_odoo(runtime, "properties") as registry:
        yield registry
