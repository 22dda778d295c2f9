from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from devenv.environment import prepared
from devenv.odoo import Runtime


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """Odoo, and the server of its databases."""
    with prepared() as runtime:
        yield replace(runtime, testing=True)


@pytest.fixture(scope="session")
def registry(runtime: Runtime) -> Iterator[Any]:
    """An Odoo in this process; tests undo what they do in its database."""
    from live_odoo import live_odoo  # few tests need it

    with live_odoo(runtime) as registry:
        yield registry
