import time
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_cron
from odoo.addons.base_sync_api.models import sync_service

from ..models import stock_sync_engine, stock_sync_read_source
from .common import SERVICE_LOGGER, StockSyncCase


@tagged("post_install", "-at_install")
class TestCron(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("stock_sync_api.ir_cron_stock_sync")
        cls.backend.user_id = cls.user

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())

    def run_cron(self):
        """Run the action as the scheduler does; its commits are savepoints here."""
        with mute_logger(SERVICE_LOGGER):
            result = self.cron.method_direct_trigger()
        self.assertIs(result, True, "the scheduled action must never raise")
        self.env.invalidate_all()
        return self.env["sync.run"].search([("trigger", "=", "cron")])

    def test_action_is_hourly_and_active(self):
        self.assertTrue(self.cron.active)
        self.assertEqual(
            (self.cron.interval_number, self.cron.interval_type), (1, "hours")
        )

    def test_scheduled_action_sets_the_stock_of_all_bound_products(self):
        other = self._create_product("456")
        self.api_says("5")
        self.api_says("6", "456")
        run = self.run_cron()
        self.assertEqual(run.state, "done")
        self.assertEqual((run.received, run.changed, run.api_calls), (2, 2, 2))
        self.assertEqual((self.on_hand(), self.on_hand(other)), (5, 6))
        self.assertEqual(run.user_id, self.user)
        self.assertEqual(run.line_ids.move_ids.create_uid, self.user)

    def test_batches_are_committed_and_all_products_are_reached(self):
        products = [self._create_product(str(number)) for number in range(7)]
        for number in range(7):
            self.api_says(number + 1, str(number))
        self.api_says(1)
        with (
            patch.object(stock_sync_read_source, "BATCH_SIZE", 3),
            patch.object(stock_sync_engine, "APPLY_SIZE", 3),
        ):
            run = self.run_cron()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.changed, 8)
        self.assertEqual(
            [self.on_hand(product) for product in products], list(range(1, 8))
        )

    def test_a_run_that_is_out_of_time_goes_on_where_it_stopped(self):
        for number in range(5):
            self._create_product(str(number))
            self.api_says(number + 1, str(number))
        self.api_says(9)
        Cron = self.env.registry["ir.cron"]
        commit_progress = Cron._commit_progress

        def out_of_time(self, processed=0, **kwargs):
            commit_progress(self, processed, **kwargs)
            return 0.0

        with (
            patch.object(stock_sync_read_source, "BATCH_SIZE", 2),
            patch.object(stock_sync_engine, "APPLY_SIZE", 2),
            patch.object(Cron, "_commit_progress", out_of_time),
        ):
            run = self.run_cron()
        self.assertEqual(len(run), 1, "calls go on with the run that is open")
        self.assertEqual(run.state, "done")
        self.assertEqual((run.received, run.changed, run.failed), (6, 6, 0))
        self.assertEqual(sorted(self.calls), ["0", "1", "123", "2", "3", "4"])

    def _notifications(self, job_id, turn):
        """How often servers are told to look, after a call that left something.

        :param turn: seconds that a call has at least
        """
        Cron = self.env.registry["ir.cron"]
        with (
            patch.object(ir_cron, "MIN_TIME_PER_JOB", turn),
            patch.object(Cron, "_notifydb") as notify,
        ):
            self.env["ir.cron"]._reschedule_asap({"id": job_id})
            self.assertFalse(notify.called, "not before what is to be found is there")
            self.env.cr.postcommit.run()
        return notify.call_count

    def test_what_a_turn_leaves_is_called_for_at_once(self):
        self.assertEqual(self._notifications(self.cron.id, turn=0), 1)

    def test_what_got_no_further_is_not_called_for_without_end(self):
        self.assertEqual(self._notifications(self.cron.id, turn=86400), 0)

    def test_other_scheduled_actions_are_called_for_as_ever(self):
        other = self.env["ir.cron"].search([("id", "!=", self.cron.id)], limit=1)
        self.assertEqual(self._notifications(other.id, turn=0), 0)

    def test_a_batch_of_nothing_but_problems_counts_as_work(self):
        self.answers["123"] = (500, {}, "")
        self.run_cron()
        calls = self.env["ir.cron.progress"].search([("cron_id", "=", self.cron.id)])
        self.assertGreater(sum(calls.mapped("done")), 0)

    def _call_beside_a_long_run(self, *calls):
        """Runs of a second backend in calls through which another's run goes on.

        :param calls: when, each
        """
        second = self.backend.copy({"name": "Second", "location_id": self.shelf.id})
        product = self._create_product()
        self.env["stock.sync.binding"].create(
            {
                "flow_id": second.id,
                "product_id": product.id,
                "external_id": "second",
            }
        )
        self.api_says("4", "second")
        with freeze_time(calls[0]):
            self.env["sync.run"].create(
                {"flow_id": self.backend.id, "trigger": "manual"}
            )
        Engine = self.env.registry["stock.sync.engine"]
        continue_run = Engine._continue_run

        def continue_second(engine, run):
            if run.flow_id == self.backend:
                run.api_calls += 1
                return False
            return continue_run(engine, run)

        with (
            patch.object(Engine, "_continue_run", continue_second),
            mute_logger("odoo.addons.base.models.ir_cron"),  # it got nowhere
            # its dates are those of the test's transaction
            patch.object(sync_service, "OPEN_RUN_EXPIRY", timedelta(days=1)),
        ):
            for call in calls:
                with freeze_time(call):
                    self.run_cron()
        return second.run_ids

    def test_a_long_run_of_a_person_does_not_call_the_others_again_and_again(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=30)
        start = self.cron.nextcall - timedelta(minutes=20)
        runs = self._call_beside_a_long_run(
            *(start + timedelta(seconds=10 * number) for number in range(4))
        )
        self.assertEqual(runs.mapped("state"), ["done"])

    def test_beside_a_long_run_of_a_person_the_others_have_their_regular_time(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=30)
        start = self.cron.nextcall - timedelta(minutes=1)
        runs = self._call_beside_a_long_run(
            *(
                start + timedelta(minutes=minutes, seconds=10 * number)
                for minutes in (0, 2, 62)
                for number in range(4)
            )
        )
        self.assertEqual(len(runs), 3)

    def test_backend_without_an_address_is_passed_over(self):
        self.backend.base_url = False
        self.assertFalse(self.run_cron())

    def test_paused_backend_is_passed_over(self):
        self.backend.paused = True
        self.assertFalse(self.run_cron())
        self.assertFalse(self.calls)

    def test_trouble_of_one_backend_is_not_that_of_another(self):
        shelf = self.env["stock.location"].create(
            {
                "name": "Other",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
            }
        )
        second = self.backend.copy({"name": "Second", "location_id": shelf.id})
        product = self._create_product()
        self.env["stock.sync.binding"].create(
            {
                "flow_id": second.id,
                "product_id": product.id,
                "external_id": "second",
            }
        )
        self.api_says("4", "second")
        self.api_says("3")
        Read = self.env.registry["stock.sync.read"]
        plan = Read._plan_levels

        def crash(self, run, *args):
            if run.flow_id.name == "Test API":
                raise ZeroDivisionError
            return plan(self, run, *args)

        with patch.object(Read, "_plan_levels", crash):
            runs = self.run_cron()
        states = {run.flow_id.name: run.state for run in runs}
        self.assertEqual(states, {"Test API": "interrupted", "Second": "done"})
        self.assertEqual(self.on_hand(product, shelf), 4)
        self.assertEqual(self.on_hand(), 0)

    def test_user_without_rights_is_told_in_the_run(self):
        self.user.group_ids -= self.env.ref("stock.group_stock_user")
        self.api_says("5")
        run = self.run_cron()
        self.assertEqual((run.state, run.error_code), ("failed", "access_denied"))
        self.assertIn(self.user.name, run.message)
        self.assertEqual(self.on_hand(), 0)

    def test_long_retry_after_is_left_to_the_scheduler(self):
        self.answers["123"] = (429, {"Retry-After": "900"}, "")
        before = fields.Datetime.now()
        run = self.run_cron()
        self.assertEqual((run.state, run.error_code), ("planning", False))
        self.assertGreaterEqual(run.resume_date, before + timedelta(seconds=900))
        self.assertEqual(self.backend.next_attempt_date, run.resume_date)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertEqual(triggers.call_at, run.resume_date)
        self.run_cron()
        self.assertEqual(len(self.calls), 1, "not asked again before the time")
        self.assertEqual(self.backend.failure_count, 0, "to be asked to wait is none")
        with freeze_time(run.resume_date + timedelta(seconds=1)):
            self.api_says("5")
            self.assertEqual(self.run_cron(), run)
        self.assertEqual(self.on_hand(), 5)
        self.assertEqual((run.state, run.changed), ("done", 1))
        self.assertFalse(self.backend.next_attempt_date)

    def test_refused_credentials_stop_the_run_at_once(self):
        for number in range(5):
            self._create_product(str(number))
            self.answers[str(number)] = (401, {}, "")
        self.answers["123"] = (401, {}, "")
        with patch.object(stock_sync_read_source, "BATCH_SIZE", 2):
            run = self.run_cron()
        self.assertEqual(len(self.calls), 1)
        self.assertEqual((run.state, run.error_code), ("failed", "auth_failed"))

    def _stock_of(self, count, quantity):
        products = [self._create_product(f"g{number}") for number in range(count)]
        for product in products:
            self.set_stock(quantity, product)
        return products

    def test_run_that_would_empty_the_warehouse_is_held_and_can_be_approved(self):
        products = self._stock_of(12, 5)
        for number in range(12):
            self.api_says(0, f"g{number}")
        self.api_says(0)
        run = self.run_cron()
        self.assertEqual(run.state, "held")
        self.assertIn("12 of 13 products", run.message)
        self.assertIn("more than 20 %.", run.message)
        self.assertEqual([self.on_hand(product) for product in products], [5] * 12)
        run.action_approve()
        self.assertEqual([self.on_hand(product) for product in products], [0] * 12)
        self.assertEqual(run.state, "done")

    def test_run_over_all_products_that_a_person_starts_is_held_too(self):
        products = self._stock_of(12, 5)
        for number in range(12):
            self.api_says(6, f"g{number}")
        self.api_says(0)
        run = self.service.sync_flow(self.backend)
        self.assertEqual((run.state, run.error_code), ("held", "held_by_guard"))
        self.assertIn("12 of the 12 products that have stock", run.message)
        self.assertEqual([self.on_hand(product) for product in products], [5] * 12)

    def test_held_run_waits_for_an_open_one_before_it_is_applied(self):
        held = self.env["sync.run"].create(
            {"flow_id": self.backend.id, "state": "held"}
        )
        self.env["sync.run"].create({"flow_id": self.backend.id})
        with self.assertRaisesRegex(UserError, "in progress"):
            held.action_approve()

    def test_held_run_can_be_rejected(self):
        products = self._stock_of(12, 5)
        for number in range(12):
            self.api_says(0, f"g{number}")
        run = self.run_cron()
        run.action_reject()
        self.assertEqual([self.on_hand(product) for product in products], [5] * 12)
        self.assertEqual(run.state, "interrupted")
        self.assertFalse(run.has_held_lines)

    def test_newer_run_takes_the_place_of_a_held_one(self):
        products = self._stock_of(12, 5)
        for number in range(12):
            self.api_says(0, f"g{number}")
        held = self.run_cron()
        for number in range(12):
            self.api_says(5, f"g{number}")
        runs = self.run_cron()
        self.assertEqual(held.state, "interrupted")
        self.assertEqual((runs - held).state, "partial")  # 123 is unknown
        self.assertEqual([self.on_hand(product) for product in products], [5] * 12)

    def test_unlikely_change_of_one_product_is_held_and_the_others_go_on(self):
        [suspicious, normal] = self._stock_of(2, 20)
        self.api_says(2000, "g0")
        self.api_says(21, "g1")
        self.api_says(0)
        run = self.run_cron()
        self.assertEqual((self.on_hand(suspicious), self.on_hand(normal)), (20, 21))
        self.assertEqual(run.state, "partial")
        held = run.line_ids.filtered(lambda line: line.error_code == "held_by_guard")
        self.assertEqual(held.product_id, suspicious)
        self.assertIn("SYT/Stock: 20 → 2,000", held.error_message)
        run.action_approve()
        self.assertEqual(self.on_hand(suspicious), 2000)

    def test_first_filling_is_no_alarm(self):
        products = [self._create_product(f"g{number}") for number in range(12)]
        for number in range(12):
            self.api_says(1000, f"g{number}")
        self.api_says(0)
        run = self.run_cron()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.on_hand(products[0]), 1000)

    def test_preview_changes_nothing(self):
        self.set_stock(3)
        self.api_says("5")
        run = self.service.sync_flow(self.backend, preview=True)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.sudo().line_ids.state, "planned")
        self.assertEqual(self.on_hand(), 3)
        self.assertFalse(self.product.last_sync_date)

    def test_second_run_of_one_backend_is_refused_and_the_button_still_works(self):
        self.env["sync.run"].create({"flow_id": self.backend.id})
        with mute_logger(SERVICE_LOGGER, "odoo.sql_db"):
            run = self.service.sync_flow(self.backend)
        self.assertEqual((run.state, run.error_code), ("failed", "run_in_progress"))
        self.api_says("5")
        self.sync()
        self.assertEqual(self.on_hand(), 5)

    def test_answers_of_a_slow_api_are_recorded_before_the_batch_is_full(self):
        for number in range(4):
            self._create_product(str(number))
            self.api_says(number + 1, str(number))
        self.api_says(9)
        Read = self.env.registry["stock.sync.read"]
        plan, batches = Read._plan_levels, []

        def count(self, run, by_site, *args):
            batches.append(sum(map(len, by_site.values())))
            return plan(self, run, by_site, *args)

        with (
            patch.object(stock_sync_read_source, "BATCH_SECONDS", -1),
            patch.object(Read, "_plan_levels", count),
        ):
            run = self.run_cron()
        self.assertEqual(batches, [1, 1, 1, 1, 1])
        self.assertEqual((run.state, run.changed), ("done", 5))
        self.assertEqual(sorted(self.calls), ["0", "1", "123", "2", "3"])

    def test_call_after_the_time_of_the_job_is_over_leaves_the_run_for_the_next(self):
        run = self.env["sync.run"].create(
            {"flow_id": self.backend.id, "trigger": "cron"}
        )
        progress = self.env["ir.cron.progress"].create({"cron_id": self.cron.id})
        self.env.flush_all()
        with self.registry.cursor() as cr:
            self.env(cr=cr)["stock.sync.service"].with_context(
                cron_id=self.cron.id,
                ir_cron_progress_id=progress.id,
                cron_end_time=time.monotonic() - 1,
            )._cron_sync()
        self.env.invalidate_all()
        self.assertEqual((progress.done, progress.remaining), (0, 1))
        self.assertEqual(run.state, "planning")
        self.assertFalse(self.calls)
