from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SERVICE_LOGGER, StockSyncCase


@tagged("post_install", "-at_install")
class TestHeldLines(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "sync_held_manager",
            groups="base.group_user,stock.group_stock_manager",
        )
        cls.products = cls.product + cls._create_product("124")
        cls.products += cls._create_product("125")
        for product in cls.products:
            cls.set_stock(500, product)

    def _sync_all(self):
        for product in self.products:
            self.api_says("3", product.x_external_id)
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_backend(self.backend)
        return run.with_user(self.manager)

    def _quantities(self):
        return [self.on_hand(product) for product in self.products]

    def _hold_run(self):
        self.backend.write({"guard_minimum": 1})
        run = self._sync_all()
        self.assertEqual(run.state, "held")
        return run

    def _line(self, run, number):
        product = self.products[number]
        return run.line_ids.filtered(lambda line: line.product_id == product)

    def test_a_single_held_line_is_approved(self):
        run = self._sync_all()
        self.assertEqual(self._quantities(), [500, 500, 500])
        self._line(run, 1).action_approve()
        self.assertEqual(self._quantities(), [500, 3, 500])
        self.assertTrue(run.has_held_lines)
        self.assertEqual(run.decided_by_id, self.manager)

    def test_a_line_of_a_held_run_is_approved_and_the_others_wait(self):
        run = self._hold_run()
        self._line(run, 0).action_approve()
        self.assertEqual(self._quantities(), [3, 500, 500])
        self.assertEqual(
            run.line_ids.filtered("is_held"), run.line_ids - self._line(run, 0)
        )
        (self._line(run, 1) + self._line(run, 2)).action_approve()
        self.assertEqual(self._quantities(), [3, 3, 3])
        self.assertEqual((run.state, run.changed), ("done", 3))

    def test_what_is_left_of_a_held_run_says_why_it_waits(self):
        run = self._hold_run()
        self._line(run, 0).action_approve()
        waiting = self._line(run, 1)
        self.assertEqual(waiting.error_code, "held_by_guard")
        self.assertIn(
            "SYT/Stock: 500 → 3 still waits: the run was held because 3 of the 3"
            " products that have stock would have changed, more than 50 %.",
            waiting.error_message,
        )
        self.assertNotIn("unusually", waiting.error_message)
        self.assert_plain_sentence(waiting.error_message)

    def test_what_is_left_of_a_run_held_for_another_reason_is_no_large_change(self):
        run = self._hold_run()
        run.sudo().error_facts = {"reason": "some_new_one"}
        self._line(run, 0).action_approve()
        message = self._line(run, 1).error_message
        self.assertIn("SYT/Stock: 500 → 3 still waits: the run was held", message)
        self.assert_plain_sentence(message)

    def test_a_line_that_waits_for_itself_keeps_its_own_reason(self):
        run = self._sync_all()
        self._line(run, 0).action_approve()
        self.assertIn("unusually large", self._line(run, 1).error_message)

    def test_what_was_rejected_asks_nobody_to_decide_any_more(self):
        run = self._hold_run()
        self._line(run, 0).action_reject()
        self.assertIn("rejected", self._line(run, 0).error_message)
        run.action_reject()
        for sentence in (run.message, *run.line_ids.mapped("error_message")):
            self.assertNotIn("pprove or reject", sentence)
            self.assert_plain_sentence(sentence)

    def test_a_line_of_a_held_run_is_rejected_and_the_others_wait(self):
        run = self._hold_run()
        self._line(run, 0).action_reject()
        self.assertEqual(self._line(run, 0).state, "skipped")
        self.assertEqual((run.state, run.skipped), ("held", 1))
        run.line_ids.filtered("is_held").action_reject()
        self.assertEqual(run.state, "interrupted")
        self.assertEqual(self._quantities(), [500, 500, 500])

    def test_what_waits_is_listed_until_it_is_decided(self):
        Line = self.env["stock.sync.run.line"]
        run = self._hold_run()
        self.assertEqual(Line.search([("is_held", "=", True)]), run.line_ids)
        self.assertEqual(self.backend.held_count, 3)
        run.line_ids.action_approve()
        self.assertFalse(Line.search([("is_held", "=", True)]))
        self.backend.invalidate_recordset(["held_count"])
        self.assertEqual(self.backend.held_count, 0)

    def test_a_planned_line_of_a_preview_waits_for_nobody(self):
        for product in self.products:
            self.api_says("3", product.x_external_id)
        run = self.service.sync_backend(self.backend, preview=True)
        self.assertFalse(run.line_ids.filtered("is_held"))
        with self.assertRaises(UserError):
            run.with_user(self.manager).line_ids.action_approve()

    def test_only_a_manager_decides(self):
        run = self._hold_run().with_user(self.user)
        for decide in (run.line_ids.action_approve, run.line_ids.action_reject):
            with self.assertRaises(UserError):
                decide()
        self.assertEqual(self._quantities(), [500, 500, 500])

    def test_lines_lead_to_their_moves(self):
        run = self._hold_run()
        line = self._line(run, 0)
        line.action_approve()
        action = line.action_view_moves()
        moves = self.env["stock.move"].search(action["domain"])
        self.assertEqual(moves, line.move_ids)
        self.assertTrue(moves)
        self.assertEqual(run.move_count, 1)

    def test_differences_are_added_up(self):
        run = self._hold_run()
        self.env.flush_all()
        groups = self.env["stock.sync.run.line"]._read_group(
            [("run_id", "=", run.id)], ["run_id"], ["difference:sum"]
        )
        self.assertEqual(groups, [(run.with_env(self.env), -1491)])

    def test_a_problem_is_tried_again_and_leaves_the_list(self):
        self.backend.guard_factor = 1000
        with mute_logger(SERVICE_LOGGER):
            self.sync()
        binding = self.product.sync_binding_ids
        self.assertEqual(binding.state, "error")
        self.api_says("7")
        binding.with_user(self.user).action_sync()
        self.assertEqual(binding.state, "ok")
        self.assertEqual(self.on_hand(), 7)
