"""Runs in the hands of a real server's scheduler, which nobody wakes up meanwhile."""

import random
import re
from datetime import datetime
from typing import Any

import pytest
from any_change import set_up
from local_api import LocalApi
from scheduled_odoo import ScheduledOdoo
from scheduler_settings import PRODUCTS

#: seconds
SOON = 2

_MEASURE = """
import time
from odoo.addons.base_sync_api.models import sync_engine

backend = env["sync.flow"].search([("base_url", "!=", False)])
service = env["stock.sync.service"]
cron = env.ref("stock_sync_api.ir_cron_stock_sync")
calls = env["ir.cron.progress"]
open_runs = [("state", "in", ["planning", "applying"])]

def wait(condition):
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < 120, "It never came."
        time.sleep(0.02)
        env.cr.commit()
        env.invalidate_all()
    return time.monotonic() - start

def measure(begin):
    before = calls.search_count([])
    begin()
    env.cr.commit()
    begun = wait(lambda: calls.search_count([]) > before)
    ended = wait(lambda: not backend.run_ids.search_count(open_runs) and not
        env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]))
    run = backend.run_ids.search([], limit=1)
    return [begun, ended, run.state, run.received, run.changed]

result = {}
"""
_START = (
    _MEASURE
    + """
backend.concurrency = 25
result["round"] = measure(cron._trigger)
result["preview"] = measure(lambda: service.start_flow(backend, preview=True))
"""
)
_CONTINUE = (
    _MEASURE
    + """
sync_engine.FOREGROUND_SECONDS = -1  # nothing is done while a person waits
backend.write({"guard_change_percent": 1, "guard_minimum": 1})
result["start"] = measure(lambda: service.start_flow(backend))
held = backend.run_ids.search([("state", "=", "held")])
result["approval"] = measure(held.action_approve)
"""
)
_TURN = re.compile(
    r"^(\S+ \S+) \d+ INFO \S+ \S+ Job 'Stock synchronisation' \(\d+\)"
    r" (starting|fully done|partially done)",
    re.MULTILINE,
)


def turns(odoo: ScheduledOdoo) -> list[tuple[str, float]]:
    """What the scheduler logged of our action: its word, and when."""
    return [
        (word, datetime.strptime(when, "%Y-%m-%d %H:%M:%S,%f").timestamp())
        for when, word in _TURN.findall(odoo.log)
    ]


def pauses(odoo: ScheduledOdoo) -> list[float]:
    """Seconds between each turn that left something and the next."""
    found = turns(odoo)
    return [
        later - earlier
        for (word, earlier), (_next, later) in zip(found, found[1:], strict=False)
        if word == "partially done"
    ]


def begin(odoo: ScheduledOdoo, api: LocalApi) -> None:
    """Have the server listen, and something to do that nobody has told it of."""
    odoo.trigger()
    odoo.wait_for_work()
    set_up(odoo, api, "item")


def check(measured: dict[str, list[Any]], what: str, *outcome: object) -> None:
    begun, _ended, *found = measured[what]
    assert begun < SOON, f"{what} began after {begun:.1f} s"
    assert found == list(outcome), what


@pytest.mark.parametrize("kind", ["threads", "workers"])
def test_what_is_started_begins_soon_and_goes_on_from_turn_to_turn_without_a_pause(
    odoo: ScheduledOdoo, api: LocalApi, kind: str
) -> None:
    workers = kind == "workers"
    measured: dict[str, list[Any]] = {}
    starts = 3
    odoo.leave_only_ours()
    with odoo.serving(f"--workers={workers:d}", http=workers):
        begin(odoo, api)
        measured.update(odoo.shell(_START))
        if not workers:
            api.change(random.Random(0))
            measured.update(odoo.shell(_CONTINUE))
            starts += 2

    check(measured, "round", "done", PRODUCTS, PRODUCTS)
    check(measured, "preview", "done", PRODUCTS, 0)
    if not workers:
        check(measured, "start", "held", PRODUCTS, 0)
        check(measured, "approval", "done", PRODUCTS, PRODUCTS)
    assert len(pauses(odoo)) >= starts, "hardly a run needed several turns"
    assert max(pauses(odoo)) < SOON
    # Each start came to its end once, and nothing was called for after that.
    words = [word for word, _when in turns(odoo)]
    assert words.count("fully done") == starts
    assert words.count("starting") == starts + words.count("partially done")
