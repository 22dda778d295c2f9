"""What is held for approval: by itself, and together with the runs before it.

The attacks are the rows of the table in docs/reliability.md.
"""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SERVICE_LOGGER
from .test_list import ListCase


class GuardCase(ListCase):
    """A catalogue in which the API's list can change a part."""

    COUNT = 100

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"page_size": 1000, "since_param": False})
        cls.products.sync_binding_ids.unlink()
        cls.products = cls.env["product.product"].create(
            [
                {
                    "name": f"Guarded {number}",
                    "type": "consu",
                    "is_storable": True,
                    "x_external_id": f"g{number}",
                }
                for number in range(cls.COUNT)
            ]
        )
        cls.manager = new_test_user(
            cls.env,
            "sync_guard_manager",
            groups="base.group_user,stock.group_stock_manager",
        )

    def fill(self, quantity):
        """As a first run does; within the hours that the guard remembers."""
        self.all_say(quantity)
        self.assertEqual(self.sync_by_schedule().state, "done")

    def say(self, quantity, first=0, last=None):
        """The API changes its mind about some of the products."""
        for row in self.rows[first:last]:
            row["quantity"] = quantity

    def stocks(self):
        self.env.invalidate_all()
        return [self.on_hand(product) for product in self.products]

    def count(self, quantity):
        return self.stocks().count(quantity)

    def assert_held(self, run, reason, *texts):
        self.assertEqual((run.state, run.error_code), ("held", "held_by_guard"))
        self.assertEqual(run.error_facts["reason"], reason)
        self.assert_plain_sentence(run.message)
        for text in texts:
            self.assertIn(text, run.message)

    def approve(self, run):
        with mute_logger(SERVICE_LOGGER):
            run.with_user(self.manager).action_approve()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestAttacks(GuardCase):
    def test_twenty_zeros_a_run_are_held_in_the_second(self):
        self.fill(50)
        runs = []
        for first in range(0, 80, 20):
            self.say(0, first, first + 20)
            runs.append(self.sync_by_schedule())
            if first == 20:
                facts = ("zeros_together", "40 of 100", "last 24 hours", "20 %")
                self.assert_held(runs[-1], *facts)
        self.assertEqual(self.count(50), 80)
        self.assertEqual([run.changed for run in runs], [20, 0, 0, 0])
        self.assertEqual(runs[-1].state, "held")

    def test_deltas_of_fifteen_zeros_are_held_in_the_second(self):
        self.backend.since_param = "updated_since"
        self.fill(50)
        states = []
        for first in range(0, 75, 15):
            ids = [p.x_external_id for p in self.products[first : first + 15]]
            self.list_says(dict.fromkeys(ids, 0))
            run = self.sync_by_schedule()
            self.assertTrue(run.delta)
            states.append(run.state)
        self.assertEqual(states, ["done", *["held"] * 4])
        self.assertEqual(self.count(50), 85)

    def test_half_set_to_one_per_run_is_held_in_the_second(self):
        self.fill(50)
        self.say(1, 0, 50)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.say(1)
        run = self.sync_by_schedule()
        self.assert_held(run, "removed_together", "98 % of the stock", "50 %")
        self.assertEqual((self.count(50), self.count(1)), (50, 50))

    def test_very_much_at_once_on_products_without_stock_is_held(self):
        self.all_say(99_999_999)
        run = self.sync_by_schedule()
        self.assertEqual(self.count(0), 100)
        self.assertTrue(run.has_held_lines)
        message = run.line_ids[0].error_message
        self.assert_plain_sentence(message)
        self.assertIn("0 → 99,999,999", message)
        self.assertIn("highest quantity, 1,000,000", message)
        self.approve(run)
        self.assertEqual(self.count(99_999_999), 100)

    def test_almost_twice_again_and_again_is_held_on_the_way(self):
        self.fill(50)
        quantity = 50.0
        held = []
        for _run in range(9):
            quantity = float(round(quantity * 1.9))
            self.say(quantity, 0, 1)
            run = self.sync_by_schedule()
            for line in run.line_ids.filtered("is_held"):
                held.append((line.error_facts.get("reason"), line.error_message))
        self.assertEqual(self.stocks()[0], 342)  # 50, 95, 180, 342 and no further
        self.assertTrue(run.has_held_lines)
        reason, message = held[0]
        self.assertEqual(reason, "together")
        self.assert_plain_sentence(message)
        self.assertIn("342 → 650 is an", message)
        self.assertIn("began at 50", message)
        self.approve(run)
        self.assertEqual(self.stocks()[0], quantity)
        self.say(quantity + 9, 0, 1)
        self.assertEqual(self.sync_by_schedule().state, "done")


