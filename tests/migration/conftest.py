"""A database that an earlier version has made, upgraded; and what it talks with."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from earlier_company import OF_SECOND, PRODUCTS, SECRETS
from earlier_odoo import places, rows, set_up_company
from local_api import LocalApi, items
from new_database import open_database
from odoo_database import OdooDatabase, copied
from pack_earlier_addons import ARCHIVE, VERSIONS
from upgraded import ABOUT, KEPT, MOVED, Upgraded

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import ADDON


@pytest.fixture(scope="session")
def earlier_addons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the addons of each earlier version, in one of its name."""
    folder = tmp_path_factory.mktemp("addons")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="session")
def apis() -> Iterator[dict[str, LocalApi]]:
    """One that works, with an ID that Odoo does not know; one of another company; and
    one that asks to wait.
    """
    quantities = dict.fromkeys([*PRODUCTS, "unknown"], "5")
    of_second = dict.fromkeys(OF_SECOND, "9")
    apis = {
        "first": LocalApi(items(quantities), api_key=SECRETS["backend"]),
        "second": LocalApi(items(of_second), api_key=SECRETS["second"]),
        "waiting": LocalApi(items({"W1": "3"}), scenario="status-429:3600"),
    }
    yield apis
    for api in apis.values():
        api.close()


@pytest.fixture(scope="session", params=VERSIONS)
def upgraded(
    request: pytest.FixtureRequest,
    runtime: Runtime,
    tmp_path_factory: pytest.TempPathFactory,
    earlier_addons: Path,
    apis: dict[str, LocalApi],
) -> Iterator[Upgraded]:
    """What an earlier version and its people had made, upgraded."""
    version, folder = request.param, tmp_path_factory.mktemp("odoo")
    with preparing():
        databases.prepare(runtime, databases.STOCK)
    apis["waiting"].misbehave("status-429:3600")
    with copied(runtime, databases.STOCK, "stock_sync_migration") as name:
        earlier = open_database(runtime, name, folder, earlier_addons / version)
        earlier.install(ADDON)
        runs = set_up_company(earlier, apis)
        tables = (*MOVED, *KEPT, *ABOUT, "stock_move", "ir_cron", "ir_model_fields")
        before = {table: rows(earlier, table) for table in tables}
        database = OdooDatabase(runtime, name, folder)
        upgraded = Upgraded(version, database, runs, before, places(earlier))
        upgraded.log += database.upgrade(ADDON)
        yield upgraded


@pytest.fixture(scope="session")
def installed(
    runtime: Runtime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OdooDatabase]:
    """The addon in a database that has had none before."""
    with preparing():
        template = databases.with_addons(runtime, databases.STOCK, ADDON)
    with copied(runtime, template, "stock_sync_migration_none") as name:
        yield OdooDatabase(runtime, name, tmp_path_factory.mktemp("odoo"))
