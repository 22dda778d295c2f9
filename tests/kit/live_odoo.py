"""A real Odoo in this process, on a database of its own.

Not in Odoo's test harness: that lets no request through but to its own host, and has
its own idea of timeouts.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from odoo_database import copied

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import ADDON


@contextmanager
def live_odoo(runtime: Runtime) -> Iterator[Registry]:
    """The registry of a copy of the database with the addon; dropped at the end."""
    name = f"stock_sync_live_{os.getpid()}"
    with preparing():
        template = databases.with_addons(runtime, databases.FULL, ADDON)
    with (
        copied(runtime, template, name),
        pytest.MonkeyPatch.context() as patch,
    ):
        # All processes of the tests inherit it: without addons that some must not see.
        environment = replace(runtime, testing=False).environment
        for variable, value in environment.items():
            patch.setenv(variable, value)
        config.parse_config(
            ["-c", environment["ODOO_RC"], "-d", name], setup_logging=False
        )
        try:
            yield Registry(name)
        finally:
            Registry.delete(name)


@contextmanager
def undone(registry: Registry) -> Iterator[Any]:
    """An environment of Odoo's administrator; what is done in it is undone."""
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        yield env(user=env.ref("base.user_admin"))
        cr.rollback()


@contextmanager
def undone_again(env: Any) -> Iterator[None]:
    """What is done in the block is undone after it, within a longer transaction."""
    savepoint = env.cr.savepoint()
    try:
        yield
    finally:
        savepoint.close(rollback=True)
        env.transaction.clear()
