"""The server is killed at random moments of runs."""

import random
import time
from collections import Counter

import pytest
from any_change import set_up
from chaos_settings import choose, seeded
from local_api import LocalApi
from scheduled_odoo import ScheduledOdoo
from stock_ledger import check_books, check_equal, check_no_duplicates

#: in each mode
KILLS = choose(5, 50)


@pytest.mark.parametrize("mode", ["list", "item"])
def test_run_that_is_killed_sets_each_product_once_when_the_server_is_back(
    odoo: ScheduledOdoo, api: LocalApi, mode: str
) -> None:
    chance = seeded()
    hits: Counter[str] = Counter()
    set_up(odoo, api, mode)
    with odoo.serving():
        odoo.synchronise()
        api.change(chance)
        seconds = odoo.synchronise()

    for _kill in range(KILLS):
        with odoo.serving() as server:
            if odoo.phase() != "over" and chance.random() < 0.25:
                hits["killed again"] += 1
                odoo.trigger()
                odoo.wait_for_work()
            else:
                recover(odoo, api, chance)
                last = odoo.last_run()
                api.change(chance)
                odoo.trigger()
                odoo.wait_for_open_run(last)
            if chance.random() < 0.25:
                odoo.wait_for(lambda: odoo.phase() in ("half applied", "over"))
            else:
                time.sleep(chance.uniform(0, seconds))  # any moment will do
            server.kill()
        hits[odoo.phase()] += 1
        check_books(odoo)
    with odoo.serving():
        recover(odoo, api, chance)

    print(f"{mode}: {KILLS} kills, runs of {seconds:.1f} s, {dict(hits)}")
    assert hits["over"] <= KILLS / 2, "too few were in the middle of a run"
    states = odoo.query("SELECT DISTINCT state FROM sync_run")
    assert {state for (state,) in states} <= {"done", "interrupted"}


def recover(odoo: ScheduledOdoo, api: LocalApi, chance: random.Random) -> None:
    """After the next run all is as if nothing had happened.

    Where the API has changed while the server was down, after the one that follows.
    """
    changed = chance.random() < 0.5
    if changed:
        api.change(chance, share=0.2)
    odoo.trigger()
    odoo.settle()
    check_books(odoo)
    if changed:
        odoo.synchronise()
        check_books(odoo)
    check_equal(odoo, api.stock())
    check_no_duplicates(odoo)