@tagged("post_install", "-at_install")
class TestSmallCatalogue(GuardCase):
    COUNT = 9

    def test_nine_of_nine_to_zero_are_held(self):
        for product in self.products:
            self.set_stock(10, product)
        self.all_say(0)
        run = self.sync_by_schedule()
        self.assert_held(run, "all", "all 9 products")
        self.assertEqual(self.stocks(), [10] * 9)
        self.approve(run)
        self.assertEqual(self.stocks(), [0] * 9)

    def test_nine_of_nine_to_zero_in_two_runs_are_held(self):
        self.fill(10)
        self.say(0, 0, 5)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.say(0)
        run = self.sync_by_schedule()
        self.assert_held(run, "all", "all 4 products")
        self.say(10, 0, 1)
        self.say(0, 1)
        self.say(10, 8)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.say(0, 8)
        self.assertEqual(self.sync_by_schedule().state, "done", "one still has stock")
        self.say(0)
        self.assert_held(self.sync_by_schedule(), "all_together", "all 9 products")

    def test_what_cannot_be_set_does_not_hide_that_all_others_are_emptied(self):
        self.fill(10)
        self.products[0].tracking = "lot"
        self.products[1].stock_quant_ids.filtered(
            lambda quant: quant.location_id == self.stock
        ).with_context(inventory_mode=True).inventory_quantity = 4
        self.all_say(0)
        self.assert_held(self.sync_by_schedule(), "all")
        self.assertEqual(self.stocks(), [10] * 9)

    def test_last_two_products_may_be_sold_out(self):
        self.fill(0)
        for product in self.products[:2]:
            self.set_stock(4, product)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.assertEqual(self.stocks(), [0] * 9)

    def test_emptying_all_is_let_through_where_the_backend_says_so(self):
        self.fill(10)
        self.backend.guard_zero_percent = 100
        self.all_say(0)
        self.assertEqual(self.sync_by_schedule().state, "done")

    def test_restock_beyond_what_there_ever_was_is_held_from_nothing_only(self):
        self.fill(60)
        self.say(0, 0, 2)
        self.sync_by_schedule()
        self.say(5000, 0, 1)
        self.say(170, 1, 3)
        run = self.sync_by_schedule()
        self.assertEqual(run.state, "partial")
        self.assertEqual(self.stocks()[:3], [0, 0, 170])
        first, second = run.line_ids.filtered("is_held").sorted("quantity_after")
        self.assertIn("0 → 170 is far more than the 60 that", first.error_message)
        self.assertIn("0 → 5,000 is far more than the 60 that", second.error_message)
        self.say(120, 1, 2)
        self.sync_by_schedule()
        self.assertEqual(self.stocks()[1], 120, "a restock of twice as much")

    def test_most_that_there_ever_was_is_found_without_a_move_for_it(self):
        self.set_stock(500, self.products[0])
        self.all_say(0)
        self.backend.guard_difference = 1000
        self.sync_by_schedule()
        self.backend.guard_difference = 100
        self.say(900, 0, 1)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.assertEqual(self.stocks()[0], 900)

    def test_most_that_there_ever_was_counts_what_lies_below_the_location(self):
        self.set_stock(500, self.products[0], self.shelf)
        self.all_say(0)
        self.backend.guard_difference = 1000
        self.sync_by_schedule()
        self.backend.guard_difference = 100
        self.say(900, 0, 1)
        self.assertEqual(self.sync_by_schedule().state, "done")

    def test_first_filling_is_no_alarm_up_to_the_ceiling(self):
        self.all_say(1_000_000)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.say(1_000_001, 0, 1)
        run = self.sync_by_schedule()
        self.assertEqual(run.line_ids.error_facts["reason"], "ceiling")
        self.backend.guard_ceiling = 0
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.backend.guard_ceiling = 1_000_000
        self.say(999_000, 0, 1)
        self.sync_by_schedule()
        self.say(1_000_001, 0, 1)
        self.assertEqual(
            self.sync_by_schedule().state, "done", "so much was there already"
        )

    def test_what_is_sold_in_small_steps_all_day_is_no_surprise(self):
        self.fill(400)
        for quantity in (310, 250, 200, 120, 60, 20, 0):
            self.say(quantity, 0, 1)
            self.assertEqual(self.sync_by_schedule().state, "done")
        self.assertEqual(self.stocks()[0], 0)

    def test_person_at_the_button_is_never_held(self):
        self.fill(10)
        for product in self.products:
            self.api_says(0, product.x_external_id)
        run = self.sync(self.products)
        self.assertEqual((run.state, self.stocks()), ("done", [0] * 9))
        for product in self.products:
            self.api_says(99_999_999, product.x_external_id)
        self.sync(self.products)
        self.assertEqual(self.stocks(), [99_999_999] * 9)


