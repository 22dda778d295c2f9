"""The rules of stock: one test for each, on a real stock."""

from odoo.tests import tagged

from .common import StockSyncCase


@tagged("post_install", "-at_install")
class TestRules(StockSyncCase):
    def assert_skipped(self, run, code):
        """Nothing was changed, and the run, the binding and the line say why."""
        binding = self.product.sync_binding_ids
        self.assertEqual(run.line_ids.mapped("error_code"), [code])
        self.assertEqual(binding.error_code, code)
        self.assertEqual(binding.state, "error")
        self.assertFalse(self.product.last_sync_date)
        self.assertFalse(run.line_ids.move_ids)

    def test_quantity_of_the_api_replaces_that_of_odoo(self):
        self.set_stock(3)
        self.api_says("50")
        run = self.sync()
        self.assertEqual(self.on_hand(), 50)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.line_ids.description, "SYT/Stock: 3 → 50")
        self.assertEqual(run.line_ids.move_ids.quantity, 47)
        self.assertEqual(run.line_ids.move_ids.reference, f"Test API #{run.id}")
        self.assertTrue(self.product.last_sync_date)
        self.assertEqual(self.product.sync_state, "ok")

    def test_second_identical_sync_makes_no_move(self):
        self.api_says("50")
        self.sync()
        moves = self.env["stock.move"].search_count([])
        run = self.sync()
        self.assertEqual(run.unchanged, 1)
        self.assertFalse(run.line_ids)
        self.assertEqual(self.env["stock.move"].search_count([]), moves)

    def test_stock_of_children_counts_and_is_not_doubled(self):
        self.set_stock(10, location=self.shelf)
        self.api_says("10")
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("15")
        self.sync()
        self.assertEqual(self.on_hand(), 15)
        self.assertEqual(self.on_hand(location=self.shelf), 10)

    def test_decrease_takes_the_location_first_then_children(self):
        self.set_stock(5)
        self.set_stock(10, location=self.shelf)
        self.api_says("8")
        self.sync()
        self.assertEqual(self.on_hand(), 8)
        self.assertEqual(self.on_hand(location=self.shelf), 8)

    def test_null_changes_nothing_and_is_no_error(self):
        self.set_stock(7)
        self.api_says(None)
        run = self.sync()
        self.assertEqual(self.on_hand(), 7)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.line_ids.error_code, "not_managed")
        self.assertEqual(self.product.sync_state, "ok")
        self.assertFalse(self.product.last_sync_date)

    def test_zero_empties_the_shelf(self):
        self.set_stock(7, location=self.shelf)
        self.api_says(0)
        self.sync()
        self.assertEqual(self.on_hand(), 0)

    def test_target_below_reserved_is_skipped_and_keeps_the_reservation(self):
        self.set_stock(10)
        picking = self.deliver(8)
        self.api_says("3")
        run = self.sync()
        self.assertEqual(self.on_hand(), 10)
        self.assertEqual(picking.move_ids.quantity, 8)
        self.assertEqual(picking.state, "assigned")
        self.assert_skipped(run, "below_reserved")
        self.assertIn("SYT/Stock", run.line_ids.error_message)
