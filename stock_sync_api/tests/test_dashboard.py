import json
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.client.errors import RateLimited

from .common import API, SERVICE_LOGGER, StockSyncCase


@tagged("post_install", "-at_install")
class TestDashboard(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "sync_dashboard_manager",
            groups="base.group_user,stock.group_stock_manager",
            lang="en_US",
        )
        cls.cron = cls.env.ref("stock_sync_api.ir_cron_stock_sync")

    def setUp(self):
        super().setUp()
        self.backend = self.backend.with_user(self.manager)

    def _run(self, days_ago=0, **values):
        date = fields.Datetime.now() - timedelta(days=days_ago)
        return self.env["sync.run"].create(
            {
                "flow_id": self.backend.id,
                "state": "done",
                "start_date": date,
                "end_date": date,
                **values,
            }
        )

    def test_graph_has_the_changes_of_fourteen_days(self):
        self._run(changed=3)
        self._run(changed=4)
        self._run(days_ago=13, changed=5)
        self._run(days_ago=20, changed=100)
        self._run(changed=200, preview=True)
        self.assertEqual(self.backend.graph_sum, 12)
        values = json.loads(self.backend.graph)[0]["values"]
        self.assertEqual(len(values), 14)
        self.assertEqual((values[0]["value"], values[-1]["value"]), (5, 7))

    def test_graph_is_by_the_days_of_the_user(self):
        today = fields.Datetime.now().replace(hour=23, minute=30, second=0)
        self._run(changed=3).start_date = today - timedelta(days=3)
        backend = self.backend.with_context(tz="Asia/Tokyo")
        days_from_end = [
            value["value"] for value in reversed(json.loads(backend.graph)[0]["values"])
        ].index(3)
        tokyo = fields.Datetime.context_timestamp(backend, fields.Datetime.now())
        run = fields.Datetime.context_timestamp(backend, today - timedelta(days=3))
        self.assertEqual(days_from_end, (tokyo.date() - run.date()).days)

    def test_schedule_is_said_in_words(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=12, seconds=5)
        self.assertEqual(self.backend.schedule, "Every hour, next run in 12 minutes")

    def test_schedule_says_when_the_api_wants_to_be_left_alone(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=12)
        self.backend.sudo().next_attempt_date = fields.Datetime.now() + timedelta(
            hours=3, minutes=1
        )
        self.assertEqual(self.backend.schedule, "Every hour, next run in 3 hours")

    def test_schedule_says_when_a_failing_backend_is_tried_again(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=40, seconds=5)
        date = fields.Datetime.now() + timedelta(minutes=5, seconds=5)
        self.backend.sudo().next_attempt_date = date
        self.cron._trigger(at=date)
        self.assertEqual(self.backend.schedule, "Every hour, next run in 5 minutes")

    def test_schedule_knows_regular_times_that_come_too_early(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=40)
        date = fields.Datetime.now() + timedelta(hours=6, seconds=5)
        self.backend.sudo().next_attempt_date = date
        self.cron._trigger(at=date - timedelta(hours=2))  # of another backend
        self.cron._trigger(at=date)
        self.assertEqual(self.backend.schedule, "Every hour, next run in 6 hours")

    def test_schedule_says_when_a_run_that_was_put_off_goes_on(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=50)
        run = self._run(trigger="cron", state="planning", end_date=False).sudo()
        error = RateLimited(host="api", status=429, retry_after=605)
        run._give_up(error, {})
        self.assertTrue(run.resume_date)
        self.assertEqual(self.backend.schedule, "Every hour, next run in 10 minutes")

    def test_schedule_knows_that_the_action_is_called_for_others_before(self):
        self.cron.nextcall = fields.Datetime.now() + timedelta(minutes=40)
        self.cron._trigger(at=fields.Datetime.now() + timedelta(minutes=7, seconds=5))
        self.assertEqual(self.backend.schedule, "Every hour, next run in 7 minutes")

    def test_schedule_says_what_stands_in_its_way(self):
        self.backend.action_pause()
        self.assertIn("Paused", self.backend.schedule)
        self.backend.action_resume()
        self.cron.active = False
        self.backend.invalidate_recordset(["schedule"])
        self.assertIn("switched off", self.backend.schedule)

    def test_settings_say_when_and_which(self):
        self.cron.write(
            {
                "nextcall": fields.Datetime.now() + timedelta(minutes=12, seconds=5),
                "interval_number": 2,
            }
        )
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(
            settings.stock_sync_schedule, "Every 2 hours, next run in 12 minutes"
        )
        self.assertIn("Test API", settings.stock_sync_backends)

    def test_schedule_is_run_now(self):
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search_count([("cron_id", "=", self.cron.id)])
        settings = self.env["res.config.settings"].create({})
        settings.action_stock_sync_run_schedule()
        after = triggers.search_count([("cron_id", "=", self.cron.id)])
        self.assertEqual(after, before + 1)
        self.assertEqual(self.backend.run_ids.mapped("trigger"), ["cron"])
        self.backend.paused = True
        answer = settings.action_stock_sync_run_schedule()
        self.assertEqual(answer["params"]["message"], "Nothing is due now.")

    def test_dashboard_costs_the_same_for_many_backends(self):
        names = ["graph", "held_count", "open_run_id", "schedule", "health"]
        names += ["last_success_age", "binding_count", "unmatched_count"]

        def cost(backends):
            self.env.invalidate_all()
            self.env.registry.clear_cache()
            before = self.env.cr.sql_log_count
            backends.read(names)
            return self.env.cr.sql_log_count - before

        more = self.env["sync.flow"].create(
            [{"name": f"API {number}", "base_url": API} for number in range(9)]
        )
        cost(more)  # the first time, more is read than the records
        self.assertEqual(cost(more), cost(more[:2]))

    def test_large_backend_is_left_to_the_scheduled_action(self):
        self._run(received=501, complete=True)
        self.backend.list_path = "/stock"
        with mute_logger(SERVICE_LOGGER):
            action = self.backend.action_sync()
        run = self.backend.open_run_id
        self.assertEqual((run.state, run.trigger), ("planning", "manual"))
        self.assertEqual(self.calls, [])
        self.assertIn(str(run.id), action["params"]["links"][0]["url"])
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.cron.id)], limit=1
        )
        self.assertTrue(trigger)

    def test_large_preview_opens_the_run(self):
        self.backend.list_path = "/stock"
        action = self.backend.action_preview()
        self.assertEqual(action["res_id"], self.backend.open_run_id.id)
        self.assertTrue(self.backend.open_run_id.preview)
        self.assertIn("Reading", self.backend.open_run_id.progress)

    def test_small_backend_is_synchronised_at_once(self):
        self.api_says("7")
        self.backend.action_sync()
        self.assertEqual(self.on_hand(), 7)
        self.assertFalse(self.backend.open_run_id)

    def test_without_the_scheduled_action_one_waits(self):
        self.cron.active = False
        self.backend.list_path = "/stock"
        self.assertFalse(self.backend._takes_long())

    def test_links_lead_to_what_is_counted(self):
        self.product.sync_binding_ids.state = "error"
        self.assertEqual(self.backend.problem_count, 1)
        action = self.backend.action_view_problems()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.product.sync_binding_ids)

    def test_bar_says_in_words_what_its_colours_say(self):
        run = self._run(changed=2, unchanged=6, failed=2)
        self.assertIn("width: 20.00%", run.outcomes)
        for text in ("Up to date: <b>6</b>", "Changed: <b>2</b>", "Failed: <b>2</b>"):
            self.assertIn(text, run.outcomes)
        self.assertFalse(self._run().outcomes)

    def test_bar_of_a_preview_says_what_would_change(self):
        self.api_says("7")
        self.backend.action_preview()
        run = self.env["sync.run"].search([("preview", "=", True)], limit=1)
        self.assertIn("Would change: <b>1</b>", run.outcomes)
