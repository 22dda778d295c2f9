from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base_sync_api.models import sync_retention

from .common import StockSyncCase


@tagged("post_install", "-at_install")
class TestRetention(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"].sudo()

    def make_run(self, days=0, lines=0, state="done", **values):
        date = fields.Datetime.now() - timedelta(days=days)
        run = self.env["sync.run"].create(
            {
                "flow_id": self.backend.id,
                "state": state,
                "start_date": date,
                "end_date": date,
                **values,
            }
        )
        self.make_lines(run, lines)
        return run

    def make_lines(self, run, count, **values):
        return self.env["stock.sync.run.line"].create(
            [
                {
                    "run_id": run.id,
                    "state": "applied",
                    "product_id": self.product.id,
                    **values,
                }
                for _ in range(count)
            ]
        )

    def clean(self):
        """As the daily clean-up does: until there is no more."""
        retention = self.env["sync.retention"]
        while retention._gc_history()[1]:
            pass
        self.env.invalidate_all()

    def test_runs_and_lines_go_after_ninety_days(self):
        old = self.make_run(91, lines=2)
        lines = old.line_ids
        young = self.make_run(89, lines=1)
        last = self.make_run()
        self.clean()
        self.assertFalse(old.exists())
        self.assertFalse(lines.exists())
        self.assertEqual((young | last).exists(), young | last)
        self.assertEqual(len(young.line_ids), 1)

    def test_how_many_days_can_be_set(self):
        self.parameters.set_param("stock_sync_api.keep_days", "10")
        old, last = self.make_run(11), self.make_run()
        self.clean()
        self.assertEqual((old | last).exists(), last)

    def test_nonsense_in_the_parameter_removes_nothing_more(self):
        for text in ("0", "-1", "ten", ""):
            self.parameters.set_param("stock_sync_api.keep_days", text)
            run = self.make_run(89)
            self.make_run()
            self.clean()
            self.assertTrue(run.exists(), text)

    def test_what_is_open_or_held_stays(self):
        kept = self.make_run(200, lines=1, state="held")
        kept |= self.make_run(200, lines=1, state="applying")
        with_held_line = self.make_run(200, state="partial")
        self.make_lines(with_held_line, 1, state="planned", error_code="held_by_guard")
        kept |= with_held_line
        gone = self.make_run(200, state="failed")
        self.make_run()
        self.clean()
        self.assertEqual((kept | gone).exists(), kept)
        self.assertEqual(len(kept.line_ids), 3)

    def test_what_a_delta_begins_at_stays(self):
        full = self.make_run(200, complete=True, settled=False)
        settled = self.make_run(190, complete=True, settled=True, delta=True)
        good = self.make_run(180)
        others = self.make_run(170, state="failed")
        others |= self.make_run(170, preview=True, complete=True, settled=True)
        self.clean()
        self.assertEqual(
            (full | settled | good | others).exists(), full | settled | good
        )

    def test_no_more_runs_are_kept_than_the_limit(self):
        self.parameters.set_param("stock_sync_api.keep_runs", "3")
        runs = [self.make_run(lines=1) for _ in range(5)]
        self.clean()
        self.assertEqual([bool(run.exists()) for run in runs], [False] * 2 + [True] * 3)

    def test_the_limit_is_per_backend(self):
        self.parameters.set_param("stock_sync_api.keep_runs", "1")
        other = self.backend.copy()
        runs = self.make_run() | self.make_run(flow_id=other.id)
        self.clean()
        self.assertEqual(runs.exists(), runs)

    def test_no_more_lines_are_kept_than_the_limit_and_the_counters_stay(self):
        self.parameters.set_param("stock_sync_api.keep_lines", "4")
        first = self.make_run(lines=3, changed=3)
        second = self.make_run(lines=3, changed=3)
        self.clean()
        self.assertEqual((len(first.line_ids), len(second.line_ids)), (1, 3))
        self.assertEqual((first.changed, second.changed), (3, 3))

    def test_held_lines_stay_however_many_came_later(self):
        self.parameters.set_param("stock_sync_api.keep_lines", "1")
        held = self.make_run(lines=2, state="held")
        self.make_run(lines=3)
        self.clean()
        self.assertEqual(len(held.line_ids), 2)

    def test_each_batch_is_small(self):
        run = self.make_run(100, lines=5)
        self.make_run()
        self.patch(sync_retention, "BATCH_SIZE", 2)
        removed = []
        more = True
        while more:
            count, more = self.env["sync.retention"]._gc_history()
            removed.append(count)
        self.assertEqual(removed, [2, 2, 2, 0])
        self.assertFalse(run.exists())

    def test_bindings_and_levels_and_moves_stay(self):
        self.api_says(5)
        run = self.sync()
        moves = run.line_ids.move_ids
        run.start_date -= timedelta(days=100)
        self.make_run()
        self.clean()
        self.assertFalse(run.exists())
        self.assertTrue(moves.exists())
        self.assertTrue(self.product.last_sync_date)
        self.assertEqual(self.on_hand(), 5)

    def test_unmatched_products_that_the_api_no_longer_names_go(self):
        for name in ("old", "young"):
            rows = [(name, "unmatched_product", {}, "1", None, None)]
            self.env["stock.sync.unmatched"]._report(self.backend, rows)
        old, young = self.env["stock.sync.unmatched"].search(
            [("flow_id", "=", self.backend.id)], order="external_id"
        )
        now = fields.Datetime.now()
        old.last_seen, young.last_seen = (
            now - timedelta(days=100),
            now - timedelta(days=80),
        )
        self.clean()
        self.assertTrue(old.exists(), "nothing was asked since: a backend is paused")
        self.make_run()
        self.clean()
        self.assertEqual((old | young).exists(), young)

    def test_the_daily_clean_up_calls_it(self):
        func = self.env.registry["sync.retention"]._gc_history
        self.assertTrue(func._autovacuum)
