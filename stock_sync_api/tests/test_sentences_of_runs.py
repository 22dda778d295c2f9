import logging
from unittest.mock import Mock

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.tools.numbers import format_number

from .common import SERVICE_LOGGER, StockSyncCase

LOGGER = "odoo.addons.base_sync_api.models.sync_run"


@tagged("post_install", "-at_install")
class TestSentencesOfRuns(StockSyncCase):
    """What a run says of itself: to people, in their language, and to the log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")

    def _sync_all(self, preview=False):
        with mute_logger(SERVICE_LOGGER):
            return self.service.sync_flow(self.backend, preview=preview).sudo()

    def _products(self, count, quantity=None):
        for number in range(count):
            self._create_product(f"p{number}")
            if quantity is not None:
                self.api_says(quantity, f"p{number}")

    # previews

    def test_a_preview_says_what_would_change(self):
        self._products(3, 7)
        self.api_says(0)
        run = self._sync_all(preview=True)
        self.assertEqual(run.state, "done")
        self.assertEqual(
            run.message, "3 would change, 1 already up to date, 0 skipped, 0 failed"
        )
        self.assertEqual(run._notification()["params"]["message"], run.message)

    def test_a_preview_of_one_change_does_not_read_as_done(self):
        self.api_says(7)
        message = self._sync_all(preview=True)._notification()["params"]["message"]
        self.assertIn("1 would change", message)

    def test_a_preview_that_would_change_something_is_no_failure(self):
        self._products(1)
        self.api_says(7)
        run = self._sync_all(preview=True)
        self.assertEqual((run.state, run.failed), ("partial", 1))

    # why

    def test_what_failed_is_said_with_its_reasons(self):
        self._products(3)
        self.api_says("many")
        self.api_says(5, "p0")
        run = self._sync_all()
        self.assertEqual(
            run.message,
            "1 changed, 0 already up to date, 0 skipped, 3 failed (Not found by the"
            " API, Invalid quantity)",
        )
        self.assertEqual(run._notification()["params"]["message"], run.message)
        self.assertEqual(self.backend.last_message, run.message)

    def test_a_list_of_runs_costs_as_much_as_one(self):
        self._products(2)
        runs = self._sync_all()
        for _number in range(4):
            runs += self._sync_all()

        def cost(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("message")
            return self.env.cr.sql_log_count - before

        cost(runs)
        self.assertEqual(cost(runs), cost(runs[:2]))

    # the log

    def _log_of(self, work):
        with (
            mute_logger("odoo.addons.stock_sync_api.models.stock_sync_record"),
            self.assertLogs(LOGGER, logging.INFO) as log,
        ):
            logging.getLogger(LOGGER).info("nothing")
            run = work()
        return run, [(r.levelno, r.getMessage()) for r in log.records[1:]]

    def _scheduled_run(self):
        with self.enter_registry_test_mode():
            self.env.ref("stock_sync_api.ir_cron_stock_sync").method_direct_trigger()
        self.env.invalidate_all()
        return self.backend.run_ids[:1]

    def test_a_scheduled_run_against_a_dead_api_is_one_warning(self):
        self.backend.write({"list_path": "/stock", "request_mode": "list"})
        self.answers = Mock(get=lambda _id: (503, {}, ""))
        run, log = self._log_of(self._scheduled_run)
        self.assertEqual(
            log,
            [
                (
                    logging.WARNING,
                    f"Stock synchronisation of backend {self.backend.id}, run {run.id}:"
                    f" http_error: {run.error_message}",
                )
            ],
        )
        self.assertIn("HTTP 503", run.error_message)

    def test_a_run_that_has_changed_something_is_one_line(self):
        self.api_says(5)
        run, log = self._log_of(self._scheduled_run)
        self.assertEqual(
            log,
            [
                (
                    logging.INFO,
                    f"Stock synchronisation of backend {self.backend.id}, run {run.id}:"
                    " done: 1 changed, 0 already up to date, 0 skipped, 0 failed",
                )
            ],
        )

    def test_a_run_that_found_all_equal_logs_nothing(self):
        self.api_says(0)
        _run, log = self._log_of(self._scheduled_run)
        self.assertEqual(log, [])

    def test_a_backend_that_cannot_work_is_logged_once(self):
        self.backend.location_id = False
        run, log = self._log_of(self._scheduled_run)
        self.assertEqual([level for level, _text in log], [logging.WARNING])
        self.assertIn(f"run {run.id}: not_configured", log[0][1])

    # numbers, in the reader's way

    def _french(self, record):
        return record.with_context(lang="fr_FR")

    def test_numbers_are_written_as_the_reader_writes_them(self):
        french = self.env(context={"lang": "fr_FR"})
        for number, english, in_french in (
            (0, "0", "0"),
            (999, "999", "999"),
            (1234567, "1,234,567", "1\u00a0234\u00a0567"),
            ("2.5", "2.5", "2,5"),
            ("-1234.75", "-1,234.75", "-1\u00a0234,75"),
            ("12345678.0625", "12,345,678.0625", "12\u00a0345\u00a0678,0625"),
            ("many", "many", "many"),
            ("1e5", "1e5", "1e5"),
        ):
            self.assertEqual(format_number(self.env, number), english)
            self.assertEqual(format_number(french, number), in_french)

    def test_the_answer_of_the_button_is_in_the_readers_numbers(self):
        self.product.uom_id.rounding = 0.01
        self.set_stock(2.5)
        self.api_says("1234.5")
        run = self.sync()
        message = self._french(run)._notification()["params"]["message"]
        self.assertEqual(message, "SYT/Stock: 2,5 → 1\u00a0234,5")
        self.assertEqual(
            run._notification()["params"]["message"], "SYT/Stock: 2.5 → 1,234.5"
        )

    def test_sentences_have_the_readers_numbers_and_facts_the_plain_ones(self):
        self.set_stock(12500)
        self.deliver(12000)
        self.api_says("2.5")
        run = self.sync()
        line = run.line_ids
        self.assertEqual(line.error_code, "below_reserved")
        self.assertEqual(line.error_facts["reserved"], "12000")
        self.assertEqual(line.error_facts["target"], "2.5")
        message = self._french(line).error_message
        self.assertIn("12\u00a0000", message)
        self.assertIn("2,5", message)
        self.assertNotIn("2.5", message)

    def test_what_the_api_wrote_is_quoted_as_it_is(self):
        self.api_says("123456789012345")
        line = self.sync().line_ids
        self.assertEqual(line.error_code, "invalid_quantity")
        self.assertIn("123456789012345", self._french(line).error_message)

    def test_counts_are_in_the_readers_numbers(self):
        run = self.env["sync.run"].create(
            {
                "flow_id": self.backend.id,
                "state": "held",
                "unchanged": 3400,
                "received": 12345,
                "error_code": "held_by_guard",
                "error_facts": {
                    "reason": "zeros",
                    "count": 1200,
                    "total": 5000,
                    "percent": 20,
                },
            }
        )
        french = self._french(run)
        self.assertIn("1\u00a0200", french.message)
        self.assertIn("3\u00a0400", french.outcomes)
        run.state = "planning"
        self.assertIn("12\u00a0345", french.progress)
        run.write({"state": "done", "error_code": False})
        self.assertIn("3\u00a0400", french.message)
        self.assertIn("3,400 already up to date", run.message)

    def test_an_id_that_looks_like_a_number_stays_as_it_is(self):
        self.product.x_external_id = "1234567"
        line = self.sync().line_ids
        self.assertEqual(line.error_code, "product_not_found")
        self.assertIn("1234567", self._french(line).error_message)
