"""Everybody at once on the same products: the scheduled action, buttons, people."""

import re
import time

import pytest
from any_change import set_up
from bound_products import stock
from chaos_settings import choose, seeded
from crowd import crowd
from local_api import LocalApi
from scheduled_odoo import ScheduledOdoo
from stock_ledger import check_books, check_equal, check_no_duplicates, troubles

SECONDS = choose(15, 60)
#: pauses between runs, as multiples of what a run takes: if one were always under way,
#: Odoo's five attempts would not always be enough for a button
PAUSES = (1, 3)
PRODUCTS = 50

_COUNTS = """
    SELECT binding.external_id, quant.inventory_quantity
      FROM stock_quant quant
      JOIN stock_sync_binding binding ON binding.product_id = quant.product_id
      JOIN stock_location location ON location.id = quant.location_id
     WHERE quant.inventory_quantity_set AND location.usage = 'internal'
"""
_TRANSFERRED = """
    SELECT binding.external_id,
           sum(CASE type.code WHEN 'incoming' THEN move.quantity
                              ELSE -move.quantity END)
      FROM stock_move move
      JOIN stock_picking picking ON picking.id = move.picking_id
      JOIN stock_picking_type type ON type.id = picking.picking_type_id
      JOIN stock_sync_binding binding ON binding.product_id = move.product_id
     WHERE move.state = 'done'
  GROUP BY binding.external_id
"""
_MERGE_AND_CLEAR = """
Quant = env["stock.quant"]
Quant._quant_tasks()
Quant.search([("inventory_quantity_set", "=", True)]).action_clear_inventory_quantity()
"""
#: what Odoo says before it tries again, and what the addon says of a single product
_EXPECTED = re.compile(r"odoo\.sql_db: bad query|: apply_failed: Someone else is")


@pytest.fixture
def products() -> int:
    return PRODUCTS


def test_everybody_at_once_loses_nothing_and_nobody_sees_a_database_error(
    odoo: ScheduledOdoo, api: LocalApi
) -> None:
    chance = seeded()
    set_up(odoo, api, "item")
    with odoo.serving():
        odoo.synchronise()
        before, first_run = stock(odoo), odoo.last_run()
        with crowd(odoo, api, chance.random(), SECONDS) as people:
            while people.is_at_work():
                time.sleep(odoo.synchronise() * chance.uniform(*PAUSES))
        print(dict(people.requests), dict(people.answers), len(people.counts), "counts")
        runs = odoo.query(
            "SELECT trigger, scope, state, count(*) FROM sync_run"
            f" WHERE id > {first_run} GROUP BY 1, 2, 3"
        )
        print(runs)

        assert people.errors == []
        who = {name for name, _tries in people.requests}
        assert who == {"Presser", "Deliverer", "Receiver", "Counter"}
        moved = {id_: quantity for id_, quantity in people.moved.items() if quantity}
        transferred = {id_: total for id_, total in odoo.query(_TRANSFERRED) if total}
        assert transferred == moved, "told as done, and done"
        assert api.stock() == {
            id_: quantity + people.moved[id_] for id_, quantity in before.items()
        }

        odoo.synchronise()
        assert people.counts, "nobody has typed in anything"
        assert dict(odoo.query(_COUNTS)) == people.counts
        found, wanted = stock(odoo), api.stock()
        assert troubles(odoo) == {
            (id_, "count_in_progress") for id_ in wanted if found[id_] != wanted[id_]
        }

        odoo.shell(_MERGE_AND_CLEAR)
        odoo.synchronise()
        check_equal(odoo, wanted)
    check_books(odoo)
    check_no_duplicates(odoo)
    assert [line for line in odoo.problems() if not _EXPECTED.search(line)] == []
    assert {state for _trigger, _scope, state, _count in runs} <= {"done", "partial"}
