from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import stock_sync_engine
from .common import SERVICE_LOGGER, StockSyncCase


@tagged("post_install", "-at_install")
class TestRevert(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "sync_manager", groups="base.group_user,stock.group_stock_manager"
        )

    def sync_to(self, quantity, **more):
        self.api_says(quantity, **more)
        run = self.sync()
        self.assertEqual(self.on_hand(), quantity)
        return run

    def revert(self, run):
        """Press the button as a manager and return the new run."""
        with mute_logger(SERVICE_LOGGER):
            action = run.with_user(self.manager).action_revert()
        self.env.invalidate_all()
        self.assertEqual(action["type"], "ir.actions.client")
        return self.env["sync.run"].browse(action["params"]["next"]["res_id"])

    def assert_skipped(self, revert, code, reason):
        self.assertEqual(revert.line_ids.state, "skipped")
        self.assertEqual(revert.line_ids.error_code, code)
        self.assertEqual(revert.line_ids.error_facts["reason"], reason)
        self.assert_plain_sentence(revert.line_ids.error_message)
        self.assertFalse(revert.line_ids.move_ids)

    def test_stock_is_brought_back_by_new_moves(self):
        self.set_stock(3)
        run = self.sync_to(50)
        revert = self.revert(run)
        self.assertEqual(self.on_hand(), 3)
        self.assertEqual((revert.state, revert.trigger), ("done", "revert"))
        self.assertEqual((revert.changed, revert.api_calls), (1, 0))
        self.assertEqual(revert.reverted_run_id, run)
        self.assertEqual(revert.user_id, self.manager)
        line = revert.line_ids
        self.assertEqual((line.quantity_before, line.quantity_after), (50, 3))
        self.assertEqual(line.move_ids.quantity, 47)
        self.assertEqual(line.move_ids.create_uid, self.manager)
        self.assertIn(f"reverts #{run.id}", line.move_ids.reference)
        self.assertTrue(run.line_ids.move_ids.exists(), "and the first moves stay")

    def test_no_request_is_sent(self):
        run = self.sync_to(50)
        calls = len(self.calls)
        self.revert(run)
        self.assertEqual(len(self.calls), calls)

    def test_a_decrease_is_brought_back_too(self):
        self.set_stock(50)
        run = self.sync_to(0)
        self.revert(run)
        self.assertEqual(self.on_hand(), 50)

    def test_stock_that_has_moved_since_is_left_alone(self):
        self.set_stock(3)
        run = self.sync_to(50)
        picking = self.deliver(2)
        picking.button_validate()
        revert = self.revert(run)
        self.assertEqual(self.on_hand(), 48)
        self.assert_skipped(revert, "stale_level", "moved_since")
        self.assertIn("SYT/Stock", revert.line_ids.error_message)
        self.assertIn("left 50", revert.line_ids.error_message)
        self.assertEqual((revert.state, revert.skipped), ("partial", 1))

    def test_stock_that_moved_away_and_came_back_is_left_alone(self):
        run = self.sync_to(50)
        self.sync_to(40)
        self.sync_to(50)
        revert = self.revert(run)
        self.assertEqual(self.on_hand(), 50)
        self.assert_skipped(revert, "stale_level", "moved_since")

    def test_a_skipped_line_is_no_problem_of_the_product(self):
        run = self.sync_to(50)
        self.sync_to(40)
        self.revert(run)
        self.assertEqual(self.product.sync_state, "ok")

    def test_the_others_of_a_run_are_brought_back(self):
        other = self._create_product("456")
        self.api_says(7, "456")
        self.api_says(50)
        run = self.sync(self.product | other)
        self.sync_to(40)
        revert = self.revert(run)
        self.assertEqual((self.on_hand(), self.on_hand(other)), (40, 0))
        self.assertEqual(
            sorted(revert.line_ids.mapped("state")), ["applied", "skipped"]
        )

    def test_chosen_lines_alone_can_be_reverted(self):
        other = self._create_product("456")
        self.api_says(7, "456")
        self.api_says(50)
        run = self.sync(self.product | other)
        line = run.line_ids.filtered(lambda line: line.product_id == other)
        line.with_user(self.manager).action_revert()
        self.assertEqual((self.on_hand(), self.on_hand(other)), (50, 0))

    def test_a_second_revert_changes_nothing(self):
        self.set_stock(3)
        run = self.sync_to(50)
        self.revert(run)
        revert = self.revert(run)
        self.assertEqual(self.on_hand(), 3)
        self.assert_skipped(revert, "stale_level", "moved_since")

    def test_a_revert_can_be_reverted(self):
        self.set_stock(3)
        self.revert(self.revert(self.sync_to(50)))
        self.assertEqual(self.on_hand(), 50)

    def test_a_revert_works_while_the_backend_is_paused(self):
        self.set_stock(3)
        run = self.sync_to(50)
        self.backend.paused = True
        self.revert(run)
        self.assertEqual(self.on_hand(), 3)

    def test_the_level_is_no_longer_the_accepted_one(self):
        run = self.sync_to(50, updated_at="2026-01-01T00:00:00Z")
        self.revert(run)
        self.assertFalse(self.product.last_sync_date)
        self.assertEqual(self.product.sync_state, "new")
        self.sync_to(50, updated_at="2026-01-01T00:00:00Z")
        self.assertEqual(self.product.sync_state, "ok")

    def test_whoever_reverts_is_told_that_the_next_run_sets_it_again(self):
        run = self.sync_to(50)
        action = run.with_user(self.manager).action_revert()
        self.assertIn("SYT/Stock: 50 → 0", action["params"]["message"])
        self.assertIn("pause the backend", action["params"]["message"])

    def test_a_product_that_was_linked_by_mistake_is_brought_back(self):
        run = self.sync_to(50)
        self.product.x_external_id = False
        self.revert(run)
        self.assertEqual(self.on_hand(), 0)

    def test_a_count_in_progress_is_left_alone(self):
        run = self.sync_to(50)
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.product.id), ("location_id", "=", self.stock.id)]
        )
        quant.with_context(inventory_mode=True).inventory_quantity = 12
        self.assert_skipped(self.revert(run), "count_in_progress", "revert")
        self.assertEqual((self.on_hand(), quant.inventory_quantity), (50, 12))

    def test_reserved_stock_is_left_alone(self):
        run = self.sync_to(50)
        self.deliver(8)
        self.assert_skipped(self.revert(run), "below_reserved", "revert")
        self.assertEqual(self.on_hand(), 50)

    def test_a_transfer_that_is_picked_is_left_alone(self):
        run = self.sync_to(50)
        self.pick(self.deliver(8))
        self.assert_skipped(self.revert(run), "move_in_progress", "revert")

    def test_a_location_that_is_no_longer_the_backends_is_left_alone(self):
        run = self.sync_to(50)
        self.backend.location_id = self.shelf
        self.assert_skipped(self.revert(run), "unknown_location", "revert")
        self.assertEqual(self.on_hand(), 50)

    def test_a_product_that_odoo_refuses_stands_alone(self):
        other = self._create_product("456")
        self.api_says(7, "456")
        self.api_says(50)
        run = self.sync(self.product | other)
        Move = self.env.registry["stock.move"]
        action_done = Move._action_done

        message = "Not today."

        def refuse(moves, *args, **kwargs):
            if other in moves.product_id:
                raise UserError(message)
            return action_done(moves, *args, **kwargs)

        self.patch(Move, "_action_done", refuse)
        revert = self.revert(run)
        self.assertEqual((self.on_hand(), self.on_hand(other)), (0, 7))
        self.assertEqual((revert.changed, revert.failed), (1, 1))

    def test_what_changed_nothing_cannot_be_reverted(self):
        self.set_stock(50)
        run = self.sync_to(50)
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            self.revert(run)

    def test_only_finished_runs_are_reverted(self):
        run = self.sync_to(50)
        for values in ({"state": "planning"}, {"state": "applying"}, {"preview": True}):
            with self.subTest(values), self.env.cr.savepoint(flush=True) as savepoint:
                run.write(values)
                with self.assertRaisesRegex(UserError, "finished"):
                    self.revert(run)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(self.on_hand(), 50)

    def test_a_run_in_progress_is_waited_for(self):
        run = self.sync_to(50)
        self.env["sync.run"].create({"flow_id": self.backend.id})
        with self.assertRaisesRegex(UserError, "in progress"):
            self.revert(run)

    def test_only_managers_revert(self):
        run = self.sync_to(50)
        for records in (run, run.line_ids):
            with self.assertRaisesRegex(UserError, "Only an inventory manager"):
                records.with_user(self.user).action_revert()
        self.assertEqual(self.on_hand(), 50)

    def test_a_manager_without_the_company_does_not_revert(self):
        run = self.sync_to(50)
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        with self.assertRaises(UserError):  # or AccessError, its subclass
            self.revert(run)


