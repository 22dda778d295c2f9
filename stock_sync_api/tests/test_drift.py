"""An API whose lists of changes keep something back."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_list import ListCase


@tagged("post_install", "-at_install")
class TestDrift(ListCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"since_param": "updated_since", "page_size": 500})
        cls.backend.responsible_id = cls.env.ref("base.user_admin")

    def setUp(self):
        super().setUp()
        #: ids that the API's lists of changes keep back
        self.kept_back = set()
        #: what has changed, by the API
        self.changed = set()
        self.changes_fail = False
        self.all_say(20)
        self.sync_by_schedule()

    def _answer(self, request):
        if "updated_since" not in request.url:
            return super()._answer(request)
        if self.changes_fail:
            return 500, {}, "{}"
        rows = self.rows
        self.rows = [
            row for row in rows if row["product_id"] in self.changed - self.kept_back
        ]
        try:
            return super()._answer(request)
        finally:
            self.rows = rows

    def sells(self, *external_ids, quantity=3):
        for row in self.rows:
            if row["product_id"] in external_ids:
                row["quantity"] = quantity
                self.changed.add(row["product_id"])

    def a_day_passes(self):
        runs = self.env["sync.run"].search([])
        for run in runs:
            run.start_date -= timedelta(hours=25)
        self.env.flush_all()

    def whole_run(self):
        self.a_day_passes()
        run = self.sync_by_schedule()
        self.assertFalse(run.delta)
        return run

    def test_sales_that_no_list_of_changes_mentions_are_said(self):
        self.sells("123", "p1", "p2")
        self.kept_back = {"123", "p1"}
        for _hour in range(3):
            self.assertTrue(self.sync_by_schedule().delta)
        self.assertEqual(self.on_hand(), 20, "the API has not said it")
        self.sells("p3")
        run = self.whole_run()
        self.assertEqual(self.on_hand(), 3)
        self.assertEqual((run.drift_count, run.drift_total), (2, 3))
        self.assertIn("“changes only” missed 2 of 3", run.message)
        missed = run.line_ids.filtered("missed_by_delta")
        self.assertEqual(set(missed.mapped("external_id")), {"123", "p1"})
        self.assertIn("missed 2 of 3", self.backend.drift_message)
        activity = self.backend.activity_ids
        self.assertEqual(activity.user_id, self.backend.responsible_id)
        self.assertIn("missed 2 of 3", activity.note)
        self.assertEqual(
            self.backend.action_view_drift()["domain"][1:],
            [("missed_by_delta", "=", True)],
        )

    def test_changes_after_the_last_list_of_changes_are_none(self):
        self.assertTrue(self.sync_by_schedule().delta)
        self.sells("123", "p1")
        run = self.whole_run()
        self.assertEqual((run.changed, run.drift_count), (2, 0))
        self.assertFalse(self.backend.drift_message)

    def test_what_a_list_of_changes_named_and_was_left_alone_is_none(self):
        picking = self.deliver(15)
        self.sells("123", quantity=3)
        self.assertEqual(self.sync_by_schedule().skipped, 1)
        self.changed.clear()
        picking.action_cancel()
        run = self.whole_run()
        self.assertEqual((self.on_hand(), run.drift_count), (3, 0))

    def test_what_moved_in_odoo_alone_is_none(self):
        self.assertTrue(self.sync_by_schedule().delta)
        self.set_stock(5)
        run = self.whole_run()
        self.assertEqual((run.changed, run.drift_count), (1, 0))

    def test_after_two_such_runs_everything_is_read_each_time(self):
        for quantity in (3, 2):
            self.assertTrue(self.sync_by_schedule().delta)
            self.sells("123", quantity=quantity)
            self.kept_back = {"123"}
            self.assertTrue(self.whole_run().drift_count)
        self.assertFalse(self.sync_by_schedule().delta)
        self.assertIn("each run reads everything now", self.backend.drift_message)
        self.assertEqual(len(self.backend.activity_ids), 1)
        self.backend.action_trust_delta()
        self.assertFalse(self.backend.drift_message or self.backend.activity_ids)
        self.assertTrue(self.sync_by_schedule().delta)

    def test_a_list_of_changes_that_fails_says_nothing(self):
        self.assertTrue(self.sync_by_schedule().delta)
        self.sells("123")
        self.a_day_passes()
        self.changes_fail = True
        run = self.sync_by_schedule()
        self.assertEqual((run.state, run.changed, run.drift_count), ("done", 1, 0))


@tagged("post_install", "-at_install")
class TestTimeZone(ListCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"since_param": "updated_since", "page_size": 500})
        cls.backend.api_tz = "America/New_York"

    def say_at(self, quantity, time):
        self.list_says({p.x_external_id: 1 for p in self.products[1:]})
        self.rows.append(
            {"product_id": "123", "quantity": quantity, "updated_at": time}
        )

    def test_time_without_a_zone_is_the_backends(self):
        self.say_at(5, "2026-07-01T08:00:00")
        self.sync_all()
        level = self.product.sync_binding_ids.level_ids
        self.assertEqual(str(level.source_date), "2026-07-01 12:00:00")

    def test_hour_that_comes_twice_in_autumn_is_never_outdated(self):
        for quantity, time in (
            (5, "2026-11-01T00:59:00"),
            (4, "2026-11-01T01:50:00"),
            (3, "2026-11-01T01:20:00"),
            (2, "2026-11-01T02:01:00"),
        ):
            self.say_at(quantity, time)
            run = self.sync_all()
            self.assertEqual((run.state, self.on_hand()), ("done", quantity))

    def test_changes_are_asked_for_since_the_backends_own_time(self):
        self.say_at(5, "2026-07-01T08:00:00")
        whole = self.sync_by_schedule()
        run = self.sync_by_schedule()
        self.assertTrue(run.delta)
        since = fields.Datetime.to_datetime(whole.start_date) - timedelta(minutes=10)
        [asked] = [q for q in self.queries if "updated_since" in q]
        told = asked["updated_since"]
        self.assertRegex(told, r"-0[45]:00$")
        self.assertEqual(
            fields.Datetime.to_datetime(told[:19].replace("T", " "))
            + timedelta(hours=int(told[-5:-3])),
            since,
        )
