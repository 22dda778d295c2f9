"""The rules of stock: one test for each, on a real stock."""

from odoo import Command
from odoo.tests import tagged

from .common import StockSyncCase


@tagged("post_install", "-at_install")
class TestRules(StockSyncCase):
    """What a synchronisation sets, where, and what it leaves as it was."""

    def test_quantity_of_the_api_replaces_that_of_odoo(self):
        self.set_stock(3)
        self.api_says("50")
        run = self.sync()
        self.assertEqual(self.on_hand(), 50)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.line_ids.description, "SYT/Stock: 3 → 50")
        self.assertEqual(run.line_ids.move_ids.quantity, 47)
        self.assertEqual(run.line_ids.move_ids.reference, f"Test API #{run.id}")
        self.assertTrue(run.line_ids.move_ids.is_inventory)
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

    def _write_date_of(self, record):
        self.env.flush_all()
        self.env.cr.execute(
            f"SELECT xmin::text, write_date FROM {record._table} WHERE id = %s",
            [record.id],
        )
        return self.env.cr.fetchone()

    def _age(self, record):
        """Make the row look old, so that any write would show."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET write_date = '2020-01-01' WHERE id = %s",
            [record.id],
        )

    def test_product_rows_are_never_written(self):
        self.set_stock(3)
        records = (self.product, self.product.product_tmpl_id)
        for record in records:
            self._age(record)
        before = [self._write_date_of(record) for record in records]
        self.api_says("50")
        self.sync()
        self.api_says("20")
        self.sync()
        self.assertEqual(self.on_hand(), 20)
        self.assertEqual([self._write_date_of(record) for record in records], before)

    def test_unchanged_sync_writes_neither_quants_nor_binding(self):
        self.set_stock(3)
        self.api_says("3")
        self.sync()  # the binding gets its state
        records = (self.product.stock_quant_ids, self.product.sync_binding_ids)
        for record in records:
            self._age(record)
        before = [self._write_date_of(record) for record in records]
        self.assertEqual(self.sync().unchanged, 1)
        self.assertEqual([self._write_date_of(record) for record in records], before)

    def test_location_row_is_never_written(self):
        self.set_stock(3)
        self._age(self.stock)
        before = self._write_date_of(self.stock)
        self.api_says("50")
        self.sync()
        self.assertFalse(self.stock.last_inventory_date)
        self.assertEqual(self._write_date_of(self.stock), before)

    def test_null_changes_nothing_and_is_no_error(self):
        self.set_stock(7)
        self.api_says(None)
        run = self.sync()
        self.assertEqual(self.on_hand(), 7)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.line_ids.error_code, "not_managed")
        self.assertEqual(self.product.sync_state, "ok")
        self.assertFalse(self.product.last_sync_date)

    def test_absent_product_keeps_its_stock(self):
        self.set_stock(7)
        run = self.sync()
        self.assertEqual(self.on_hand(), 7)
        self.assert_left_alone(run, "product_not_found")

    def test_zero_empties_the_shelf(self):
        self.set_stock(7, location=self.shelf)
        for zero in (0, "0", "0.00", "-0"):
            with self.subTest(zero=zero):
                self.set_stock(1)
                self.api_says(zero)
                self.assertEqual(self.sync().changed, 1)
                self.assertEqual(self.places(), {})

    def test_counterpart_is_the_inventory_loss_of_the_product(self):
        self.api_says("5")
        move = self.sync().line_ids.move_ids
        self.assertEqual(move.location_id, self.product.property_stock_inventory)
        self.assertEqual(move.location_dest_id, self.stock)

    def test_counterpart_of_the_backend_comes_first(self):
        loss = self.env["stock.location"].create(
            {"name": "API Loss", "usage": "inventory"}
        )
        self.backend.inventory_location_id = loss
        self.api_says("5")
        self.assertEqual(self.sync().line_ids.move_ids.location_id, loss)
        self.api_says("2")
        self.assertEqual(self.sync().line_ids.move_ids.location_dest_id, loss)

    def test_stock_of_another_warehouse_does_not_count(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        self.set_stock(20, location=other.lot_stock_id)
        self.set_stock(30)
        self.api_says("50")
        self.assertEqual(self.sync().line_ids.description, "SYT/Stock: 30 → 50")
        self.assertEqual(self.on_hand(location=other.lot_stock_id), 20)
        self.api_says("0")
        self.sync()
        self.assertEqual(self.on_hand(), 0)
        self.assertEqual(self.on_hand(location=other.lot_stock_id), 20)

    def test_products_that_cannot_be_set_to_one_number_are_left_alone(self):
        for code, values in (
            ("not_storable", {"type": "service", "is_storable": False}),
            ("not_storable", {"is_storable": False}),
            ("tracked_product", {"tracking": "lot"}),
            ("tracked_product", {"tracking": "serial"}),
            ("archived_product", {"active": False}),
        ):
            with self.subTest(code=code, **values):
                product = self._create_product(str(values), **values)
                self.api_says("5", str(values))
                moves = self.env["stock.move"].search_count([])
                run = self.sync(product)
                self.assert_left_alone(run, code, product)
                self.assertEqual((run.state, run.skipped), ("partial", 1))
                self.assertFalse(self.calls, "the API need not be asked")
                self.assertEqual(self.env["stock.move"].search_count([]), moves)

    def test_product_that_was_archived_since_the_plan_is_left_alone(self):
        self.set_stock(3)
        self.api_says("5")
        with self.before_applying(self.product.action_archive):
            run = self.sync()
        self.assert_left_alone(run, "archived_product")
        self.assertEqual(self.places(), {"Stock": 3})
        self.assertEqual(run.line_ids.quantity_before, 3)

    def test_external_id_that_was_changed_since_the_plan_is_not_applied(self):
        self.set_stock(3)
        self.api_says("5")
        binding = self.product.sync_binding_ids
        with self.before_applying(lambda: binding.write({"external_id": "124"})):
            run = self.sync()
        self.assert_left_alone(run, "not_configured")
        self.assertEqual(self.places(), {"Stock": 3})

    def test_one_bad_product_never_stops_its_neighbours(self):
        bad = self._create_product("bad", tracking="lot")
        negative = self._create_product("negative")
        unknown = self._create_product("unknown")
        last = self._create_product("zzz")
        self.api_says("5")
        self.api_says("-1", "negative")
        self.api_says("6", "zzz")
        run = self.sync(self.product + bad + negative + unknown + last)
        self.assertEqual((self.on_hand(), self.on_hand(last)), (5, 6))
        self.assertEqual(
            (run.state, run.changed, run.skipped, run.failed), ("partial", 2, 1, 2)
        )
        self.assert_left_alone(run, "tracked_product", bad)
        self.assert_left_alone(run, "invalid_quantity", negative)
        self.assert_left_alone(run, "product_not_found", unknown)

    def test_level_that_is_older_than_the_accepted_one_is_left_alone(self):
        self.api_says("5", updated_at="2026-01-02T10:00:00Z")
        self.sync()
        accepted = self.product.last_sync_date
        self.api_says("9", updated_at="2026-01-02T10:59:59+01:00")
        run = self.sync()
        self.assertEqual(self.on_hand(), 5)
        self.assertEqual(run.line_ids.error_code, "stale_level")
        self.assertIn("2026-01-02 09:59:59", run.line_ids.error_message)
        self.assert_plain_sentence(run.line_ids.error_message)
        self.assertEqual(self.product.sync_state, "error")
        self.assertEqual(self.product.last_sync_date, accepted)

    def test_level_as_old_as_the_accepted_one_or_without_a_time_is_accepted(self):
        self.api_says("5", updated_at="2026-01-02T10:00:00Z")
        self.sync()
        self.api_says("6", updated_at="2026-01-02T11:00:00+01:00")
        self.sync()
        self.assertEqual(self.on_hand(), 6)
        self.api_says("7")
        self.sync()
        self.assertEqual(self.on_hand(), 7)
        self.api_says("8", updated_at="2026-01-02T09:00:00Z")
        self.assertEqual(self.sync().line_ids.error_code, "stale_level")

    def test_level_that_was_not_accepted_makes_no_other_stale(self):
        self.api_says("-5", updated_at="2026-01-03T10:00:00Z")
        self.assert_left_alone(self.sync(), "invalid_quantity")
        self.api_says("5", updated_at="2026-01-02T10:00:00Z")
        self.assertEqual(self.sync().changed, 1)


@tagged("post_install", "-at_install")
class TestQuantities(StockSyncCase):
    """Which numbers are accepted, in which unit, above and below zero."""

    def test_quantities_within_the_precision_are_set_exactly(self):
        for text in ("0.5", "0.01", "12345678901.23", "99999999999", "1e2", "7.10"):
            with self.subTest(text=text):
                self.api_says(text)
                self.assertEqual(self.sync().changed, 1)
                self.assertEqual(self.on_hand(), float(text))
                self.assertEqual(self.sync().unchanged, 1)

    def test_quantities_that_would_be_rounded_are_refused(self):
        self.set_stock(3)
        for text in ("0.001", "3.001", "12345678901.234", "0.1e-5"):
            with self.subTest(text=text):
                self.api_says(text)
                run = self.sync()
                self.assert_left_alone(run, "invalid_quantity")
                self.assertIn("Units", run.line_ids.error_message)
                self.assertEqual(run.state, "failed")
                self.assertEqual(self.on_hand(), 3)

    def test_refusal_names_the_setting(self):
        self.api_says("718.2700000000004")
        message = self.sync().line_ids.error_message
        self.assertIn("is 718.2700000000004 Units", message)
        self.assertIn("“Too Many Decimals” in the backend", message)

    def test_quantities_are_rounded_half_up_where_the_backend_says_so(self):
        self.backend.rounding = "half_up"
        for text, quantity in (
            ("718.2700000000004", 718.27),
            ("4.999999999999999", 5),
            ("1.005", 1.01),  # as a float it would be 1.00
            ("2.675", 2.68),
            ("0.004", 0),
            ("12345678901.235", 12345678901.24),
        ):
            with self.subTest(text=text):
                self.api_says(text)
                run = self.sync()
                self.assertEqual((run.state, self.on_hand()), ("done", quantity))
                self.assertEqual(run.line_ids.rounded_from, text)
                self.assertEqual(run.line_ids.api_quantity, text)
                self.assertIn(f"({text} was rounded)", run.line_ids.description)
                again = self.sync()
                self.assertEqual((again.unchanged, again.changed), (1, 0))
                self.assertFalse(again.line_ids)

    def test_what_needs_no_rounding_is_not_said_to_be_rounded(self):
        self.backend.rounding = "half_up"
        self.api_says("7.10")
        line = self.sync().line_ids
        self.assertEqual((line.rounded_from, line.quantity_after), (False, 7.1))

    def test_rounding_comes_before_the_rule_for_negative_stock(self):
        self.backend.rounding = "half_up"
        self.set_stock(3)
        self.api_says("-0.004")
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(self.on_hand(), 0)
        self.api_says("-0.005")
        self.assertEqual(self.sync().line_ids.error_facts["target"], "-0.01")

    def test_rounding_is_to_the_precision_of_the_database(self):
        self.backend.rounding = "half_up"
        self.env.ref("uom.decimal_product_uom").digits = 3
        self.api_says("0.0625")
        self.sync()
        self.assertEqual(self.on_hand(), 0.063)

    def test_numbers_of_twelve_digits_are_refused(self):
        for text in ("100000000000", "1e11", "-123456789012"):
            with self.subTest(text=text):
                self.api_says(text)
                self.assert_left_alone(self.sync(), "invalid_quantity")
                self.assertEqual(self.on_hand(), 0)

    def test_precision_is_that_of_the_database(self):
        self.env.ref("uom.decimal_product_uom").digits = 3
        self.api_says("0.125")
        self.assertEqual(self.sync().line_ids.description, "SYT/Stock: 0 → 0.125")
        self.api_says("0.0625")
        self.assertEqual(self.sync().line_ids.error_code, "invalid_quantity")
        self.assertEqual(self.on_hand(), 0.125)

    def test_quantity_is_in_the_unit_of_the_product(self):
        for name in ("uom.product_uom_kgm", "uom.product_uom_dozen"):
            uom = self.env.ref(name)
            with self.subTest(uom=uom.name):
                product = self._create_product(name, uom_id=uom.id)
                self.api_says("2.5", name)
                move = self.sync(product).line_ids.move_ids
                self.assertEqual(move.product_uom, uom)
                self.assertEqual(move.quantity, 2.5)
                self.assertEqual(self.on_hand(product), 2.5)

    def test_negative_quantity_is_refused_by_default(self):
        self.set_stock(3)
        self.api_says("-2")
        run = self.sync()
        self.assert_left_alone(run, "invalid_quantity")
        self.assertIn("SYT/Stock", run.line_ids.error_message)
        self.assertIn("-2", run.line_ids.error_message)
        self.assertEqual(self.on_hand(), 3)

    def test_negative_quantity_can_mean_zero(self):
        self.backend.negative_policy = "clamp"
        self.set_stock(3)
        self.api_says("-2")
        self.assertEqual(self.sync().line_ids.description, "SYT/Stock: 3 → 0")
        self.assertEqual(self.on_hand(), 0)
        self.assertEqual(self.sync().unchanged, 1)

    def test_negative_quantity_can_be_accepted(self):
        self.backend.negative_policy = "accept"
        self.set_stock(3, location=self.shelf)
        self.api_says("-2")
        self.sync()
        self.assertEqual(self.places(), {"Stock": -2})
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("-1")
        self.sync()
        self.assertEqual(self.places(), {"Stock": -1})

    def test_available_quantity_is_what_is_not_reserved(self):
        self.backend.quantity_type = "available"
        self.set_stock(10)
        picking = self.deliver(8)
        self.api_says("5")
        run = self.sync()
        self.assertEqual(run.line_ids.description, "SYT/Stock: 10 → 13")
        self.assertEqual(self.on_hand(), 13)
        self.assertEqual(picking.move_ids.quantity, 8)
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("0")
        self.sync()
        self.assertEqual(self.on_hand(), 8)
        self.assertEqual(picking.state, "assigned")

    def test_available_quantity_is_negative_only_where_the_target_is(self):
        self.backend.quantity_type = "available"
        self.set_stock(7)
        self.deliver(7)
        # more promised than there is, as after a loss
        self.product.stock_quant_ids.sudo().reserved_quantity = 10
        self.api_says("-3")
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("-1")
        self.assertEqual(self.sync().line_ids.description, "SYT/Stock: 7 → 9")
        self.api_says("-11")
        run = self.sync()
        self.assertEqual(run.line_ids.error_code, "invalid_quantity")
        self.assertEqual(self.on_hand(), 9)

    def test_available_quantity_below_zero_does_not_cut_a_reservation(self):
        self.backend.quantity_type = "available"
        self.set_stock(10)
        picking = self.deliver(8)
        self.api_says("-3")
        self.assert_left_alone(self.sync(), "below_reserved")
        self.assertEqual((self.on_hand(), picking.move_ids.quantity), (10, 8))


@tagged("post_install", "-at_install")
class TestPlaces(StockSyncCase):
    """Where an increase goes to and a decrease is taken from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bin = cls.env["stock.location"].create(
            {"name": "Bin", "location_id": cls.shelf.id, "usage": "internal"}
        )
        cls.owner = cls.env["res.partner"].create({"name": "Jane"})
        cls.package = cls.env["stock.package"].create({"name": "PACK1"})

    def test_stock_of_children_counts_and_is_not_doubled(self):
        self.set_stock(10, location=self.shelf)
        self.set_stock(5, location=self.bin)
        self.api_says("15")
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("18")
        self.sync()
        self.assertEqual(self.places(), {"Stock": 3, "Shelf": 10, "Bin": 5})

    def test_stock_of_archived_children_counts(self):
        self.set_stock(5, location=self.bin)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_location SET active = false WHERE id = %s", [self.bin.id]
        )
        self.env.invalidate_all()
        self.api_says("5")
        self.assertEqual(self.sync().unchanged, 1)

    def test_decrease_takes_the_location_first_then_children(self):
        self.set_stock(5)
        self.set_stock(10, location=self.shelf)
        self.set_stock(10, location=self.bin)
        self.api_says("18")
        self.sync()
        self.assertEqual(self.places(), {"Shelf": 8, "Bin": 10})
        self.api_says("3")
        self.sync()
        self.assertEqual(self.places(), {"Bin": 3})

    def test_decrease_takes_what_is_unpackaged_before_what_is_packaged(self):
        self.set_stock(5, package_id=self.package)
        self.set_stock(3)
        self.api_says("4")
        self.sync()
        self.assertEqual(self.places(), {"Stock, PACK1": 4})
        self.api_says("6")
        self.sync()
        self.assertEqual(self.places(), {"Stock, PACK1": 4, "Stock": 2})

    def test_decrease_takes_packages_of_the_location_before_the_children(self):
        self.set_stock(5, package_id=self.package)
        self.set_stock(5, location=self.shelf)
        self.api_says("6")
        self.sync()
        self.assertEqual(self.places(), {"Stock, PACK1": 1, "Shelf": 5})

    def test_consignments_do_not_count_and_are_not_touched(self):
        self.set_stock(4, owner_id=self.owner)
        self.set_stock(3)
        self.api_says("3")
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("10")
        self.sync()
        self.assertEqual(self.places(), {"Stock": 10, "Stock, Jane": 4})
        self.api_says("0")
        self.sync()
        self.assertEqual(self.places(), {"Stock, Jane": 4})

    def test_reservation_and_count_of_a_consignment_do_not_matter(self):
        self.set_stock(4, owner_id=self.owner)
        quant = self.product.stock_quant_ids
        quant.with_context(inventory_mode=True).inventory_quantity = 2
        quant.sudo().reserved_quantity = 4
        self.set_stock(3)
        self.api_says("1")
        self.sync()
        self.assertEqual(self.places(), {"Stock": 1, "Stock, Jane": 4})
        self.assertEqual((quant.inventory_quantity, quant.reserved_quantity), (2, 4))

    def test_negative_quants_are_brought_to_zero_first(self):
        self.set_stock(-4)
        self.set_stock(10, location=self.shelf)
        self.api_says("8")
        run = self.sync()
        self.assertEqual(run.line_ids.description, "SYT/Stock: 6 → 8")
        self.assertEqual(self.places(), {"Shelf": 8})

    def test_negative_quant_of_a_child_is_brought_to_zero_by_an_increase(self):
        self.set_stock(-4, location=self.shelf)
        self.set_stock(1)
        self.api_says("5")
        self.sync()
        self.assertEqual(self.places(), {"Stock": 5})

    def test_negative_quant_of_a_package_is_brought_to_zero(self):
        self.set_stock(-4, package_id=self.package)
        self.api_says("2")
        self.sync()
        self.assertEqual(self.places(), {"Stock": 2})

    def test_several_quants_of_one_place_are_summed(self):
        self.set_stock(3)
        # Odoo makes a second one when the first is locked, and merges them later.
        second = self.product.stock_quant_ids.sudo().copy_data()[0]
        second["quantity"] = 4
        self.env["stock.quant"].sudo().create(second)
        self.assertEqual(len(self.product.stock_quant_ids), 2)
        self.api_says("7")
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("1")
        self.assertEqual(self.sync().line_ids.description, "SYT/Stock: 7 → 1")
        self.assertEqual(self.places(), {"Stock": 1})
        self.api_says("10")
        self.sync()
        self.assertEqual(self.places(), {"Stock": 10})


