from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base_sync_api.models import sync_engine
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import DONE, PENDING, STARTED, Job
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.addons.stock_sync_api.models import stock_sync_read_source
from odoo.addons.stock_sync_api.tests.common import StockSyncCase

from ..models import sync_flow_job
from .common import JobMixin


@tagged("post_install", "-at_install", "with_stock_sync_api")
class TestJob(JobMixin, StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("stock_sync_api.ir_cron_stock_sync")
        cls.flow = cls.backend
        cls.flow.user_id = cls.user

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())

    def failure_of(self, record):
        """The error that a job ends with.

        Odoo's assertRaises would undo what was committed before.
        """
        try:
            self.perform(record)
        except Exception as error:
            self.env.invalidate_all()
            return error
        self.fail("The job ended well.")

    def perform_all(self):
        """:return: how many jobs it took until none waited"""
        count = 0
        while waiting := self.waiting_jobs():
            self.perform(waiting[0])
            count += 1
        return count

    def second_flow(self, **values):
        shelf = self.env["stock.location"].create(
            {
                "name": "Other",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
            }
        )
        second = self.flow.copy({"name": "Second", "location_id": shelf.id, **values})
        self.env["stock.sync.binding"].create(
            {
                "flow_id": second.id,
                "product_id": self._create_product().id,
                "external_id": "second",
            }
        )
        return second

    def runs(self):
        return self.env["sync.run"].search([("flow_id", "=", self.flow.id)])

    def test_scheduled_action_has_a_job_for_each_flow_and_asks_nothing_itself(self):
        second = self.second_flow()
        with trap_jobs() as trap:
            self.run_cron()
        self.assertFalse(self.calls)
        self.assertFalse(self.runs())
        trap.assert_jobs_count(2)
        for flow in (self.flow, second):
            trap.assert_enqueued_job(
                flow._sync_job,
                properties={
                    "channel": f"root.sync.flow_{flow.id}",
                    "identity_key": f"base_sync_api_queue.{flow.id}.now",
                },
            )

    def test_job_synchronises_its_flow(self):
        self.api_says("5")
        self.run_cron()
        result = self.perform(self.waiting_jobs())
        self.assertEqual(self.on_hand(), 5)
        run = self.runs()
        self.assertEqual((run.state, run.trigger, run.changed), ("done", "cron", 1))
        self.assertEqual(run.user_id, self.user)
        self.assertIn("1 changed", result)
        self.assertFalse(self.waiting_jobs())

    def test_job_leaves_the_runs_of_other_flows_alone(self):
        self.api_says("5")
        other = self.env["sync.run"].create({"flow_id": self.second_flow().id})
        self.run_cron()
        self.perform(self.waiting_jobs())
        self.assertEqual(self.calls, ["123"])
        self.assertEqual((self.runs().state, other.state), ("done", "planning"))

    def test_flows_that_have_nothing_to_do_have_no_job(self):
        self.flow.paused = True
        self.run_cron()
        self.assertFalse(self.waiting_jobs())

    def test_scheduled_action_of_another_kind_has_no_job_for_the_flow(self):
        self.cron = self.env.ref("base_sync_api.ir_cron_sync")
        self.run_cron()
        self.assertFalse(self.waiting_jobs())

    def test_no_second_job_while_one_waits(self):
        self.run_cron()
        self.run_cron()
        self.assertEqual(len(self.waiting_jobs()), 1)

    def test_no_second_job_while_one_is_at_work(self):
        self.run_cron()
        self.waiting_jobs().state = STARTED
        self.run_cron()
        self.assertFalse(self.waiting_jobs())

    def test_scheduled_action_has_another_job_once_one_is_done(self):
        self.run_cron()
        self.waiting_jobs().state = DONE
        self.run_cron()
        self.assertEqual(len(self.waiting_jobs()), 1)

    def test_run_that_takes_longer_than_a_job_goes_on_in_others(self):
        for number in range(5):
            self._create_product(str(number))
            self.api_says(number + 1, str(number))
        self.api_says(9)
        self.run_cron()
        with (
            patch.object(stock_sync_read_source, "BATCH_SIZE", 2),
            patch.object(sync_flow_job, "JOB_SECONDS", -1),
        ):
            jobs = self.perform_all()
        self.assertGreaterEqual(jobs, 3)
        run = self.runs()
        self.assertEqual(len(run), 1)
        self.assertEqual((run.state, run.changed), ("done", 6))
        self.assertEqual(run.interruptions, 0)
        self.assertEqual(sorted(self.calls), ["0", "1", "123", "2", "3", "4"])

    def test_run_that_a_person_waited_for_goes_on_in_a_job(self):
        for number in range(3):
            self._create_product(str(number))
            self.api_says(number + 1, str(number))
        self.api_says(9)
        with (
            patch.object(stock_sync_read_source, "BATCH_SIZE", 2),
            patch.object(sync_engine, "FOREGROUND_SECONDS", -1),
        ):
            run = self.service.sync_flow(self.flow).sudo()
        self.assertEqual(run.state, "planning")
        self.perform_all()
        self.assertEqual((run.state, run.changed), ("done", 4))
        self.assertEqual(run.user_id, self.user)
        self.assertEqual(self.runs(), run)

    def test_open_run_has_a_job_even_where_the_flow_is_not_due(self):
        self.env["sync.run"].create({"flow_id": self.flow.id})
        self.flow.next_attempt_date = fields.Datetime.now() + timedelta(hours=1)
        self.run_cron()
        self.assertEqual(len(self.waiting_jobs()), 1)

    def test_retry_after_is_the_time_of_the_next_job(self):
        self.answers["123"] = (429, {"Retry-After": "900"}, "")
        self.run_cron()
        self.perform(self.waiting_jobs())
        run = self.runs()
        self.assertEqual((run.state, run.error_code), ("planning", False))
        later = self.waiting_jobs()
        self.assertEqual(later.eta, run.resume_date)
        self.run_cron()
        self.assertEqual(self.waiting_jobs(), later, "it has to wait")
        with freeze_time(later.eta):
            self.api_says("5")
            self.perform(later)
        self.assertEqual(self.on_hand(), 5)
        self.assertEqual((self.runs(), run.state), (run, "done"))

    def test_api_that_asks_one_flow_to_wait_is_not_called_by_jobs_of_another(self):
        second = self.second_flow(backend_id=self.flow.backend_id.id)
        self.answers["123"] = (429, {"Retry-After": "900"}, "")
        self.run_cron()
        self.perform(self.waiting_jobs())
        [waiting, later] = second._get_sync_jobs([PENDING]).sorted("id")
        self.assertEqual(later.eta, self.runs().resume_date)
        self.assertEqual(self.perform(waiting), "There was nothing to do.")
        self.assertEqual(self.calls, ["123"])
        self.answers["second"] = {"product_id": "second", "quantity": "8"}
        with freeze_time(later.eta):
            self.perform(later)
        self.assertEqual(self.calls, ["123", "second"])
        self.assertEqual(second.run_ids.state, "done")

    def test_job_that_waits_for_a_time_does_not_hold_back_another(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        self.flow._wake(later)
        self.flow._wake()
        self.flow._wake(later)
        self.assertCountEqual(self.waiting_jobs().mapped("eta"), [False, later])

    def test_job_that_comes_when_there_is_nothing_to_do_does_nothing(self):
        self.run_cron()
        self.flow.paused = True
        self.assertEqual(self.perform(self.waiting_jobs()), "There was nothing to do.")
        self.assertFalse(self.runs())

    def test_job_of_a_deleted_flow_does_nothing(self):
        self.run_cron()
        job = self.waiting_jobs()
        self.flow.binding_ids.unlink()
        self.flow.unlink()
        self.assertEqual(self.perform(job), "The flow was deleted.")

    def test_lost_race_is_tried_again_by_the_retry_pattern(self):
        self.api_says("5")
        self.run_cron()
        record = self.waiting_jobs()
        Engine = self.env.registry["stock.sync.engine"]
        with patch.object(Engine, "_continue_run", side_effect=SerializationFailure):
            error = self.failure_of(record)
        self.assertIsInstance(error, RetryableJobError)
        self.assertFalse(error.seconds, "the pattern says when")
        self.assertFalse(error.ignore_retry)
        self.assertEqual(self.runs().state, "planning")
        job = Job.load(self.env, record.uuid)
        job.retry = 1
        self.assertIn(job._get_retry_seconds(), range(5, 21))
        job.retry = 4
        self.assertIn(job._get_retry_seconds(), range(300, 601))
        self.assertTrue(job.job_config.allow_commit)
        self.perform(record)
        self.assertEqual(self.on_hand(), 5)
        self.assertEqual(self.runs().state, "done")

    def test_unforeseen_failure_closes_the_run_and_shows_on_the_job(self):
        self.api_says("5")
        self.run_cron()
        Engine = self.env.registry["stock.sync.engine"]
        with patch.object(Engine, "_continue_run", side_effect=ZeroDivisionError):
            error = self.failure_of(self.waiting_jobs())
        self.assertIsInstance(error, ZeroDivisionError)
        self.assertEqual(self.runs().state, "interrupted")
        self.assertEqual(self.on_hand(), 0)

    def test_attempt_after_a_kill_goes_on_with_the_run_and_counts_it(self):
        self.api_says("5")
        self.run_cron()
        run = self.env["sync.run"].create({"flow_id": self.flow.id})
        record = self.waiting_jobs()
        record.retry = 1
        self.perform(record)
        self.assertEqual((run.state, run.interruptions), ("done", 1))
        self.assertEqual(self.runs(), run)

    def test_attempt_after_a_kill_reads_a_list_anew(self):
        self.flow.list_path = "/stock"
        self.api_says("5")
        self.run_cron()
        run = self.env["sync.run"].create({"flow_id": self.flow.id})
        record = self.waiting_jobs()
        record.retry = 1
        self.perform(record)
        self.assertEqual(run.state, "interrupted")
        self.assertEqual(len(self.runs()), 2)

    def test_job_steps_aside_while_another_of_the_flow_is_at_work(self):
        self.api_says("5")
        self.run_cron()
        self.waiting_jobs().state = STARTED
        self.flow._wake()
        error = self.failure_of(self.waiting_jobs())
        self.assertIsInstance(error, RetryableJobError)
        self.assertTrue(error.ignore_retry, "that is no failed attempt")
        self.assertFalse(self.calls)
        self.assertFalse(self.runs())

    def test_jobs_that_nobody_runs_are_in_the_log(self):
        self.run_cron()
        job = self.waiting_jobs()
        with freeze_time(job.date_created + timedelta(hours=2)):
            with self.assertLogs("odoo.addons.base_sync_api_queue", "WARNING") as log:
                self.run_cron()
        self.assertIn(job.uuid, log.output[0])

    def test_button_on_a_product_needs_no_job(self):
        self.api_says("5")
        self.sync()
        self.assertEqual(self.on_hand(), 5)
        self.assertFalse(self.waiting_jobs())
