"""Backends synchronised by the real job runner, in a real server."""

from contextlib import AbstractContextManager
from threading import Barrier, Event

from bound_products import bind, stock
from held_api import HeldApi
from served_odoo import PATIENCE, ServedOdoo

from devenv.paths import QUEUE_ADDON
from devenv.services import Service

#: the products of the first backend; the second has the others
FIRST = 250

_TRIGGER = 'env.ref("stock_sync_api.ir_cron_stock_sync")._trigger()'
_DIRECTLY = 'env.ref("stock_sync_api.ir_cron_stock_sync").method_direct_trigger()'

_JOBS = """
    SELECT job.channel, job.state
      FROM queue_job job
      JOIN sync_flow flow
        ON job.channel = 'root.sync.flow_' || flow.id
  ORDER BY flow.id
"""


def set_up(odoo: ServedOdoo, api: HeldApi) -> None:
    ids = [*api.stock()]
    bind(odoo, api, [ids[:FIRST], ids[FIRST:]], apart=True, concurrency=2)


def serving(odoo: ServedOdoo) -> AbstractContextManager[Service]:
    """A server whose job runner may run four jobs at once."""
    return odoo.serving(
        "--load=base,rpc,web,queue_job",
        http=True,
        environment={"ODOO_QUEUE_JOB_CHANNELS": "root:4"},
    )


def states(odoo: ServedOdoo) -> list[str]:
    return [state for _channel, state in odoo.query(_JOBS)]


def test_two_backends_synchronise_at_once_each_on_its_channel(
    odoo: ServedOdoo, api: HeldApi
) -> None:
    set_up(odoo, api)
    together = Barrier(2)
    meets = {"1", str(FIRST + 1)}

    def wait_for_each_other(external_id: str) -> None:
        if external_id in meets:
            together.wait(PATIENCE)

    api.before = wait_for_each_other
    with serving(odoo):
        odoo.shell(_TRIGGER)
        odoo.wait_for(lambda: states(odoo) == ["done", "done"])
    assert not together.broken
    assert len({channel for channel, _state in odoo.query(_JOBS)}) == 2
    assert stock(odoo) == api.stock()
    runs = odoo.query("SELECT state, trigger FROM sync_run")
    assert runs == [("done", "cron"), ("done", "cron")]


def test_killed_server_goes_on_with_the_run_and_sets_each_product_once(
    odoo: ServedOdoo, api: HeldApi
) -> None:
    set_up(odoo, api)
    reached, killed = Event(), Event()
    last = str(FIRST)

    def hold(external_id: str) -> None:
        if external_id == last:
            reached.set()
            killed.wait(PATIENCE)

    api.before = hold
    received = "SELECT max(received) FROM sync_run"
    odoo.shell(_DIRECTLY)
    with serving(odoo) as server:
        assert reached.wait(PATIENCE)
        odoo.wait_for(lambda: odoo.query(received) > [(0,)])
        odoo.wait_for(lambda: states(odoo) == ["started", "done"])
        server.kill()
    killed.set()
    [(half,)] = odoo.query(received)
    assert 0 < half < FIRST
    asked_before = api.asked.copy()

    # As if it had been down for a while: a job counts as dead after ten seconds.
    odoo.query(
        "UPDATE queue_job SET date_enqueued = date_enqueued - interval '1 minute'"
    )
    with serving(odoo):
        odoo.wait_for(lambda: states(odoo) == ["done", "done"])
    assert stock(odoo) == api.stock()
    runs = odoo.query(
        "SELECT state, received, interruptions FROM sync_run ORDER BY flow_id"
    )
    assert runs[0] == ("done", FIRST, 1)
    assert len(runs) == 2
    moves = odoo.query(
        "SELECT count(*) FROM stock_move WHERE state = 'done' GROUP BY product_id"
    )
    assert moves
    assert {count for (count,) in moves} == {1}
    again = set(api.asked[len(asked_before) :])
    assert last in again
    assert "1" not in again, "what was planned is not asked about again"


def test_without_the_addon_the_scheduled_action_works_by_itself_again(
    odoo: ServedOdoo, api: HeldApi
) -> None:
    set_up(odoo, api)
    odoo.shell(_DIRECTLY)
    assert states(odoo) == ["pending", "pending"]
    odoo.uninstall(QUEUE_ADDON)
    assert odoo.query("SELECT name FROM queue_job_channel") == [("root",)]
    assert odoo.query("SELECT id FROM queue_job") == []
    assert not api.asked
    odoo.shell(_DIRECTLY)
    assert stock(odoo) == api.stock()
