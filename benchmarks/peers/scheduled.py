"""The addon through the thread that calls scheduled actions in a server."""

import time
from threading import Thread
from typing import Any

from odoo import SUPERUSER_ID, api, sql_db
from odoo.service.server import ThreadedServer
from odoo.tools import config

from .. import databases
from ..task import Task

#: seconds
_PATIENCE = 600

_threads: list[Thread] = []


def run(registry: Any, task: Task) -> int:
    config["db_name"] = [task.database]
    is_new = not _threads
    if is_new:
        _start()
    before = _last_run_id(registry)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        cron = env.ref("stock_sync_api.ir_cron_stock_sync")
        # Another action would be none of our time.
        cr.execute(
            "UPDATE ir_cron SET active = (id = %s),"
            " nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'",
            [cron.id],
        )
        cr.execute("DELETE FROM ir_cron_trigger")
        cron.invalidate_recordset()
        cron._trigger()
    calls = _wait(registry, before, wake=is_new)
    # Waits for the thread, which is not to do what another contender leaves to do.
    databases.query(task.database, "UPDATE ir_cron SET active = false")
    return calls


def _start() -> None:
    """Have what ``odoo`` has: a thread that sleeps until it is told to look."""
    server = ThreadedServer(None)
    thread = Thread(target=server.cron_thread, args=(0,), daemon=True)
    thread.start()
    _threads.append(thread)


def _wait(registry: Any, before: int, wake: bool) -> int:
    """Wait until the run is over.

    :param wake: the thread is new, and may not listen yet
    :return: how many requests it has made
    """
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            started = env["sync.run"].search([("id", ">", before)])
            if started and all(started.mapped("end_date")):
                return sum(started.mapped("api_calls"))
        if wake:
            _notify(registry.db_name)
        time.sleep(0.02)
    raise RuntimeError("The scheduler has not come to an end.")


def _notify(database: str) -> None:
    with sql_db.db_connect("postgres").cursor() as cr:
        cr.execute("SELECT pg_notify('cron_trigger', %s)", [database])


def _last_run_id(registry: Any) -> int:
    with registry.cursor() as cr:
        runs = api.Environment(cr, SUPERUSER_ID, {})["sync.run"]
        return runs.search([], order="id desc", limit=1).id or 0
