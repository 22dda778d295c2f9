"""Backends synchronised by the real job runner, in a real server."""

from threading import Barrier, Event

from held_api import HeldApi
from odoo_queue import PATIENCE, OdooQueue

#: the products of the first backend; the second has the others
FIRST = 250

_SET_UP = """
Backend = env["sync.flow"]
Warehouse = env["stock.warehouse"]
# Not the default one, which has no address.
for name, ids in %(backends)r.items():
    warehouse = Warehouse.create({"name": name, "code": name[:5]})
    backend = Backend.create(
        {
            "name": name,
            "base_url": %(url)r,
            "location_id": warehouse.lot_stock_id.id,
            "concurrency": 2,
        }
    )
    products = env["product.product"].create(
        [{"name": external_id, "is_storable": True} for external_id in ids]
    )
    env["stock.sync.binding"].create(
        [
            {
                "flow_id": backend.id,
                "product_id": product.id,
                "external_id": product.name,
            }
            for product in products
        ]
    )
"""
_TRIGGER = 'env.ref("stock_sync_api.ir_cron_stock_sync")._trigger()'
_DIRECTLY = 'env.ref("stock_sync_api.ir_cron_stock_sync").method_direct_trigger()'

_STOCK = """
    SELECT binding.external_id, coalesce(sum(quant.quantity), 0)
      FROM stock_sync_binding binding
      JOIN sync_flow backend ON backend.id = binding.flow_id
 LEFT JOIN stock_quant quant ON quant.product_id = binding.product_id
                            AND quant.location_id = backend.location_id
  GROUP BY binding.external_id
"""
_JOBS = """
    SELECT job.channel, job.state
      FROM queue_job job
      JOIN sync_flow backend
        ON job.channel = 'root.stock_sync.backend_' || backend.id
  ORDER BY backend.id
"""


def set_up(odoo: OdooQueue, api: HeldApi) -> None:
    ids = [item.product_id for item in api.store.items()]
    backends = {"First": ids[:FIRST], "Second": ids[FIRST:]}
    odoo.shell(_SET_UP % {"backends": backends, "url": api.url})


def states(odoo: OdooQueue) -> list[str]:
    return [state for _channel, state in odoo.query(_JOBS)]


def stock(odoo: OdooQueue) -> dict[str, float]:
    return dict(odoo.query(_STOCK))


def test_two_backends_synchronise_at_once_each_on_its_channel(
    odoo: OdooQueue, api: HeldApi
) -> None:
    set_up(odoo, api)
    together = Barrier(2)
    meets = {"1", str(FIRST + 1)}

    def wait_for_each_other(external_id: str) -> None:
        if external_id in meets:
            together.wait(PATIENCE)

    api.before = wait_for_each_other
    with odoo.serving():
        odoo.shell(_TRIGGER)
        odoo.wait_for(lambda: states(odoo) == ["done", "done"])
    assert not together.broken
    assert len({channel for channel, _state in odoo.query(_JOBS)}) == 2
    assert stock(odoo) == api.quantities()
    runs = odoo.query("SELECT state, trigger FROM sync_run")
    assert runs == [["done", "cron"], ["done", "cron"]]


def test_killed_server_goes_on_with_the_run_and_sets_each_product_once(
    odoo: OdooQueue, api: HeldApi
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
    with odoo.serving() as server:
        assert reached.wait(PATIENCE)
        odoo.wait_for(lambda: odoo.query(received) > [[0]])
        odoo.wait_for(lambda: states(odoo) == ["started", "done"])
        server.kill()
    killed.set()
    [[half]] = odoo.query(received)
    assert 0 < half < FIRST
    asked_before = api.asked.copy()

    # As if it had been down for a while: a job counts as dead after ten seconds.
    odoo.execute(
        "UPDATE queue_job SET date_enqueued = date_enqueued - interval '1 minute'"
    )
    with odoo.serving():
        odoo.wait_for(lambda: states(odoo) == ["done", "done"])
    assert stock(odoo) == api.quantities()
    runs = odoo.query(
        "SELECT state, received, interruptions FROM sync_run ORDER BY flow_id"
    )
    assert runs[0] == ["done", FIRST, 1]
    assert len(runs) == 2
    moves = odoo.query(
        "SELECT count(*) FROM stock_move WHERE state = 'done' GROUP BY product_id"
    )
    assert moves
    assert {count for [count] in moves} == {1}
    again = set(api.asked[len(asked_before) :])
    assert last in again
    assert "1" not in again, "what was planned is not asked about again"


def test_without_the_addon_the_scheduled_action_works_by_itself_again(
    odoo: OdooQueue, api: HeldApi
) -> None:
    set_up(odoo, api)
    odoo.shell(_DIRECTLY)
    assert states(odoo) == ["pending", "pending"]
    odoo.uninstall()
    assert odoo.query("SELECT name FROM queue_job_channel") == [["root"]]
    assert odoo.query("SELECT id FROM queue_job") == []
    assert not api.asked
    odoo.shell(_DIRECTLY)
    assert stock(odoo) == api.quantities()
