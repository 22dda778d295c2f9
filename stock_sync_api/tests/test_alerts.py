"""What happens when a backend keeps failing, and who hears of it."""

import html
from datetime import timedelta
from unittest.mock import patch

import responses
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.models import sync_flow_health

from .common import API, SERVICE_LOGGER, StockSyncCase

DOWN = (500, {}, "")


class AlertCase(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("stock_sync_api.ir_cron_stock_sync")
        cls.marie = new_test_user(
            cls.env,
            "sync_marie",
            name="Marie",
            email="marie@example.com",
            lang="en_US",
            tz="Europe/Paris",
            groups="base.group_user,stock.group_stock_manager",
        )
        cls.backend.write({"user_id": cls.user.id, "responsible_id": cls.marie.id})

    def run_cron(self, after=timedelta()):
        """The scheduled action's next round; later, where that is said."""
        with (
            freeze_time(fields.Datetime.now() + after),
            mute_logger(SERVICE_LOGGER),
        ):
            self.env["stock.sync.service"]._cron_sync()
        self.env.invalidate_all()
        domain = [("trigger", "=", "cron"), ("flow_id", "=", self.backend.id)]
        return self.env["sync.run"].search(domain, limit=1)

    def run_by_hand(self):
        with mute_logger(SERVICE_LOGGER):
            run = self.service.with_user(self.marie).sync_flow(self.backend)
        self.env.invalidate_all()
        return run.sudo()

    def break_down(self, times=1, answer=DOWN):
        """So many failed rounds, each as soon as it is due."""
        self.answers["123"] = answer
        for _time in range(times):
            run = self.run_cron(self.wait())
        return run

    def recover(self):
        self.api_says(5)
        return self.run_cron(self.wait())

    def wait(self):
        date = self.backend.next_attempt_date
        return max(date - fields.Datetime.now(), timedelta()) if date else timedelta()

    def mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", self.backend._name), ("res_id", "=", self.backend.id)]
        )