@tagged("post_install", "-at_install")
class TestRevertOfWhatWasStopped(StockSyncCase):
    """Whatever was applied can be undone, whatever became of its run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "sync_manager", groups="base.group_user,stock.group_stock_manager"
        )
        cls.cron = cls.env.ref("stock_sync_api.ir_cron_stock_sync")
        cls.backend.user_id = cls.user
        cls.products = cls.product + cls._create_product("456")
        for product in cls.products:
            cls.set_stock(10, product)

    def setUp(self):
        super().setUp()
        for product in self.products:
            self.api_says(15, product.x_external_id)

    def quantities(self):
        self.env.invalidate_all()
        return [self.on_hand(product) for product in self.products]

    def stop_half_way(self, stop):
        """A scheduled run that applies one line; then ``stop(run)`` is called."""
        Engine = self.env.registry["stock.sync.engine"]
        apply_lines = Engine._apply_lines

        def apply_one(engine, run, lines):
            if run.changed:
                return stop(run)
            return apply_lines(engine, run, lines)

        with (
            self.enter_registry_test_mode(),
            patch.object(stock_sync_engine, "APPLY_SIZE", 1),
            patch.object(Engine, "_apply_lines", apply_one),
            mute_logger(SERVICE_LOGGER),
        ):
            self.cron.method_direct_trigger()
        self.assertEqual(self.quantities(), [15, 10])
        return self.env["sync.run"].search([("flow_id", "=", self.backend.id)])

    def revert(self, records):
        with mute_logger(SERVICE_LOGGER):
            records.with_user(self.manager).action_revert()
        self.assertEqual(self.quantities(), [10, 10])

    def crash(self, run):
        raise ZeroDivisionError

    def test_a_run_that_crashed_half_way_is_reverted(self):
        run = self.stop_half_way(self.crash)
        self.assertEqual(run.state, "interrupted")
        self.revert(run)

    def test_lines_of_a_run_that_crashed_half_way_are_reverted(self):
        run = self.stop_half_way(self.crash)
        self.revert(run.line_ids)

    def test_a_run_whose_backend_was_paused_half_way_is_reverted(self):
        def pause(run):
            run.flow_id.paused = True
            run._may_go_on(run.env.user)

        run = self.stop_half_way(pause)
        self.assertEqual((run.state, run.error_facts["reason"]), ("failed", "paused"))
        self.revert(run)

    def test_a_run_that_a_change_of_the_backend_has_ended_is_reverted(self):
        def change(run):
            run.flow_id.quantity_factor = 2

        run = self.stop_half_way(change)
        self.assertEqual(run.state, "interrupted")
        self.revert(run)

    def test_a_run_that_failed_half_way_is_reverted(self):
        run = self.stop_half_way(lambda run: run._finish("failed", "apply_failed"))
        self.revert(run)

    def test_a_run_whose_server_was_killed_is_waited_for_until_it_has_expired(self):
        run = self.stop_half_way(self.crash)
        run.write({"state": "applying", "end_date": False})
        with self.assertRaisesRegex(UserError, "in progress"):
            run.with_user(self.manager).action_revert()
        self.env.flush_all()
        long_ago = fields.Datetime.now() - timedelta(hours=1)
        self.env.cr.execute("UPDATE sync_run SET write_date = %s", [long_ago])
        self.env.invalidate_all()
        self.revert(run)
        self.assertEqual(run.state, "interrupted")

    def test_a_run_is_reverted_after_the_rest_of_it_was_rejected(self):
        self.backend.write({"guard_minimum": 1, "guard_change_percent": 1})
        run = self.service.sync_flow(self.backend).with_user(self.manager)
        self.assertEqual(run.state, "held")
        run.line_ids.filtered(
            lambda line: line.product_id == self.product
        ).action_approve()
        self.assertEqual(self.quantities(), [15, 10])
        run.action_reject()
        self.revert(run)

    def test_the_button_is_there_once_the_run_is_closed(self):
        form = self.env["sync.run"].get_view(view_type="form")["arch"]
        [button] = etree.fromstring(form).xpath("//button[@name='action_revert']")
        for state in ("done", "partial", "failed", "interrupted", "held"):
            self.assertNotIn(state, button.get("invisible"))
        self.assertIn("not changed", button.get("invisible"))
