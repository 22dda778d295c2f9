"""With manufacturing, valuation and sales installed: kits, values, deliveries."""

from unittest import SkipTest

from odoo import Command, fields
from odoo.tests import tagged

from .common import StockSyncCase


class FullCase(StockSyncCase):
    """Needs a module that the addon does not depend on."""

    MODULE = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.module.module"]._get(cls.MODULE).state != "installed":
            raise SkipTest(f"{cls.MODULE} is not installed")


@tagged("post_install", "-at_install", "stock_sync_full")
class TestKits(FullCase):
    MODULE = "mrp"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.component = cls._create_product("part")
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": cls.component.id, "product_qty": 2})
                ],
            }
        )
        cls.env.invalidate_all()

    def test_kit_is_left_alone_and_its_component_is_set(self):
        self.api_says("5")
        self.api_says("6", "part")
        run = self.sync(self.product + self.component)
        self.assert_left_alone(run, "kit_product")
        self.assertEqual(self.calls, ["part"])
        self.assertEqual(self.on_hand(self.component), 6)
        self.assertFalse(self.product.stock_quant_ids)
        self.assertEqual((run.state, run.skipped), ("partial", 1))

    def test_kit_of_one_variant_is_that_variant(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Colour",
                "value_ids": [Command.create({"name": n}) for n in ("red", "blue")],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Bike",
                "is_storable": True,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": attribute.value_ids.ids,
                        }
                    )
                ],
            }
        )
        red, blue = template.product_variant_ids
        red.x_external_id, blue.x_external_id = "red", "blue"
        self.bom.copy({"product_tmpl_id": template.id, "product_id": red.id})
        self.env.invalidate_all()
        self.api_says("1", "red")
        self.api_says("2", "blue")
        run = self.sync(red + blue)
        self.assert_left_alone(run, "kit_product", red)
        self.assertEqual(self.on_hand(blue), 2)

    def test_product_with_an_ordinary_bill_of_materials_is_set(self):
        self.bom.type = "normal"
        self.env.invalidate_all()
        self.api_says("5")
        self.sync()
        self.assertEqual(self.on_hand(), 5)
        self.assertFalse(self.on_hand(self.component))

    def test_product_that_became_a_kit_since_the_plan_is_left_alone(self):
        self.bom.type = "normal"
        self.env.invalidate_all()
        self.api_says("5")

        def become_a_kit():
            self.bom.type = "phantom"
            self.env.invalidate_all()

        with self.before_applying(become_a_kit):
            run = self.sync()
        self.assert_left_alone(run, "kit_product")

    def test_reserved_components_of_an_order_are_kept(self):
        self.bom.type = "normal"
        self.set_stock(10, self.component)
        order = self.env["mrp.production"].create(
            {
                "product_id": self.product.id,
                "product_qty": 4,
                "bom_id": self.bom.id,
                "picking_type_id": self.warehouse.manu_type_id.id,
            }
        )
        order.action_confirm()
        order.action_assign()
        self.assertEqual(order.reservation_state, "assigned")
        self.api_says("3", "part")
        run = self.sync(self.component)
        self.assert_left_alone(run, "below_reserved", self.component)
        self.assertEqual(order.move_raw_ids.quantity, 8)
        self.assertEqual(order.reservation_state, "assigned")