@tagged("post_install", "-at_install")
class TestTransfersAndCounts(StockSyncCase):
    """What people have in hand: reservations, transfers, counts."""

    def receive(self, quantity, source=None, destination=None):
        """A transfer into the warehouse, or between the given locations."""
        source = source or self.env.ref("stock.stock_location_suppliers")
        destination = destination or self.stock
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "location_id": source.id,
                            "location_dest_id": destination.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def reservations(self, picking):
        """``{"Stock": 3.0}``"""
        return {
            line.location_id.name: line.quantity
            for line in picking.move_ids.move_line_ids
        }

    def test_target_below_reserved_is_skipped_and_keeps_the_reservation(self):
        self.set_stock(10)
        picking = self.deliver(8)
        self.api_says("3")
        run = self.sync()
        self.assertEqual(self.on_hand(), 10)
        self.assertEqual(picking.move_ids.quantity, 8)
        self.assertEqual(picking.state, "assigned")
        self.assert_left_alone(run, "below_reserved")
        self.assertIn("SYT/Stock", run.line_ids.error_message)

    def test_target_equal_to_the_reserved_quantity_is_applied(self):
        self.set_stock(10)
        picking = self.deliver(8)
        self.api_says("8")
        self.assertEqual(self.sync().changed, 1)
        self.assertEqual(self.on_hand(), 8)
        self.assertEqual(picking.state, "assigned")

    def test_increase_that_stays_below_the_reserved_quantity_is_applied(self):
        self.set_stock(3)
        self.deliver(3)
        self.product.stock_quant_ids.sudo().reserved_quantity = 8
        self.api_says("5")
        self.assertEqual(self.sync().changed, 1)
        self.assertEqual(self.on_hand(), 5)

    def test_decrease_takes_only_what_is_not_reserved(self):
        self.set_stock(5)
        picking = self.deliver(3)
        self.set_stock(10, location=self.shelf)
        self.assertEqual(self.reservations(picking), {"Stock": 3})
        lines = picking.move_ids.move_line_ids
        self.api_says("8")
        self.sync()
        self.assertEqual(self.places(), {"Stock": 3, "Shelf": 5})
        self.assertEqual(self.reservations(picking), {"Stock": 3})
        self.assertEqual(picking.move_ids.move_line_ids, lines)
        self.assertEqual(picking.state, "assigned")

    def test_reservation_that_shows_only_while_applying_is_kept(self):
        # In all 5, so 6 is an increase; but bringing the negative quant to zero
        # makes 10, of which 8 are reserved.
        self.set_stock(10, location=self.shelf)
        picking = self.deliver(8, location=self.shelf)
        self.set_stock(-5)
        self.api_says("6")
        run = self.sync()
        self.assert_left_alone(run, "below_reserved")
        self.assertEqual(self.places(), {"Stock": -5, "Shelf": 10})
        self.assertEqual(self.reservations(picking), {"Shelf": 8})

    def test_reservation_made_since_the_plan_is_kept(self):
        self.set_stock(10)
        self.api_says("3")
        other = self._create_product("456")
        self.api_says("4", "456")
        pickings = []
        with self.before_applying(lambda: pickings.append(self.deliver(8))):
            run = self.sync(self.product + other)
        self.assert_left_alone(run, "below_reserved")
        self.assertEqual(self.on_hand(), 10)
        self.assertEqual(self.reservations(pickings[0]), {"Stock": 8})
        self.assertEqual(self.on_hand(other), 4)

    def test_stock_found_equal_since_the_plan_makes_no_move(self):
        self.set_stock(10)
        self.api_says("13")
        with self.before_applying(lambda: self.set_stock(3)):
            run = self.sync()
        self.assertEqual(self.on_hand(), 13)
        self.assertFalse(run.line_ids.move_ids)
        self.assertEqual((run.state, run.line_ids.state), ("done", "applied"))
        self.assertTrue(self.product.last_sync_date)

    def test_increase_reserves_for_transfers_that_wait(self):
        picking = self.deliver(6)
        self.assertEqual(picking.state, "confirmed")
        self.api_says("10")
        self.sync()
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(self.reservations(picking), {"Stock": 6})

    def test_reordering_rules_go_by_the_new_stock(self):
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.stock.id,
                "product_min_qty": 10,
                "product_max_qty": 10,
            }
        )
        for quantity, missing in ((4, 6), (20, 0), (9, 1)):
            self.api_says(quantity)
            self.sync()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(rule.qty_to_order_computed, missing)

    def test_transfer_picked_but_not_validated_is_waited_for(self):
        for name, make in (
            ("out", lambda: self.deliver(5)),
            ("in", lambda: self.receive(5)),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.set_stock(10)
                picking = self.pick(make())
                self.api_says("7")
                run = self.sync()
                self.assert_left_alone(run, "move_in_progress")
                self.assertIn("SYT/Stock: 10", run.line_ids.error_message)
                self.assertEqual(self.on_hand(), 10)
                self.assertEqual(picking.move_ids.quantity, 5)
                self.assertEqual(picking.state, "assigned")
                savepoint.rollback()

    def test_transfer_picked_but_not_validated_can_be_passed_over(self):
        self.backend.move_in_progress_policy = "apply"
        for name, make in (
            ("out", lambda: self.deliver(5)),
            ("in", lambda: self.receive(5)),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.set_stock(10)
                picking = self.pick(make())
                self.api_says("7")
                self.assertEqual(self.sync().changed, 1)
                self.assertEqual(self.on_hand(), 7)
                self.assertEqual(picking.move_ids.quantity, 5)
                self.assertTrue(picking.move_ids.picked)
                savepoint.rollback()

    def test_transfer_picked_but_not_validated_does_not_matter_where_equal(self):
        self.set_stock(10)
        self.pick(self.deliver(5))
        self.api_says("10")
        self.assertEqual(self.sync().unchanged, 1)

    def test_transfer_picked_inside_the_location_does_not_matter(self):
        self.set_stock(10)
        self.pick(self.receive(5, self.stock, self.shelf))
        self.api_says("12")
        self.assertEqual(self.sync().changed, 1)
        self.assertEqual(self.on_hand(), 12)

    def test_transfer_that_is_only_planned_does_not_matter(self):
        self.set_stock(10)
        self.receive(5)
        self.deliver(2)
        self.api_says("12")
        self.assertEqual(self.sync().changed, 1)
        self.assertEqual(self.on_hand(), 12)

    def test_validated_transfer_does_not_matter(self):
        self.set_stock(10)
        self.pick(self.deliver(5)).button_validate()
        self.assertEqual(self.on_hand(), 5)
        self.api_says("4")
        self.assertEqual(self.sync().changed, 1)
        self.assertEqual(self.on_hand(), 4)

    def count(self, quantity, location=None):
        """Type a count in, as in Physical Inventory, without applying it."""
        quant = self.product.stock_quant_ids.filtered(
            lambda quant: quant.location_id == (location or self.stock)
        )
        quant.with_user(self.user).with_context(
            inventory_mode=True
        ).inventory_quantity = quantity
        return quant

    def test_count_that_is_typed_in_is_waited_for_and_kept(self):
        for where, counted in ((self.stock, 12), (self.shelf, 12), (self.stock, 0)):
            with (
                self.subTest(where=where.name, counted=counted),
                self.env.cr.savepoint() as savepoint,
            ):
                self.set_stock(10, location=where)
                quant = self.count(counted, where)
                self.api_says("15")
                run = self.sync()
                self.assert_left_alone(run, "count_in_progress")
                self.assertIn("SYT/Stock: 10", run.line_ids.error_message)
                self.assertEqual(self.on_hand(), 10)
                self.assertEqual(quant.inventory_quantity, counted)
                self.assertTrue(quant.inventory_quantity_set)
                savepoint.rollback()

    def test_count_that_is_typed_in_is_kept_where_the_stock_is_equal(self):
        self.set_stock(10)
        quant = self.count(12)
        self.api_says("10")
        self.assertEqual(self.sync().unchanged, 1)
        self.assertEqual(quant.inventory_quantity, 12)
        self.assertTrue(quant.inventory_quantity_set)

    def test_count_of_another_product_or_warehouse_does_not_matter(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        self.set_stock(10)
        self.set_stock(20, location=other.lot_stock_id)
        self.count(1, other.lot_stock_id)
        self.api_says("12")
        self.assertEqual(self.sync().changed, 1)

    def test_count_that_was_asked_of_someone_stays_asked(self):
        self.set_stock(10)
        quant = self.product.stock_quant_ids
        quant.sudo().write({"user_id": self.user.id, "inventory_date": "2030-01-31"})
        for target in (15, 4):
            self.api_says(target)
            self.assertEqual(self.sync().changed, 1)
            self.assertEqual(quant.quantity, target)
            self.assertEqual(quant.user_id, self.user)
            self.assertEqual(str(quant.inventory_date), "2030-01-31")
            self.assertFalse(quant.inventory_quantity_set)
