"""Runs of a kind that has nothing but ``_process``: what the base does for it."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base_sync_api.client import Api, ClientError

from .common import RatesCase

ROW = {"code": "USD", "rate": 1.08}
FOUR = [
    [{"code": code, "rate": rate}]
    for code, rate in zip(
        ("USD", "PLN", "EUR", "USD"), (1.08, 4.3, 0.9, 1.09), strict=True
    )
]


@tagged("post_install", "-at_install")
class TestRuns(RatesCase):
    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())

    def press(self, flow=None, button="action_sync"):
        action = getattr((flow or self.flow).with_user(self.manager), button)()
        self.env.invalidate_all()
        return action

    def activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "sync.flow"), ("res_id", "=", self.flow.id)]
        )

    def mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", "sync.flow"), ("res_id", "=", self.flow.id)]
        )

    def test_no_stock_is_needed(self):
        self.assertNotIn("stock.quant", self.env)

    def test_a_first_run_is_left_to_the_scheduled_action_and_done_by_it(self):
        self.api_says(USD=1.08)
        action = self.press()
        self.assertIn("it goes on by itself", action["params"]["message"])
        run = self.flow.run_ids
        self.assertEqual((run.state, run.trigger), ("planning", "manual"))
        self.run_cron()
        self.assertEqual((run.state, run.changed), ("done", 1))
        self.assertEqual(self.rate(), 1.08)

    def test_a_button_is_answered_at_once_where_it_does_not_take_long(self):
        self.api_says(USD=1.08, PLN=4.3)
        self.run_cron()
        self.api_says(USD=1.09, PLN=4.3, XXX=1)
        action = self.press()
        run = self.flow.last_run_id
        self.assertEqual((run.received, run.changed, run.unchanged), (3, 1, 1))
        self.assertEqual((run.failed, run.skipped, run.api_calls), (1, 0, 1))
        self.assertEqual((run.state, run.error_code), ("partial", "unknown_currency"))
        self.assertIn("no currency that is used here", action["params"]["message"])
        self.assertIn("“XXX”", run.message)
        self.assertEqual((self.rate(), self.rate(self.zloty)), (1.09, 4.3))

    def test_the_scheduled_action_does_the_work_again_and_again(self):
        self.api_says(USD=1.08)
        run = self.run_cron()
        self.assertEqual((run.state, run.trigger), ("done", "cron"))
        self.assertEqual(run.user_id, self.manager)
        self.assertEqual(
            run.message, "1 changed, 0 already up to date, 0 skipped, 0 failed"
        )
        self.assertEqual(self.run_cron().unchanged, 1)
        self.assertEqual(self.flow.health, "ok")
        self.assertEqual(self.flow.rate_count, 1)

    def test_a_preview_changes_nothing_and_says_what_would_change(self):
        self.api_says(USD=1.08)
        self.run_cron()
        self.api_says(USD=1.08, PLN=4.3, EUR=0.9)
        self.press(button="action_preview")
        run = self.flow.run_ids[0]
        self.assertTrue(run.preview)
        self.assertEqual((run.state, run.received), ("done", 3))
        self.assertEqual((run.changed, run.would_change, run.unchanged), (0, 2, 1))
        self.assertEqual(
            run.message, "2 would change, 1 already up to date, 0 skipped, 0 failed"
        )
        self.assertIn("Would change: <b>2</b>", run.outcomes)
        self.assertFalse(self.rate(self.zloty))
        self.assertEqual(self.flow.graph_sum, 1, "a preview changes nothing")

    def test_a_preview_of_several_pages_in_the_background_counts_them_all(self):
        self.paged(FOUR)
        self.press(button="action_preview")
        self.run_cron()
        run = self.flow.run_ids
        self.assertEqual((run.state, run.would_change), ("done", 4))
        self.assertFalse(self.env["res.currency.rate"].search([]))

    def test_a_preview_says_what_trouble_there_would_be(self):
        self.api_says(XXX=1, USD=1.08)
        self.run_cron().unlink()
        self.press(button="action_preview")
        run = self.flow.run_ids[0]
        self.run_cron()
        self.assertEqual(run.error_code, "unknown_currency")
        self.assertEqual((run.failed, run.state), (1, "partial"))

    def test_what_a_preview_undoes_leaves_no_mail_behind(self):
        told = []
        Engine = self.env.registry["currency.rate.engine"]
        process = Engine._process

        def process_and_tell(engine, run, rows):
            process(engine, run, rows)
            engine.env.cr.postcommit.add(lambda: told.append(run.preview))

        self.api_says(USD=1.08)
        with patch.object(Engine, "_process", process_and_tell):
            self.env.cr.postcommit.add(lambda: told.append("before"))
            self.service.sync_flow(self.flow, preview=True)
            self.env.cr.postcommit.run()
            self.assertEqual(told, ["before"])
            self.service.sync_flow(self.flow)
            self.env.cr.postcommit.run()
        self.assertEqual(told, ["before", False])

    def out_of_time(self):
        """Each call of the scheduled action is over after a page."""
        Cron = self.env.registry["ir.cron"]
        commit_progress = Cron._commit_progress

        def no_time_left(cron, processed=0, **kwargs):
            commit_progress(cron, processed, **kwargs)
            return 0.0

        return patch.object(Cron, "_commit_progress", no_time_left)

    def test_a_run_that_is_out_of_time_goes_on_with_the_next_page(self):
        self.paged(FOUR)
        with self.out_of_time():
            run = self.run_cron()
        self.assertEqual(len(run), 1)
        self.assertEqual((run.state, run.received, run.changed), ("done", 4, 4))
        self.assertEqual(len(self.calls), 4, "no page is read twice")
        self.assertEqual(run.api_calls, 4)
        self.assertFalse(run.sudo().plan_state)
        self.assertTrue(run.complete and run.settled)

    def test_who_is_asked_to_wait_goes_on_where_it_was(self):
        asked_to_wait = (429, {"Retry-After": "600"}, "{}", FOUR[2])
        self.paged([FOUR[0], FOUR[1], asked_to_wait, FOUR[3]])
        run = self.run_cron()
        self.assertEqual((run.state, run.received), ("planning", 2))
        self.assertTrue(run.resume_date)
        self.assertEqual(self.flow.next_attempt_date, run.resume_date)
        self.assertFalse(self.flow.failure_count)
        self.assertIn("asked for a pause", self.flow.wait_message)
        self.assertEqual((self.rate(), self.rate(self.zloty)), (1.08, 4.3))
        self.assertFalse(self.run_cron(), "not before its time")
        self.assertEqual(len(self.calls), 3)
        with freeze_time(run.resume_date + timedelta(seconds=1)):
            self.run_cron()
        self.assertEqual((run.state, run.received), ("done", 4))
        self.assertEqual(len(self.calls), 5, "the page that was refused, and the last")
        self.assertFalse(self.flow.next_attempt_date)
        self.assertEqual(len(self.flow.run_ids), 1)

    def test_a_first_page_that_is_to_wait_for_is_asked_for_again(self):
        self.paged([(429, {"Retry-After": "600"}, "{}", FOUR[0])])
        run = self.run_cron()
        self.assertTrue(run.resume_date)
        with freeze_time(run.resume_date + timedelta(seconds=1)):
            self.run_cron()
        self.assertEqual((run.state, run.received), ("done", 1))

    def test_rows_that_move_while_they_are_read_are_not_taken_for_settled(self):
        self.paged([FOUR[0] + FOUR[1], FOUR[1] + FOUR[2]])
        run = self.run_cron()
        self.assertEqual(run.state, "done")
        self.assertTrue(run.complete)
        self.assertFalse(run.settled)

    def test_refused_credentials_pause_and_tell_the_responsible_person_once(self):
        self.flow.alert_after = 2
        self.api_says((401, {}, "{}"))
        run = self.run_cron()
        self.assertEqual((run.state, run.error_code), ("failed", "auth_failed"))
        self.assertEqual(self.flow.failure_count, 1)
        hour = fields.Datetime.now() + timedelta(minutes=53)
        self.assertGreater(self.flow.next_attempt_date, hour)
        self.assertFalse(self.activities() or self.mails())
        self.assertFalse(self.run_cron(), "that may lock the account")
        for _attempt in range(2):
            with freeze_time(self.flow.next_attempt_date + timedelta(seconds=1)):
                self.assertTrue(self.run_cron())
        self.assertEqual(self.flow.failure_count, 3)
        self.assertEqual(self.flow.health, "failing")
        [activity] = self.activities()
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("refused the credentials (HTTP 401)", activity.note)
        [mail] = self.mails()
        self.assertIn("Central bank", mail.subject)
        self.assertIn("refused the credentials", mail.body_html)
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)

        self.api_says(USD=1.08)
        with freeze_time(self.flow.next_attempt_date + timedelta(seconds=1)):
            self.assertEqual(self.run_cron().state, "done")
        self.assertFalse(self.flow.failure_count or self.flow.next_attempt_date)
        self.assertFalse(self.activities())
        self.assertIn("works again", (self.mails() - mail).subject)

    def test_a_code_without_words_does_not_stop_a_run(self):
        self.api_says(USD=1.08)

        def pages(*args, **kwargs):
            error = ClientError(host="bank.example")
            error.code = "from_another_world"
            raise error
            yield

        with patch.object(Api, "pages", pages):
            run = self.run_cron()
        self.assertEqual((run.state, run.error_code), ("failed", "unknown_error"))
        self.assertIn("from_another_world", run.message)
        self.assertEqual(self.flow.failure_count, 1)
        self.assertIn(
            "from_another_world", self.flow._explain("from_another_world", {})
        )

    def test_a_mistake_of_a_kind_ends_its_run_and_no_other(self):
        other = self._create_flow("Another bank", sequence=99)
        self.api_says([{"code": "USD", "rate": "many"}], [ROW])
        runs = self.run_cron()
        self.assertEqual(
            [(run.flow_id, run.state) for run in runs.sorted("id")],
            [(self.flow, "interrupted"), (other, "done")],
        )

    def test_a_user_of_another_company_or_role_cannot_be_scheduled(self):
        self.flow.user_id = self.env["res.users"].create(
            {"name": "Nobody", "login": "rates_nobody"}
        )
        run = self.run_cron()
        self.assertEqual((run.state, run.error_code), ("failed", "access_denied"))
        self.assertEqual(self.calls, [])

    def test_the_connection_test_shows_the_answer(self):
        self.api_says(USD=1.08)
        action = self.press(button="action_test_connection")
        test = self.env["sync.connection.test"].browse(action["res_id"])
        self.assertTrue(test.has_found)
        self.assertIn("Rows found: 1", test.summary)
        self.assertIn("1.08", test.excerpt)
        self.assertFalse(test.problem)

    def test_each_sentence_of_the_kind_is_complete(self):
        facts = {"currency": "XXX"}
        sentence = self.flow._explain("unknown_currency", facts)
        self.assertIn("“XXX”", sentence)
        self.assertNotIn("%(", sentence)