@tagged("post_install", "-at_install", "stock_sync_full")
class TestValuation(FullCase):
    MODULE = "stock_account"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        if not company.chart_template:
            cls.env["account.chart.template"]._load(
                "generic_coa", company, install_demo=False
            )
        cls.category = cls.env["product.category"].create(
            {
                "name": "Perpetual",
                "property_cost_method": "average",
                "property_valuation": "real_time",
            }
        )
        account = cls.env["account.account"].create(
            {"name": "Loss", "code": "SYNCLOSS", "account_type": "expense"}
        )
        cls.product.property_stock_inventory.valuation_account_id = account
        cls.account = account
        cls.ours, cls.theirs = (
            cls._create_product(
                name, categ_id=cls.category.id, standard_price=10, x_external_id=name
            )
            for name in ("ours", "theirs")
        )

    def adjust_by_hand(self, product, quantity):
        """What Odoo's own inventory adjustment does."""
        quant = (
            self.env["stock.quant"]
            .with_user(self.user)
            .with_context(inventory_mode=True)
            .create(
                {
                    "product_id": product.id,
                    "location_id": self.stock.id,
                    "inventory_quantity": quantity,
                }
            )
        )
        quant.action_apply_inventory()

    def valuation(self, product):
        """What was booked, without ids and names."""
        moves = self.env["stock.move"].search(
            [("product_id", "=", product.id)], order="id"
        )
        return [
            (
                move.quantity,
                move.location_id,
                move.location_dest_id,
                move.value,
                move.is_inventory,
                move.account_move_id.date,
                move.account_move_id.journal_id,
                sorted(
                    (line.account_id.code, line.debit, line.credit)
                    for line in move.account_move_id.line_ids
                ),
            )
            for move in moves
        ]

    def test_valuation_is_that_of_an_inventory_adjustment(self):
        for quantity in (12, 5, 8, 0):
            self.api_says(quantity, "ours")
            self.sync(self.ours)
            self.adjust_by_hand(self.theirs, quantity)
        booked = self.valuation(self.ours)
        self.assertEqual(len(booked), 4)
        self.assertEqual([entry[3] for entry in booked], [120, 70, 30, 80])
        self.assertEqual([len(entry[-1]) for entry in booked], [2, 2, 2, 2])
        self.assertEqual(booked, self.valuation(self.theirs))
        self.assertEqual(self.ours.total_value, self.theirs.total_value)

    def test_valuation_of_several_products_of_one_run_is_each_ones_own(self):
        self.theirs.standard_price = 7
        self.api_says(2, "ours")
        self.api_says(3, "theirs")
        self.sync(self.ours + self.theirs)
        self.assertEqual(self.valuation(self.ours)[0][3], 20)
        self.assertEqual(self.valuation(self.theirs)[0][3], 21)
        self.assertEqual((self.ours.total_value, self.theirs.total_value), (20, 21))

    def test_average_cost_is_kept(self):
        self.api_says(12, "ours")
        self.sync(self.ours)
        self.api_says(30, "ours")
        self.sync(self.ours)
        self.assertEqual(self.ours.standard_price, 10)
        self.assertEqual(self.ours.total_value, 300)

    def test_accounting_date_of_the_quant_is_honoured(self):
        self.set_stock(3, self.ours)
        date = fields.Date.to_date("2026-03-31")
        self.ours.stock_quant_ids.sudo().accounting_date = date
        self.set_stock(3, self.theirs)
        self.api_says(5, "ours")
        self.api_says(5, "theirs")
        run = self.sync(self.ours + self.theirs)
        self.assertEqual(run.changed, 2)
        dated, today = (
            run.line_ids.filtered(
                lambda line, p=product: line.product_id == p
            ).move_ids.account_move_id.date
            for product in (self.ours, self.theirs)
        )
        self.assertEqual(dated, date)
        self.assertEqual(today, fields.Date.context_today(self.user))

    def test_accounting_date_is_used_up(self):
        self.set_stock(3, self.ours)
        quant = self.ours.stock_quant_ids.sudo()
        quant.accounting_date = "2026-03-31"
        self.api_says(5, "ours")
        self.sync(self.ours)
        self.assertFalse(quant.accounting_date, "as after an inventory adjustment")

    def test_consignment_has_no_value(self):
        owner = self.env["res.partner"].create({"name": "Jane"})
        self.set_stock(4, self.ours, owner_id=owner)
        self.api_says(2, "ours")
        self.sync(self.ours)
        self.assertEqual(self.ours.total_value, 20)


@tagged("post_install", "-at_install", "stock_sync_full")
class TestSales(FullCase):
    MODULE = "sale_stock"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Customer"})

    def sell(self, quantity):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": quantity}
                    )
                ],
            }
        )
        order.action_confirm()
        return order

    def test_order_keeps_what_is_reserved_for_it(self):
        self.set_stock(10)
        order = self.sell(8)
        self.assertEqual(order.picking_ids.state, "assigned")
        self.api_says("3")
        self.assert_left_alone(self.sync(), "below_reserved")
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(order.picking_ids.move_ids.quantity, 8)

    def test_order_that_waits_gets_what_comes_in(self):
        order = self.sell(8)
        self.assertEqual(order.picking_ids.state, "confirmed")
        self.api_says("10")
        self.sync()
        self.assertEqual(order.picking_ids.state, "assigned")
        order.picking_ids.button_validate()
        self.assertEqual(order.order_line.qty_delivered, 8)
        self.assertEqual(self.on_hand(), 2)

    def test_available_quantity_leaves_room_for_the_order(self):
        self.backend.quantity_type = "available"
        self.set_stock(10)
        self.sell(8)
        self.api_says("2")
        self.assertEqual(self.sync().unchanged, 1)
        self.api_says("1")
        self.sync()
        self.assertEqual(self.on_hand(), 9)
