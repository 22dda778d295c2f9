"""PostgreSQL goes down in the middle of runs, and comes back."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from any_change import set_up
from chaos_settings import choose, seeded
from local_api import LocalApi
from own_postgres import OwnPostgres, copy_database, own_postgres
from scheduled_odoo import ScheduledOdoo
from stock_ledger import check_books, check_equal, check_no_duplicates

from devenv.odoo import Runtime

RESTARTS = choose(2, 20)


@pytest.fixture
def own(
    runtime: Runtime, template: str, tmp_path: Path
) -> Iterator[tuple[OwnPostgres, ScheduledOdoo]]:
    """A server, and a database with the addon there."""
    name = "stock_sync_chaos_own"
    with own_postgres() as (postgres, server):
        target = Runtime(runtime.odoo, server)
        copy_database(runtime, target, template, name)
        yield postgres, ScheduledOdoo(target, name, tmp_path)
        shutil.rmtree(target.filestore(name))


def test_run_goes_on_when_postgresql_is_back(
    own: tuple[OwnPostgres, ScheduledOdoo], api: LocalApi
) -> None:
    postgres, odoo = own
    chance = seeded()
    hits: Counter[str] = Counter()
    set_up(odoo, api, "item")
    with odoo.serving():
        odoo.synchronise()
        api.change(chance)
        seconds = odoo.synchronise()

    for _restart in range(RESTARTS):
        with odoo.serving():
            last = odoo.last_run()
            api.change(chance)
            odoo.trigger()
            odoo.wait_for_open_run(last)
            time.sleep(chance.uniform(0, seconds))  # any moment will do
            postgres.crash()
        # Odoo's own thread for scheduled actions ends with its connection (it is not
        # so with --workers), hence a new server.
        postgres.start()
        hits[odoo.phase()] += 1
        check_books(odoo)
        odoo.trigger()
        with odoo.serving():
            odoo.settle()
        check_books(odoo)
        check_equal(odoo, api.stock())
        check_no_duplicates(odoo)

    print(f"{RESTARTS} restarts, runs of {seconds:.1f} s, {dict(hits)}")
    assert hits["over"] <= RESTARTS / 2, "too few were in the middle of a run"
    states = odoo.query("SELECT DISTINCT state FROM sync_run")
    assert states == [("done",)]