@tagged("post_install", "-at_install")
class TestPauses(AlertCase):
    def _pause(self):
        """Minutes until the next attempt, as one more failure makes it."""
        with patch.object(sync_flow_health.random, "uniform", lambda low, high: 1):
            start = fields.Datetime.now() + self.wait()
            self.break_down()
        pause = self.backend.next_attempt_date - start
        return round(pause.total_seconds() / 60)

    def test_pauses_grow_with_each_failure_in_a_row(self):
        self.assertEqual([self._pause() for _ in range(4)], [5, 10, 20, 40])
        self.assertEqual(self.backend.failure_count, 4)

    def test_pauses_are_never_longer_than_six_hours(self):
        self.backend.failure_count = 5000
        self.assertEqual(self._pause(), 360)

    def test_pauses_differ_a_little_so_that_clients_do_not_come_back_together(self):
        run = self.env["sync.run"].new({"error_code": "timeout"})
        with freeze_time("2026-01-01 12:00:00"):
            seconds = {
                (
                    self.backend._date_after_failure(run, 1) - fields.Datetime.now()
                ).total_seconds()
                for _ in range(100)
            }
        self.assertGreater(len(seconds), 10)
        self.assertTrue(all(270 <= pause <= 330 for pause in seconds), seconds)

    def test_the_api_is_left_alone_until_the_pause_is_over(self):
        self.break_down()
        calls = len(self.calls)
        self.run_cron()
        self.assertEqual(len(self.calls), calls)
        self.run_cron(self.wait())
        self.assertGreater(len(self.calls), calls)

    def test_the_scheduled_action_is_called_at_the_end_of_the_pause(self):
        self.break_down()
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertIn(self.backend.next_attempt_date, triggers.mapped("call_at"))

    def test_a_longer_pause_that_the_api_asks_for_is_kept(self):
        before = fields.Datetime.now()
        self.break_down(answer=(429, {"Retry-After": "7000"}, ""))
        self.assertGreaterEqual(
            self.backend.next_attempt_date, before + timedelta(seconds=7000)
        )

    def test_a_pause_that_the_api_asks_for_is_no_failure(self):
        self.backend.failure_count = 4
        before = fields.Datetime.now()
        self.break_down(answer=(429, {"Retry-After": "60"}, ""))
        self.assertLess(self.backend.next_attempt_date, before + timedelta(minutes=2))
        self.assertEqual(self.backend.failure_count, 4)

    def test_refused_credentials_are_not_tried_again_within_the_hour(self):
        before = fields.Datetime.now()
        self.break_down(answer=(401, {}, ""))
        self.assertGreater(
            self.backend.next_attempt_date, before + timedelta(minutes=50)
        )

    def test_a_backend_that_called_nobody_is_tried_at_the_next_regular_time(self):
        self.backend.auth_type = "bearer"  # without a secret
        run = self.run_cron()
        self.assertEqual(run.error_code, "not_configured")
        self.assertEqual(self.backend.failure_count, 1)
        self.assertFalse(self.backend.next_attempt_date)

    def test_after_a_killed_server_the_next_round_goes_on_at_once(self):
        run = self.env["sync.run"].create(
            {"flow_id": self.backend.id, "trigger": "cron"}
        )
        with mute_logger(SERVICE_LOGGER):
            run._finish("interrupted")
        self.assertEqual(self.backend.failure_count, 1)
        self.assertFalse(self.backend.next_attempt_date)

    def test_a_good_run_ends_the_pause_and_begins_counting_anew(self):
        self.break_down(2)
        self.assertTrue(self.backend.failing_since)
        run = self.recover()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.backend.failure_count, 0)
        self.assertFalse(self.backend.failing_since)
        self.assertFalse(self.backend.next_attempt_date)

    def test_since_when_it_fails_is_the_first_failure(self):
        first = self.break_down()
        self.break_down(2)
        self.assertEqual(self.backend.failing_since, first.start_date)

    def test_a_manual_run_ends_the_pause_even_if_it_fails(self):
        self.break_down()
        run = self.run_by_hand()
        self.assertEqual(run.state, "failed")
        self.assertFalse(self.backend.next_attempt_date)
        self.assertEqual(self.backend.failure_count, 1, "a person has seen it")

    def test_new_settings_of_the_api_end_the_pause(self):
        for values in ({"base_url": f"{API}/v2"}, {"secret_input": "new"}):
            with self.subTest(values):
                self.break_down()
                self.backend.write(values)
                self.assertFalse(self.backend.next_attempt_date)

    def test_another_name_does_not_end_the_pause(self):
        self.break_down()
        self.backend.name = "Other"
        self.assertTrue(self.backend.next_attempt_date)

    def test_good_runs_do_not_write_the_backend(self):
        self.recover()
        Backend = self.env.registry["sync.flow"]
        with patch.object(Backend, "write", side_effect=AssertionError) as write:
            run = self.recover()
        self.assertEqual(run.state, "done")
        write.assert_not_called()

    def test_a_product_with_a_problem_is_no_failure_of_the_backend(self):
        self._create_product("unknown")
        run = self.recover()
        self.assertEqual(run.state, "partial")
        self.assertEqual(self.backend.failure_count, 0)

    def test_an_answer_that_breaks_off_half_way_is_a_failure(self):
        other = self._create_product("456")
        self.api_says(5)
        self.answers["456"] = (401, {}, "")
        run = self.run_cron()
        self.assertEqual((run.state, run.error_code), ("partial", "auth_failed"))
        self.assertEqual(self.backend.failure_count, 1)
        self.assertEqual((self.on_hand(), self.on_hand(other)), (5, 0))


