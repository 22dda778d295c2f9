from collections.abc import Iterator

import pytest

from devenv.environment import prepared
from devenv.odoo import Runtime


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """Odoo, and the server of its databases."""
    with prepared() as runtime:
        yield runtime
