from odoo.tests import tagged

from .test_list import ListCase


@tagged("post_install", "-at_install")
class TestUndated(ListCase):
    """Times that are not understood: the quantities count, and the run says it once."""

    def test_quantities_count_and_the_run_says_it_once(self):
        self.all_say("5")
        for row, time in zip(
            self.rows,
            ["soon", "", "0000-00-00 00:00:00", 0, "10/11/2025"],
            strict=False,
        ):
            row["updated_at"] = time
        run = self.sync_all()
        self.assertEqual((run.state, run.changed, run.failed), ("done", 8, 0))
        self.assertEqual([self.on_hand(p) for p in self.products], [5.0] * 8)
        self.assertEqual(run.undated, 2, "“never” is understood")
        self.assertIn("the time of 2 rows was not understood", run.message)
        self.assertFalse(run.line_ids.filtered("error_code"))

    def test_run_whose_times_are_understood_says_nothing_of_them(self):
        self.all_say("5")
        run = self.sync_all()
        self.assertEqual(run.undated, 0)
        self.assertNotIn("time", run.message)

    def test_button_and_products_asked_about_one_by_one_count_them_too(self):
        self.backend.write({"list_path": False})
        self.api_says("5", updated_at="tomorrow")
        run = self.sync()
        self.assertEqual((run.state, run.undated), ("done", 1))
        self.assertEqual(self.on_hand(), 5)
        self.api_says("6", updated_at="tomorrow")
        run = self.sync_all()
        self.assertEqual(run.undated, 1)
        self.assertEqual(self.on_hand(), 6)