@tagged("post_install", "-at_install")
class TestAlerts(AlertCase):
    def activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", self.backend._name), ("res_id", "=", self.backend.id)]
        )

    def assert_told_nothing(self):
        self.assertFalse(self.mails())
        self.assertFalse(self.activities())

    def test_the_responsible_person_is_told_once_after_some_failures(self):
        self.break_down(2)
        self.assert_told_nothing()
        self.break_down(4)
        [mail] = self.mails()
        [activity] = self.activities()
        self.assertEqual(mail.recipient_ids, self.marie.partner_id)
        self.assertEqual(activity.user_id, self.marie)
        self.assertIn("Stock synchronisation fails: Test API", mail.subject)

    def test_the_mail_says_what_since_when_and_what_to_do(self):
        with freeze_time("2026-03-14 09:00:00"):
            self.break_down()
        run = self.break_down(2)
        text = html.unescape(str(self.mails().body_html))
        for part in (
            "Test API",
            "10:00:00",  # her time
            run.line_ids.error_message,
            "in a row: 3",
            f"res_id={self.backend.id}",
        ):
            self.assertIn(part, text)

    def test_a_mail_is_left_to_the_queue(self):
        Mail = self.env.registry["mail.mail"]
        with patch.object(Mail, "send", side_effect=AssertionError) as send:
            self.break_down(3)
            self.recover()
            self.hold()
        send.assert_not_called()
        self.assertEqual(self.mails().mapped("state"), ["outgoing"] * 3)

    def test_the_responsible_person_is_told_once_that_it_works_again(self):
        self.break_down(4)
        activity = self.activities()
        self.recover()
        self.recover()
        self.assertFalse(self.activities())
        self.assertFalse(activity.exists().active)
        last, first = self.mails()
        self.assertIn("works again", last.subject)
        self.assertIn("fails", first.subject)
        self.assertIn("It works again", str(self.backend.message_ids.mapped("body")))

    def test_a_short_trouble_is_told_to_nobody(self):
        self.break_down(2)
        self.recover()
        self.break_down(2)
        self.recover()
        self.assert_told_nothing()

    def test_a_second_trouble_is_told_again(self):
        self.break_down(3)
        self.recover()
        self.break_down(3)
        self.assertEqual(len(self.mails()), 3)
        self.assertEqual(len(self.activities()), 1)

    def test_how_many_failures_are_borne_can_be_set(self):
        self.backend.alert_after = 1
        self.break_down()
        self.assertTrue(self.mails())

    def test_everything_is_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("stock_sync_api.mail_template_failure")
        template.with_context(lang="fr_FR").subject = "Panne : {{ object.name }}"
        self.marie.lang = "fr_FR"
        self.break_down(3)
        self.assertEqual(self.mails().subject, "Panne : Test API")

    def test_nobody_is_told_where_nobody_is_responsible(self):
        self.backend.responsible_id = False
        self.break_down(4)
        self.assert_told_nothing()
        self.backend.responsible_id = self.marie
        self.break_down()
        self.assertTrue(self.mails(), "but who comes later is")

    def test_whoever_enters_the_address_is_responsible(self):
        backend = self.backend.copy({"base_url": False, "responsible_id": False})
        backend.with_user(self.marie).base_url = API
        self.assertEqual(backend.responsible_id, self.marie)
        backend.with_user(self.env.ref("base.user_admin")).base_url = f"{API}/2"
        self.assertEqual(backend.responsible_id, self.marie)

    def test_whoever_creates_a_backend_is_responsible(self):
        backend = self.backend.with_user(self.marie).create({"name": "Second"})
        self.assertEqual(backend.responsible_id, self.marie)

    def test_an_alert_that_goes_wrong_stops_no_synchronisation(self):
        Backend = self.env.registry["sync.flow"]
        with patch.object(Backend, "_send", side_effect=ZeroDivisionError):
            run = self.break_down(3)
        self.assertEqual(run.state, "failed")
        self.assertEqual(self.backend.failure_count, 3)
        self.break_down()
        self.assertEqual(len(self.mails()), 1, "and it is made up for")

    def test_html_in_what_the_api_says_is_shown_as_text(self):
        self.break_down(3, (302, {"Location": "http://<b>evil</b>/"}, ""))
        for text in (self.mails().body_html, self.activities().note):
            self.assertNotIn("<b>evil", text)
            self.assertIn("evil", text)

    # --- held ---

    def hold(self):
        """A run that would change a product's stock tenfold."""
        self.api_says(5000)
        run = self.run_cron(self.wait())
        self.assertTrue(run.has_held_lines)
        return run

    def test_who_is_responsible_is_asked_to_approve(self):
        self.set_stock(20)
        run = self.hold()
        [activity] = self.activities()
        self.assertEqual(activity.user_id, self.marie)
        self.assertIn(f"res_id={run.id}", activity.note)
        self.assertIn(run.display_name, activity.note)

    def test_there_is_one_activity_however_many_runs_are_held(self):
        self.set_stock(20)
        self.hold()
        run = self.hold()
        [activity] = self.activities()
        self.assertIn(f"res_id={run.id}", activity.note)

    def test_the_activity_is_closed_by_itself(self):
        self.set_stock(20)

        def take_the_place_of_it(_run):
            self.api_says(21)
            self.run_cron()

        for decide in (
            lambda run: run.with_user(self.marie).action_reject(),
            take_the_place_of_it,
            lambda run: run.with_user(self.marie).action_approve(),
        ):
            run = self.hold()
            self.assertEqual(len(self.activities()), 1)
            decide(run)
            self.env.invalidate_all()
            self.assertFalse(self.activities())
        self.assertEqual(self.on_hand(), 5000)

    def test_a_run_that_is_held_as_a_whole_is_told_too(self):
        self.backend.guard_minimum = 1
        self.set_stock(20)
        self.api_says(0)
        run = self.run_cron()
        self.assertEqual(run.state, "held")
        self.assertIn("would be set to zero", self.activities().note)
        run.action_reject()
        self.assertFalse(self.activities())
        self.assertEqual(self.backend.failure_count, 0, "rejecting is no failure")

    def test_a_held_run_ends_a_row_of_failures(self):
        self.set_stock(20)
        self.break_down(2)
        self.hold()
        self.assertEqual(self.backend.failure_count, 0)


