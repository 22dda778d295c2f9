"""Whatever happens in a warehouse and to an API, one clean run makes them equal."""

from contextlib import ExitStack, contextmanager
from copy import copy

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from live_odoo import undone, undone_again
from local_api import KEY, LocalApi, items
from shop import Shop

NAMES = ["A-1", "B 2/é", "3"]
#: what breaks off half-way, and what is well made and wrong: the rest never gets as far
FAULTS = [
    *("reset-half-way", "storm:0.5,1", "storm:0.5,2", "rate-limit:1", "1e400"),
    *("page-loop", "total-lies:high", "total-lies:low", "product-twice:different"),
    *("other-product", "empty-catalogue"),
]
#: nothing is held: what is sudden here is meant
NO_GUARD = {
    "guard_minimum": 1000,
    "guard_difference": 1e9,
    "guard_zero_percent": 100,
}
LIMITS = {"max_attempts": 1, "request_timeout": 5, "concurrency": 1, "page_size": 2}

names = st.sampled_from(NAMES)
quantities = st.integers(0, 40)
modes = st.sampled_from(["list", "item"])
ways = st.sampled_from(["sync", "scheduled_sync", "sync_chosen"])


class History(RuleBasedStateMachine):
    """Stock arrives, is sold, is counted; the API changes; syncs go well or do not."""

    #: a shop, whose transaction all histories share, one after the other
    filled = None

    def __init__(self):
        super().__init__()
        self._stack = ExitStack()
        self._stack.enter_context(undone_again(self.filled.env))
        self.shop = copy(self.filled)
        self.env = self.shop.env
        self.api = LocalApi(items(dict.fromkeys(NAMES, "5")), api_key=KEY)
        self._stack.callback(self.api.close)
        self.shop.backend.base_url = self.api.url
        self.shop.backend.secret_input = KEY
        self.sales = []

    @initialize()
    def begin_equal(self):
        assert self.shop.sync().state == "done"
        assert self.shop.stock() == self.api.stock()

    # --- the API ---

    @rule(name=names, quantity=quantities)
    def api_changes(self, name, quantity):
        self.api.set({name: quantity})

    # --- the warehouse ---

    @rule(name=names, quantity=st.integers(1, 20), on_shelf=st.booleans())
    def receive(self, name, quantity, on_shelf):
        location = self.shop.shelf if on_shelf else self.shop.location
        suppliers = self.env.ref("stock.stock_location_suppliers")
        move = self.env["stock.move"].create(
            {
                "product_id": self.shop.products[name].id,
                "product_uom_qty": quantity,
                "location_id": suppliers.id,
                "location_dest_id": location.id,
            }
        )
        move._action_confirm()
        self._do(move)

    @rule(name=names, quantity=st.integers(1, 20))
    def sell(self, name, quantity):
        """Reserve what there is."""
        customers = self.env.ref("stock.stock_location_customers")
        move = self.env["stock.move"].create(
            {
                "product_id": self.shop.products[name].id,
                "product_uom_qty": quantity,
                "location_id": self.shop.location.id,
                "location_dest_id": customers.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self.sales.append(move)

    @rule(number=st.integers(0, 5), what=st.sampled_from(["pick", "deliver", "cancel"]))
    def go_on(self, number, what):
        """With a sale that is not delivered yet, if there are so many."""
        for sale in self._open_sales()[number : number + 1]:
            if what == "pick":
                sale.picked = True
            elif what == "cancel":
                sale._action_cancel()
            elif sale.quantity:
                self._do(sale)

    @rule(name=names, quantity=quantities)
    def count(self, name, quantity):
        """A person types in a count, and does not apply it yet."""
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quant = quants.search(self._place(name), limit=1)
        if quant:
            quant.inventory_quantity = quantity
        else:
            quants.create(
                {
                    "product_id": self.shop.products[name].id,
                    "location_id": self.shop.location.id,
                    "inventory_quantity": quantity,
                }
            )

    @rule(name=names)
    def apply_count(self, name):
        self._counted(name)._apply_inventory()

    # --- the synchronisation ---

    @rule(mode=modes, way=ways)
    def synchronise(self, mode, way):
        self._synchronise(mode, way)

    @rule(mode=modes, way=ways, fault=st.sampled_from(FAULTS))
    def synchronise_badly(self, mode, way, fault):
        self._synchronise(mode, way, fault)

    def _synchronise(self, mode, way, fault=None):
        if self.shop.backend.request_mode != mode:
            self.shop.backend.request_mode = mode
        if fault:
            self.api.misbehave(fault)
        with self._each_right_or_untouched():
            run = getattr(self.shop, way)(*([NAMES] if way == "sync_chosen" else []))
            self.api.behave()
        ended = run.state in ("done", "partial", "failed")
        assert ended or run.resume_date or way == "scheduled_sync"

    @rule()
    def the_pause_that_the_api_asked_for_ends(self):
        with self._each_right_or_untouched():
            for run in self._waiting_runs():
                self.shop.go_on(run)

    @contextmanager
    def _each_right_or_untouched(self):
        before, meant = self.shop.stock(), self.api.stock()
        counts, reserved = self._counts(), self._reserved()
        yield
        after = self.shop.stock()
        for name in NAMES:
            assert after[name] in (before[name], meant[name])
        assert self._counts() == counts
        # What is promised to customers stays so; more may be, where more has come.
        assert all(self._reserved()[sale] >= reserved[sale] for sale in reserved)

    def teardown(self):
        """The end of every history: what waits is cleared, and one run goes well."""
        try:
            for sale in self._open_sales():
                sale._action_cancel()
            self._counted(*NAMES).action_clear_inventory_quantity()
            self.shop.backend.request_mode = "list"
            for run in self._waiting_runs():
                self.shop.go_on(run)

            run = self.shop.sync()

            assert (run.state, run.error_code) == ("done", False)
            assert self.shop.stock() == self.api.stock()
        finally:
            self._stack.close()

    def _waiting_runs(self):
        return self.shop.backend.run_ids.filtered("resume_date")

    def _do(self, move):
        move.picked = True
        if not move.quantity:
            move.quantity = move.product_uom_qty
        move._action_done(cancel_backorder=True)

    def _open_sales(self):
        return [sale for sale in self.sales if sale.state not in ("done", "cancel")]

    def _place(self, *of):
        products = [self.shop.products[name].id for name in of]
        return [
            ("product_id", "in", products),
            ("location_id", "child_of", self.shop.location.id),
        ]

    def _counted(self, *of):
        return self.env["stock.quant"].search(
            [*self._place(*of), ("inventory_quantity_set", "=", True)]
        )

    def _counts(self):
        return {quant.id: quant.inventory_quantity for quant in self._counted(*NAMES)}

    def _reserved(self):
        return {
            s.id: s.quantity for s in self.sales if s.state not in ("done", "cancel")
        }


@pytest.fixture(scope="module")
def filled(registry):
    with undone(registry) as env:
        shop = Shop(env)
        shop.shelf = shop.add_location("Shelf")
        shop.connect(
            "http://127.0.0.1:9",
            preset_id=env.ref("stock_sync_api.preset_globalshop").id,
            auth_type="api_key",
            **NO_GUARD,
            **LIMITS,
        )
        shop.bind(NAMES)
        yield shop


def test_any_history_ends_with_odoo_equal_to_the_api(filled):
    History.filled = filled
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