@tagged("post_install", "-at_install")
class TestMemory(GuardCase):
    """What counts together, and what does not."""

    COUNT = 50

    def setUp(self):
        super().setUp()
        self.backend.guard_zero_percent = 30
        self.fill(50)
        self.say(0, 0, 10)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.say(0, 0, 20)

    def test_what_was_changed_before_the_last_hours_is_forgotten(self):
        now = fields.Datetime.now()
        with freeze_time(now + timedelta(hours=23)):
            self.assert_held(self.sync_by_schedule(), "zeros_together", "20 of 50")
        with freeze_time(now + timedelta(hours=25)):
            self.assertEqual(self.sync_by_schedule().state, "done")

    def test_hours_of_memory_are_the_backends(self):
        self.backend.guard_hours = 2
        now = fields.Datetime.now()
        with freeze_time(now + timedelta(hours=1)):
            run = self.sync_by_schedule()
            self.assert_held(run, "zeros_together", "last 2 hours")
        self.backend.guard_hours = 0
        self.assertEqual(self.sync_by_schedule().state, "done", "no memory at all")

    def test_approved_run_begins_anew(self):
        run = self.sync_by_schedule()
        self.assert_held(run, "zeros_together")
        self.approve(run)
        self.assertEqual((run.state, self.count(0)), ("done", 20))
        self.say(0, 0, 30)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.say(0, 0, 40)
        self.assert_held(self.sync_by_schedule(), "zeros_together", "20 of 50")

    def test_approved_lines_do_not_count_and_the_others_do(self):
        run = self.sync_by_schedule()
        lines = run.line_ids.sorted("id")[:6]
        with mute_logger(SERVICE_LOGGER):
            lines.with_user(self.manager).action_approve()
        self.env.invalidate_all()
        self.assertEqual(lines.mapped("approved"), [True] * 6)
        self.assertEqual(self.count(0), 16)
        self.say(50, 16)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.say(0, 16, 22)
        run = self.sync_by_schedule()
        self.assert_held(run, "zeros_together", "16 of 50")

    def test_what_is_given_back_does_not_count(self):
        self.say(50, 0, 10)
        self.sync_by_schedule()
        self.say(0, 10, 20)
        self.assertEqual(self.sync_by_schedule().state, "done")

    def test_what_a_person_synchronises_or_reverts_does_not_count(self):
        emptied = self.products[:10]
        run = self.env["sync.run"].search([("trigger", "=", "cron")], limit=1)
        run.with_user(self.manager).action_revert()
        self.assertEqual(self.count(50), 50)
        for product in emptied:
            self.api_says(0, product.x_external_id)
        self.sync(emptied)
        self.say(0, 0, 20)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.assertEqual(self.count(0), 20)

    def test_what_is_sold_in_odoo_does_not_count(self):
        self.say(50, 10, 20)
        self.say(49, 20, 30)
        self.sync_by_schedule()
        for product in self.products[20:30]:
            self.set_stock(-48, product)
        self.say(0, 20, 30)
        self.assertEqual(self.sync_by_schedule().state, "done", "1 → 0 by the API")
        self.say(0, 10, 16)
        self.assert_held(self.sync_by_schedule(), "zeros_together", "16 of 50")

    def test_what_is_sold_step_by_step_or_the_last_few_do_not_count(self):
        self.backend.guard_zero_percent = 20
        self.say(50, 10, 20)
        self.say(4, 20, 30)
        self.backend.guard_change_percent = 100
        self.sync_by_schedule()
        for quantity in (35, 20, 0):
            self.say(quantity, 10, 20)
            self.assertEqual(self.sync_by_schedule().state, "done")
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.say(0, 20, 30)
            self.assertEqual(self.sync_by_schedule().state, "done")
            self.say(0, 30, 31)
            self.assertEqual(self.sync_by_schedule().state, "done")

    def test_rejected_lines_have_changed_nothing(self):
        run = self.sync_by_schedule()
        run.with_user(self.manager).action_reject()
        self.say(50, 14)
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.assertEqual(self.count(0), 14)

    def test_parts_of_one_run_count_together_without_a_memory(self):
        """A run that was asked to wait is guarded and applied in several parts."""
        self.backend.guard_hours = 0
        run = self.env["sync.run"].create({"flow_id": self.backend.id})
        run.received = 50
        guard = self.env["stock.sync.guard"]
        self._add_lines(run, self.products[10:20], "applied")
        self._add_lines(run, self.products[20:25], "planned")
        self.assertIsNone(guard._guard(run))
        self._add_lines(run, self.products[25:26], "planned")
        verdict = guard._guard(run)
        self.assertEqual((verdict["reason"], verdict["count"]), ("zeros", 16))

    def test_parts_that_are_applied_wait_for_nobody(self):
        run = self.env["sync.run"].create({"flow_id": self.backend.id})
        self._add_lines(run, self.products[10:40], "applied")
        self.assertIsNone(self.env["stock.sync.guard"]._guard(run))

    def _add_lines(self, run, products, state):
        self.env["stock.sync.run.line"].create(
            [
                {
                    "run_id": run.id,
                    "binding_id": product.sync_binding_ids.id,
                    "product_id": product.id,
                    "external_id": product.x_external_id,
                    "location_id": self.stock.id,
                    "quantity_before": 50,
                    "quantity_after": 0,
                    "received_date": fields.Datetime.now(),
                    "state": state,
                }
                for product in products
            ]
        )

    def test_statements_do_not_grow_with_what_is_remembered(self):
        self.backend.write({"guard_zero_percent": 99, "guard_change_percent": 100})
        counts = []
        for last in (34, 49):
            self.say(0, 0, last)
            guard = self.env["stock.sync.guard"]
            run = self.env["sync.run"].create({"flow_id": self.backend.id})
            run.received = 50
            self._add_lines(run, self.products[20:last], "planned")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertIsNone(guard._guard(run))
            counts.append(self.env.cr.sql_log_count - before)
            run.unlink()
        self.assertLessEqual(counts[1], counts[0] + 3)