@tagged("post_install", "-at_install")
class TestHeartbeat(AlertCase):
    GOOD = "http://localhost:9/ping/canary-4713"
    BAD = "http://localhost:9/ping/canary-4713/fail"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"heartbeat_url": cls.GOOD, "failure_url": cls.BAD})

    def setUp(self):
        super().setUp()
        self.pings = []
        self.monitor_answers = (200, {}, "OK")
        self.env.cr.postcommit.clear()
        self.addCleanup(self.env.cr.postcommit.clear)

    def commit(self):
        """What a commit would call."""

        def answer(request):
            self.pings.append(request)
            if isinstance(self.monitor_answers, Exception):
                raise self.monitor_answers
            return self.monitor_answers

        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for url in (self.GOOD, self.BAD):
                mock.add_callback(responses.GET, url, callback=answer)
            self.env.cr.postcommit.run()
        return [request.url for request in self.pings]

    def test_each_good_run_is_told_to_the_monitor_after_the_commit(self):
        self.recover()
        self.assertEqual(self.pings, [])
        self.assertEqual(self.commit(), [self.GOOD])
        self.recover()
        self.assertEqual(self.commit(), [self.GOOD] * 2)

    def test_each_failed_run_is_told_to_its_own_address(self):
        self.break_down()
        self.assertEqual(self.commit(), [self.BAD])

    def test_a_run_that_is_rolled_back_is_not_told(self):
        self.recover()
        self.env.flush_all()
        self.env.cr.postcommit.clear()  # as a rollback does
        self.assertEqual(self.commit(), [])

    def test_a_held_run_is_neither(self):
        self.backend.guard_minimum = 1
        self.set_stock(20)
        self.api_says(0)
        self.assertEqual(self.run_cron().state, "held")
        self.assertEqual(self.commit(), [])

    def test_preview_and_button_on_a_product_are_not_told(self):
        self.api_says(5)
        self.service.sync_flow(self.backend, preview=True)
        self.sync()
        self.assertEqual(self.commit(), [])

    def test_the_monitor_does_not_get_the_backends_secret(self):
        self.backend.write({"auth_type": "bearer", "secret_input": "s3cret"})
        self.recover()
        self.commit()
        self.assertNotIn("s3cret", str(self.pings[0].headers))
        self.assertNotIn("Authorization", self.pings[0].headers)

    def test_a_monitor_in_trouble_is_logged_without_its_address(self):
        for answer in ((503, {}, ""), ConnectionResetError("canary-4713")):
            self.monitor_answers = answer
            with self.subTest(answer):
                self.recover()
                with self.assertLogs(SERVICE_LOGGER, "WARNING") as log:
                    self.commit()
                self.assertIn("localhost", str(log.output))
                self.assertNotIn("canary", str(log.output))

    def test_an_unforeseen_error_is_not_raised_after_the_commit(self):
        self.monitor_answers = ZeroDivisionError("canary-4713")
        self.recover()
        with self.assertLogs(SERVICE_LOGGER, "ERROR") as log:
            self.commit()
        self.assertNotIn("canary", str(log.output))

    def test_only_managers_see_the_addresses_and_nothing_copies_them(self):
        names = ["heartbeat_url", "failure_url"]
        for name in names:
            with self.assertRaises(AccessError):
                self.backend.with_user(self.user).read([name])
            self.assertTrue(self.backend.with_user(self.marie)[name])
            self.assertFalse(self.backend.fields_get([name])[name]["exportable"])
        self.assertNotIn("canary", str(self.backend.copy_data()))
        self.assertNotIn("canary", str(self.backend.with_user(self.user).read()))

    def test_a_neutralized_copy_calls_no_monitor(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["base_sync_api", "stock_sync_api"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.backend.heartbeat_url or self.backend.failure_url)

    def test_addresses_that_are_none_are_refused(self):
        for url in ("ftp://localhost/x", "localhost/x", "http://a b/", "http://u@h/"):
            with self.subTest(url), self.assertRaises(ValidationError):
                with self.env.cr.savepoint():
                    self.backend.heartbeat_url = url


@tagged("post_install", "-at_install")
class TestHealth(AlertCase):
    def test_last_success_is_that_of_the_last_good_run_over_all_products(self):
        self.assertFalse(self.backend.last_success_date)
        good = self.recover()
        self.break_down()
        self.sync()
        with mute_logger(SERVICE_LOGGER):
            self.service.sync_flow(self.backend, preview=True)
        self.env.invalidate_all()
        self.assertEqual(self.backend.last_success_date, good.end_date)

    def test_age_is_in_words_of_the_readers_language(self):
        good = self.recover()
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.invalidate_all()
        with freeze_time(good.end_date + timedelta(hours=3)):
            for lang, words in (("en_US", "3 hours ago"), ("fr_FR", "il y a 3 heures")):
                backend = self.backend.with_context(lang=lang)
                self.assertEqual(backend.last_success_age, words)

    def test_backends_are_found_and_sorted_by_their_last_success(self):
        new = self.backend.copy({"active": True})
        good = self.recover()
        backends = new | self.backend
        found = self.env["sync.flow"].search(
            [("last_success_date", ">=", good.end_date), ("id", "in", backends.ids)]
        )
        self.assertEqual(found, self.backend)
        found = self.env["sync.flow"].search(
            [("last_success_date", "=", False), ("id", "in", backends.ids)]
        )
        self.assertEqual(found, new)
        for order, first in (
            ("last_success_date nulls first", new),
            ("last_success_date desc nulls last", self.backend),
        ):
            found = backends.search([("id", "in", backends.ids)], order=order)
            self.assertEqual(found[0], first, order)

    def test_health_says_what_the_matter_is(self):
        def health():
            self.env.invalidate_all()
            return self.backend.health

        self.assertEqual(health(), "new")
        good = self.recover()
        self.assertEqual(health(), "ok")
        with freeze_time(good.end_date + timedelta(hours=25)):
            self.assertEqual(health(), "late")
        self.api_says(5000)
        self.set_stock(15)
        run = self.run_cron()
        self.assertEqual(health(), "held")
        run.action_reject()
        self.break_down()
        self.assertEqual(health(), "failing")
        self.backend.paused = True
        self.assertEqual(health(), "paused")
        self.backend.base_url = False
        self.assertEqual(health(), "off")

    def test_statements_do_not_grow_with_the_backends(self):
        counts = []
        fnames = ["health", "last_success_date", "last_success_age", "last_message"]
        backends = self.backend
        for more in (1, 5):
            for number in range(more):
                name = f"{more}-{number}"
                backends |= self.backend.copy({"name": name, "active": True})
            for backend in backends:
                self.env["sync.run"].create({"flow_id": backend.id, "state": "done"})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            backends.read(fnames)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_stock_users_see_the_page(self):
        self.recover()
        backend = self.backend.with_user(self.user)
        self.assertTrue(backend.last_success_date)
        self.assertEqual(backend.health, "ok")
        with self.assertRaises(UserError):
            backend.alert_after = 1
