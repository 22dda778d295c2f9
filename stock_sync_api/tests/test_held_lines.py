import os
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import API, SERVICE_LOGGER, StockSyncCase


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
            run = self.service.sync_flow(self.backend)
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
        run = self.service.sync_flow(self.backend, preview=True)
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


@tagged("post_install", "-at_install")
class TestChangedSettings(StockSyncCase):
    """Only another meaning of what was read takes back what waits for approval."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marie = new_test_user(
            cls.env,
            "sync_marie",
            name="Marie",
            groups="base.group_user,stock.group_stock_manager",
        )
        cls.products = cls.product + cls._create_product("124")
        for product in cls.products:
            cls.set_stock(20, product)
        cls.backend.write(
            {
                "guard_minimum": 1,
                "list_path": "/stock",
                "request_mode": "item",
                "auth_type": "bearer",
                "secret_input": "key",
                "responsible_id": cls.marie.id,
                "location_path": "location",
                "parameter_ids": [
                    Command.create({"name": "market", "value": "FR", "sequence": 1}),
                    Command.create(
                        {
                            "name": "token",
                            "sequence": 2,
                            "is_secret": True,
                            "secret_input": "row key",
                        }
                    ),
                ],
                "location_map_ids": [
                    Command.create({"code": "A", "location_id": cls.stock.id}),
                    Command.create({"code": "B", "ignored": True}),
                ],
            }
        )
        cls.mine = cls.backend.with_user(cls.marie)

    def _answer(self, request):
        # the parameters come after the id
        request.url = request.url.partition("?")[0]
        return super()._answer(request)

    def setUp(self):
        super().setUp()
        for product in self.products:
            self.api_says(25, product.x_external_id, location="A")

    def hold(self):
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.backend).sudo()
        self.assertEqual((run.state, run.complete), ("held", True))
        self.assertTrue(self.backend.activity_ids)
        return run

    def open_run(self):
        return self.env["sync.run"].create({"flow_id": self.backend.id})

    def same_values(self):
        """All that a form may send back as it was."""
        names = self.backend._set_up_fields() - {"parameter_ids", "location_map_ids"}
        [values] = self.backend.copy_data()
        return {name: value for name, value in values.items() if name in names}

    def assert_left(self, held, running):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((held.state, held.complete), ("held", True))
        self.assertEqual(running.state, "planning")
        self.assertFalse(held.decided_by_id | running.decided_by_id)
        self.assertTrue(self.backend.activity_ids)

    def harmless(self):
        """What may be written while something waits."""
        market, token = self.backend.parameter_ids
        code_a, code_b = self.backend.location_map_ids
        mine = self.mine
        yield (
            "speed",
            lambda: mine.write(
                {
                    "request_timeout": 5,
                    "max_attempts": 2,
                    "max_answer_mb": 20,
                    "max_pages": 10,
                    "concurrency": 3,
                    "requests_per_second": 20,
                    "ids_per_request": 7,
                }
            ),
        )
        yield "page size where no list is read", lambda: mine.write({"page_size": 77})
        yield "same values", lambda: mine.write(self.same_values())
        yield "nothing in another form", lambda: mine.write({"filter_path": ""})
        yield "same secret", lambda: mine.write({"secret_input": "key"})
        yield (
            "rows as they were",
            lambda: mine.write(
                {
                    "parameter_ids": [
                        Command.update(market.id, {"value": "FR", "sequence": 1}),
                        Command.update(token.id, {"secret_input": "row key"}),
                    ],
                    "location_map_ids": [
                        Command.update(
                            code_a.id, {"code": " A ", "location_id": self.stock.id}
                        )
                    ],
                }
            ),
        )
        yield "row itself", lambda: code_a.with_user(self.marie).write({"code": "A"})
        yield (
            "rows made anew",
            lambda: mine.write(
                {
                    "parameter_ids": [
                        Command.delete(market.id),
                        Command.create({"name": "market", "value": "FR"}),
                    ],
                    "location_map_ids": [
                        Command.delete(code_b.id),
                        Command.create({"code": "B", "ignored": True}),
                    ],
                }
            ),
        )
        yield (
            "row without a value",
            lambda: mine.write({"parameter_ids": [Command.create({"name": "empty"})]}),
        )

    def test_what_changes_no_meaning_leaves_a_held_and_a_running_run(self):
        held = self.hold()
        running = self.open_run()
        for name, change in self.harmless():
            with self.subTest(name):
                change()
                self.assert_left(held, running)
        running.unlink()
        with mute_logger(SERVICE_LOGGER):
            held.with_user(self.marie).action_approve()
        self.assertEqual([self.on_hand(p) for p in self.products], [25, 25])

    def test_secret_that_moves_out_of_the_database_changes_no_meaning(self):
        held = self.hold()
        running = self.open_run()
        variables = {"STOCK_SYNC_KEY": "key", "STOCK_SYNC_KEY_HOST": "localhost:9"}
        with patch.dict(os.environ, variables):
            self.mine.write({"secret_source": "env", "secret_name": "STOCK_SYNC_KEY"})
            self.assert_left(held, running)

    def changes(self):
        market, token = self.backend.parameter_ids.with_user(self.marie)
        code_a, code_b = self.backend.location_map_ids.with_user(self.marie)
        mine = self.mine
        to_shelf = {"location_id": self.shelf.id}
        row = {"flow_id": self.backend.id}
        return {
            "address": lambda: mine.write({"base_url": API + "/v2"}),
            "mapping": lambda: mine.write({"quantity_path": "boxes"}),
            "factor": lambda: mine.write({"quantity_factor": 12}),
            "location": lambda: mine.write(to_shelf),
            "perhaps another account": lambda: mine.write({"secret_input": "other"}),
            "parameter": lambda: market.write({"value": "DE"}),
            "secret row": lambda: token.write({"secret_input": "other"}),
            "lost parameter": lambda: market.unlink(),
            "new parameter": lambda: market.create({**row, "name": "x", "value": "1"}),
            "code": lambda: code_a.write(to_shelf),
            "lost code": lambda: code_b.unlink(),
            "new code": lambda: code_b.create({**row, "code": "C", "ignored": True}),
        }

    def test_change_of_the_meaning_ends_runs_and_says_who_made_it(self):
        for name, change in self.changes().items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                held = self.hold()
                running = self.open_run()
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                for run, reason in ((held, "changed_held"), (running, "changed")):
                    self.assertEqual(run.state, "interrupted")
                    self.assertEqual(run.error_code, "not_configured")
                    self.assertEqual(run.error_facts["reason"], reason)
                    self.assertEqual(run.decided_by_id, self.marie)
                    self.assertFalse(run.complete)
                    self.assert_plain_sentence(run.error_message)
                self.assertIn("Marie", held.error_message)
                for line in held.line_ids:
                    self.assertEqual(line.state, "skipped")
                    self.assertEqual(line.error_message, held.error_message)
                self.assertFalse(self.backend.activity_ids, "nobody is to approve it")
                with self.assertRaisesRegex(UserError, "Nothing is held"):
                    held.with_user(self.marie).action_approve()
                self.env.invalidate_all()
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual([self.on_hand(p) for p in self.products], [20, 20])

    def test_held_line_of_a_run_that_is_done_is_taken_back_too(self):
        self.backend.guard_minimum = 10
        self.api_says(2500, "124", location="A")
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.backend).sudo()
        self.assertEqual((run.state, run.has_held_lines), ("partial", True))
        self.mine.quantity_factor = 2
        self.assertFalse(run.has_held_lines)
        self.assertEqual((run.state, run.decided_by_id), ("partial", self.marie))
        line = run.line_ids.filtered(lambda line: line.external_id == "124")
        self.assertEqual(line.error_facts["reason"], "changed_held")
        self.assertFalse(self.backend.activity_ids)

    def test_other_page_size_ends_a_list_that_is_being_read_and_nothing_else(self):
        self.backend.write({"request_mode": "list", "paging": "page"})
        complete = self.env["sync.run"].create(
            {"flow_id": self.backend.id, "complete": True, "state": "done"}
        )
        running = self.open_run()
        self.mine.page_size = 499
        self.assertEqual(running.state, "interrupted")
        self.assertTrue(complete.complete)
