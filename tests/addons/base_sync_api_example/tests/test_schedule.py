"""When a flow with a schedule of its own works by itself."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.models import sync_service

from .common import RatesCase

#: in the future: what Odoo takes for over, it takes from the real clock
NIGHT = "2036-01-15 03:00:00"


def at(text):
    return fields.Datetime.to_datetime(text)


@tagged("post_install", "-at_install")
class TestSchedule(RatesCase):
    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.api_says(USD=1.08)
        self.clock = self.enterContext(freeze_time(NIGHT))
        # No run is older than the years between PostgreSQL's clock and this one.
        expiry = timedelta(days=10_000)
        self.enterContext(patch.object(sync_service, "OPEN_RUN_EXPIRY", expiry))
        self.cron.nextcall = "2036-01-15 03:30:00"
        self.triggers().unlink()

    def triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])

    def wake_ups(self):
        """When the scheduled action is to be called, beside its regular times."""
        return sorted(map(str, set(self.triggers().mapped("call_at"))))

    def daily(self, times, zone="Europe/Paris", flow=None):
        (flow or self.flow).write(
            {"schedule_by": "times", "schedule_times": times, "schedule_tz": zone}
        )

    def every(self, number, unit, flow=None):
        (flow or self.flow).write(
            {
                "schedule_by": "interval",
                "schedule_number": number,
                "schedule_unit": unit,
            }
        )

    def call(self, moment):
        """The scheduled action is called at a time.

        :return: the flows that began a run
        """
        self.clock.move_to(moment)
        self.triggers().filtered(lambda t: str(t.call_at) <= moment).unlink()
        return self.run_cron().flow_id

    def calls_made(self, *moments):
        """Which of these calls of the scheduled action began a run."""
        return [moment for moment in moments if self.call(moment)]

    # --- times of the day ---

    def test_each_time_of_the_day_has_one_run(self):
        self.daily("12:30, 6:00")
        self.assertEqual(self.wake_ups(), ["2036-01-15 05:00:00"])
        begun = self.calls_made(
            "2036-01-15 04:00:00",
            "2036-01-15 05:00:30",
            "2036-01-15 05:01:00",
            "2036-01-15 06:00:00",
            "2036-01-15 11:30:10",
            "2036-01-15 12:00:00",
            "2036-01-16 05:00:00",
            "2036-01-16 05:30:00",
        )
        self.assertEqual(
            begun,
            ["2036-01-15 05:00:30", "2036-01-15 11:30:10", "2036-01-16 05:00:00"],
        )
        self.assertEqual(self.wake_ups(), ["2036-01-16 11:30:00"])

    def test_a_server_that_was_down_makes_up_for_it_once(self):
        self.daily("06:00, 12:30")
        begun = self.calls_made(
            "2036-01-18 09:00:00", "2036-01-18 09:01:00", "2036-01-18 11:30:00"
        )
        self.assertEqual(begun, ["2036-01-18 09:00:00", "2036-01-18 11:30:00"])

    def test_what_is_no_time_of_the_day_is_refused(self):
        for times in ("", "6", "24:00", "06:00;07:00", "06:00,", "noon"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.daily(times)

    # --- an interval ---

    def test_an_interval_is_kept_however_late_each_call_is(self):
        self.every(15, "minutes")
        begun = self.calls_made(
            "2036-01-15 03:00:40",
            "2036-01-15 03:01:40",
            "2036-01-15 03:15:40",
            "2036-01-15 03:29:40",
            "2036-01-15 03:30:10",
            "2036-01-15 03:44:50",
            "2036-01-15 03:45:05",
        )
        self.assertEqual(
            [moment[11:16] for moment in begun], ["03:00", "03:15", "03:30", "03:45"]
        )

    def test_an_interval_that_was_missed_is_made_up_for_once(self):
        self.every(2, "hours")
        self.assertTrue(self.call("2036-01-15 03:01:00"))
        begun = self.calls_made(
            "2036-01-17 04:20:00", "2036-01-17 04:30:00", "2036-01-17 05:00:00"
        )
        self.assertEqual(begun, ["2036-01-17 04:20:00", "2036-01-17 05:00:00"])

    def test_a_shorter_interval_counts_from_the_last_run(self):
        self.every(1, "days")
        self.call("2036-01-15 03:01:00")
        self.clock.move_to("2036-01-15 06:00:00")
        self.every(4, "hours")
        self.assertEqual(self.wake_ups()[0], "2036-01-15 07:01:00")
        self.assertFalse(self.call("2036-01-15 07:00:00"))
        self.assertTrue(self.call("2036-01-15 07:01:00"))

    def test_an_interval_needs_a_number(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.every(0, "hours")
            self.env.flush_all()

    # --- what the scheduled action of the fleet does ---

    def test_only_what_is_due_is_called(self):
        nightly = self._create_flow("Nightly")
        self.daily("22:00", flow=nightly)
        self.every(3, "hours")
        hourly = self._create_flow("Hourly")
        self.assertEqual(self.call("2036-01-15 03:30:00"), hourly + self.flow)
        self.assertEqual(self.call("2036-01-15 04:30:00"), hourly)
        self.assertEqual(self.call("2036-01-15 21:00:00"), nightly + hourly + self.flow)

    def test_a_call_for_one_flow_is_no_turn_of_those_that_go_with_the_action(self):
        hourly = self._create_flow("Hourly")
        self.every(10, "minutes")
        self.assertEqual(self.call("2036-01-15 03:30:00"), hourly + self.flow)
        self.cron.nextcall = "2036-01-15 04:30:00"
        self.assertEqual(self.call("2036-01-15 03:40:00"), self.flow)
        self.assertEqual(hourly.schedule, "Every hour, next run in 50 minutes")
        self.assertFalse(self.call("2036-01-15 03:41:00") & self.flow)
        self.assertEqual(self.call("2036-01-15 04:30:10"), hourly + self.flow)

    def test_a_long_run_by_schedule_holds_up_no_other_flow(self):
        hourly, nightly = self._create_flow("Hourly"), self._create_flow("Nightly")
        self.daily("05:00", flow=nightly)
        self.every(6, "hours")
        with self.long_runs():
            self.call("2036-01-15 03:30:00")
            self.cron.nextcall = "2036-01-15 04:30:00"
            self.assertFalse(self.call("2036-01-15 03:31:00"))
            self.assertEqual(self.call("2036-01-15 04:00:30"), nightly)
            self.assertEqual(self.call("2036-01-15 04:30:30"), hourly)

    def test_a_long_round_holds_up_no_flow_with_a_schedule_of_its_own(self):
        nightly = self._create_flow("Nightly")
        self.daily("05:00", flow=nightly)
        with self.long_runs():
            self.assertEqual(self.call("2036-01-15 03:30:00"), self.flow)
            self.cron.nextcall = "2036-01-15 04:30:00"
            self.assertEqual(self.call("2036-01-15 04:00:30"), nightly)

    def test_flows_without_a_schedule_of_their_own_wake_nobody(self):
        self._create_flow("Hourly").paused = True
        self.flow.paused = True
        self.flow.paused = False
        self.run_cron()
        self.assertEqual(self.wake_ups(), [])

    def open_run(self, **values):
        """A person's run that takes long."""
        return self.env["sync.run"].create({"flow_id": self.flow.id, **values})

    @contextmanager
    def long_runs(self):
        """Those of the first flow come to no end."""
        Engine = self.env.registry["currency.rate.engine"]
        continue_run = Engine._continue_run

        def continue_others(engine, run):
            if run.flow_id != self.flow:
                return continue_run(engine, run)
            run.api_calls += 1
            return False

        with patch.object(Engine, "_continue_run", continue_others):
            yield

    def test_a_long_run_of_a_person_holds_up_no_other_flow(self):
        other = self._create_flow("Other")
        self.every(10, "minutes", flow=other)
        with self.long_runs():
            self.open_run()
            begun = [
                str(moment)
                for moment in ("03:00", "03:01", "03:09", "03:10", "03:11", "03:20")
                if self.call(f"2036-01-15 {moment}:30")
            ]
        self.assertEqual(begun, ["03:00", "03:10", "03:20"])

    def test_a_time_that_comes_during_a_run_is_not_forgotten(self):
        self.daily("06:00")
        run = self.open_run()
        self.clock.move_to("2036-01-15 05:02:00")
        self.triggers().unlink()
        run._finish("done")
        self.assertEqual(self.wake_ups(), ["2036-01-15 05:02:00"])
        self.assertTrue(self.call("2036-01-15 05:02:00"))
        self.assertEqual(self.wake_ups(), ["2036-01-16 05:00:00"])

    def test_a_run_that_could_not_begin_is_tried_again_at_the_next_time(self):
        self.daily("06:00")
        self.flow.user_id = self.user
        self.user.group_ids -= self.env.ref("base_sync_api_example.group_user")
        self.assertTrue(self.call("2036-01-15 05:00:00"))
        self.assertEqual(self.flow.last_run_id.error_code, "access_denied")
        self.assertEqual(self.wake_ups(), ["2036-01-16 05:00:00"])
        self.assertFalse(self.call("2036-01-15 06:00:00"))

    # --- changes ---

    def test_a_time_that_was_over_when_the_schedule_was_set_does_not_count(self):
        self.clock.move_to("2036-01-15 08:00:00")
        self.daily("06:00")
        self.assertFalse(self.call("2036-01-15 08:00:30"))
        self.assertEqual(self.wake_ups(), ["2036-01-16 05:00:00"])

    def test_times_during_a_pause_do_not_count(self):
        self.daily("06:00")
        self.flow.action_pause()
        self.assertFalse(self.call("2036-01-15 05:00:00"))
        self.clock.move_to("2036-01-15 09:00:00")
        self.triggers().unlink()
        self.flow.action_resume()
        self.assertEqual(self.wake_ups(), ["2036-01-16 05:00:00"])
        self.assertFalse(self.call("2036-01-15 10:00:00"))

    def test_an_interval_that_was_over_during_a_pause_begins_at_once(self):
        self.every(1, "hours")
        self.call("2036-01-15 03:01:00")
        self.flow.paused = True
        self.clock.move_to("2036-01-15 09:30:00")
        self.triggers().unlink()
        self.flow.paused = False
        self.assertEqual(self.wake_ups(), ["2036-01-15 09:30:00"])
        begun = self.calls_made("2036-01-15 09:30:20", "2036-01-15 10:30:00")
        self.assertEqual(len(begun), 2)

    def test_who_is_switched_on_begins_by_its_schedule(self):
        self.flow.setup_step = "preview"
        self.daily("06:00")
        self.assertEqual(self.wake_ups(), [])
        self.clock.move_to("2036-01-17 12:00:00")
        self.flow.action_switch_on()
        self.assertEqual(self.wake_ups(), ["2036-01-18 05:00:00"])
        self.assertFalse(self.call("2036-01-17 12:00:00"))

    def test_an_address_makes_all_flows_of_the_backend_begin(self):
        self.daily("06:00")
        second = self._create_flow("Second", backend_id=self.flow.backend_id.id)
        self.flow.base_url = False
        self.every(1, "hours", flow=second)
        self.triggers().unlink()
        self.flow.base_url = "http://localhost:9/api"
        self.assertEqual(
            self.wake_ups(), ["2036-01-15 03:00:00", "2036-01-15 05:00:00"]
        )

    def test_the_same_schedule_again_changes_nothing(self):
        self.daily("06:00")
        self.clock.move_to("2036-01-15 05:00:30")
        self.daily("06:00")
        self.assertTrue(self.call("2036-01-15 05:01:00"))

    # --- failures and pauses ---

    def test_another_attempt_does_not_wait_for_the_schedule(self):
        self.daily("06:00")
        self.api_says((500, {}, "{}"))
        self.call("2036-01-15 05:00:00")
        attempt = self.flow.next_attempt_date
        self.assertLess(attempt, at("2036-01-15 05:06:00"))
        self.assertIn(str(attempt), self.wake_ups())
        self.assertFalse(self.call("2036-01-15 05:03:00"))
        self.api_says(USD=1.08)
        self.assertTrue(self.call("2036-01-15 05:06:00"))
        self.assertFalse(self.call("2036-01-15 05:30:00"))
        self.assertEqual(str(self.flow._get_due_date()), "2036-01-16 05:00:00")

    def test_a_pause_for_one_flow_does_not_bring_another_forward(self):
        self.daily("06:00")
        second = self._create_flow("Second", backend_id=self.flow.backend_id.id)
        self.api_says((429, {"Retry-After": "600"}, "{}"))
        self.assertEqual(self.call("2036-01-15 03:30:00"), second)
        self.assertEqual(str(self.flow.next_attempt_date), "2036-01-15 03:40:00")
        self.api_says(USD=1.08)
        self.assertFalse(self.call("2036-01-15 03:41:00"))
        self.assertEqual(second.last_run_id.state, "done")
        self.assertEqual(self.call("2036-01-15 05:00:00") & self.flow, self.flow)

    def test_a_pause_holds_a_flow_up_whose_time_comes(self):
        self.daily("06:00")
        self.flow.next_attempt_date = "2036-01-15 05:20:00"
        self.assertFalse(self.call("2036-01-15 05:00:00"))
        self.assertTrue(self.call("2036-01-15 05:20:00"))

    def test_a_schedule_that_is_no_more_has_nobody_called(self):
        """Who goes with the scheduled action would begin a round then."""
        other = self._create_flow("Other")
        self.daily("06:00")
        self.daily("06:00", flow=other)
        self.assertEqual(self.wake_ups(), ["2036-01-15 05:00:00"])
        self.daily("07:00")
        self.assertEqual(
            self.wake_ups(), ["2036-01-15 05:00:00", "2036-01-15 06:00:00"]
        )
        other.paused = True
        self.assertEqual(self.wake_ups(), ["2036-01-15 06:00:00"])
        self.flow.base_url = False
        self.assertEqual(self.wake_ups(), [])

    # --- run now ---

    def test_run_now_has_the_flow_work_that_it_is_on(self):
        self.daily("06:00")
        other = self._create_flow("Other")
        action = self.flow.with_user(self.manager).action_run_schedule()
        self.assertIn("it goes on by itself", action["params"]["message"])
        run = self.flow.run_ids
        self.assertEqual((run.trigger, run.user_id), ("cron", self.flow.user_id))
        self.call("2036-01-15 03:00:10")
        self.assertEqual(run.state, "done")
        self.assertFalse(other.run_ids & run)
        self.assertEqual(str(self.flow._get_due_date()), "2036-01-15 05:00:00")

    def test_run_now_says_what_stands_in_the_way(self):
        self.daily("06:00")
        self.flow.paused = True
        action = self.flow.action_run_schedule()
        self.assertIn("is paused", action["params"]["message"])

    def test_run_now_starts_a_flow_that_has_run_already_while_another_is_due(self):
        """The scheduled action would leave it alone in a call for the other's sake."""
        self.call("2036-01-15 03:30:00")
        other = self._create_flow(
            "Other", schedule_by="interval", schedule_unit="minutes", schedule_number=5
        )
        self.call("2036-01-15 03:40:00")
        before = self.flow.run_ids
        self.flow.action_run_schedule()
        self.call("2036-01-15 03:45:30")
        [run] = self.flow.run_ids - before
        self.assertEqual((run.trigger, run.state), ("cron", "done"))
        self.assertEqual(len(other.run_ids), 2)

    def test_run_now_goes_on_with_a_run_that_is_under_way(self):
        self.flow.action_run_schedule()
        self.flow.action_run_schedule()
        self.assertEqual(len(self.flow.run_ids), 1)

    def test_nothing_is_started_where_nothing_is_due(self):
        action = self.flow.browse().action_run_schedule()
        self.assertEqual(action["params"]["message"], "Nothing is due now.")

    # --- in words ---

    def test_the_schedule_in_words(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.flow.with_context(lang="fr_FR")
        self.assertEqual(self.flow.schedule, "Every hour, next run in 30 minutes")
        self.daily("06:00, 12:30")
        self.assertEqual(
            self.flow.schedule, "At 06:00 and 12:30 (Europe/Paris), next run in 2 hours"
        )
        self.assertIn("06:00 et 12:30", french.schedule)
        self.assertIn("dans 2 heures", french.schedule)
        self.every(90, "minutes")
        self.assertEqual(self.flow.schedule, "Every 90 minutes, next run in a moment")
        self.call("2036-01-15 03:00:10")
        self.assertEqual(self.flow.schedule, "Every 90 minutes, next run in 1 hour")
        self.every(14, "days")
        self.assertEqual(self.flow.schedule, "Every 14 days, next run in 2 weeks")
        self.assertIn("dans 2 semaines", french.schedule)
        self.flow.paused = True
        self.assertEqual(self.flow.schedule, "Paused: nothing is synchronised")
        self.flow.write({"paused": False, "base_url": False})
        self.assertEqual(self.flow.schedule, "Not switched on yet")

    def test_a_form_says_when_before_it_is_saved(self):
        self.call("2036-01-15 03:30:00")
        self.clock.move_to("2036-01-15 08:00:00")
        form = Form(self.flow.with_user(self.manager))
        form.schedule_by = "times"
        self.assertEqual(form.schedule, "The schedule is not complete yet")
        form.schedule_times = "6"
        self.assertEqual(form.schedule, "The schedule is not complete yet")
        form.schedule_times = "06:00"
        form.schedule_tz = "Europe/Paris"
        self.assertIn("next run in 1 day", form.schedule)
        form.schedule_by = "interval"
        form.schedule_number = 0
        self.assertEqual(form.schedule, "The schedule is not complete yet")
        form.schedule_number = 6
        self.assertEqual(form.schedule, "Every 6 hours, next run in 2 hours")
        form.save()
        self.assertEqual(self.flow.schedule, "Every 6 hours, next run in 2 hours")

    def test_the_next_run_that_nobody_is_woken_for_is_at_the_next_regular_time(self):
        self.daily("06:00")
        self.triggers().unlink()
        self.cron.write({"interval_number": 7, "interval_type": "minutes"})
        date = self.flow._get_next_run_date(self.cron, [])
        self.assertEqual(str(date), "2036-01-15 05:01:00")

    def test_what_is_not_due_for_long_costs_no_time_to_say(self):
        self.every(10000, "days")
        self.call("2036-01-15 03:00:10")
        self.cron.write({"interval_number": 1, "interval_type": "minutes"})
        self.assertIn("next run in 27 years", self.flow.schedule)
