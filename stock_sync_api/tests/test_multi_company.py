"""Several companies: each sees, sets and synchronises its own."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import API, SERVICE_LOGGER, StockSyncCase


@tagged("post_install", "-at_install")
class TestMultiCompany(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.other = cls.env["res.company"].create({"name": "Other Company"})
        cls.other_warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.other.id)]
        )
        cls.other_stock = cls.other_warehouse.lot_stock_id
        cls.other_backend = cls.env["sync.flow"].create(
            {
                "name": "Other API",
                "company_id": cls.other.id,
                "base_url": API,
                "concurrency": 1,
                "max_attempts": 1,
            }
        )
        cls.env["stock.sync.binding"].create(
            {
                "flow_id": cls.other_backend.id,
                "product_id": cls.product.id,
                "external_id": "other-123",
            }
        )
        cls.other_user = new_test_user(
            cls.env,
            "sync_other_user",
            groups="base.group_user,stock.group_stock_manager",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

    def setUp(self):
        super().setUp()
        self.api_says("5")
        self.api_says("8", "other-123")

    def stocks(self):
        """(on hand here, on hand in the other company)"""
        return tuple(
            sum(
                self.env["stock.quant"]
                .search(
                    [
                        ("product_id", "=", self.product.id),
                        ("location_id", "child_of", location.id),
                    ]
                )
                .mapped("quantity")
            )
            for location in (self.stock, self.other_stock)
        )

    def test_location_defaults_to_the_only_warehouse_of_the_company(self):
        self.assertEqual(self.other_backend.location_id, self.other_stock)

    def test_location_has_no_default_where_there_are_several_warehouses(self):
        self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.other.id}
        )
        backend = self.env["sync.flow"].create(
            {"name": "New", "company_id": self.other.id, "base_url": API}
        )
        self.assertFalse(backend.location_id)
        self.assertEqual(self.other_backend.location_id, self.other_stock)
        with mute_logger(SERVICE_LOGGER):
            run = self.env["stock.sync.service"].sync_flow(backend)
        self.assertEqual((run.state, run.error_code), ("failed", "not_configured"))
        self.assertIn("New has no location", run.message)
        self.assertFalse(self.calls)

    def test_location_follows_the_company(self):
        backend = self.backend.copy()
        self.assertEqual(backend.location_id, self.stock)
        backend.company_id = self.other
        self.assertEqual(backend.location_id, self.other_stock)

    def test_locations_of_another_company_are_refused(self):
        for name, location in (
            ("location_id", self.other_stock),
            ("inventory_location_id", self._loss_of(self.other)),
        ):
            with (
                self.subTest(name),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                self.backend[name] = location
            self.env.invalidate_all()

    def _loss_of(self, company):
        return self.env["stock.location"].create(
            {"name": "Loss", "usage": "inventory", "company_id": company.id}
        )

    def test_button_sets_the_stock_of_the_users_company_only(self):
        self.sync()
        self.assertEqual(self.stocks(), (5, 0))
        self.assertEqual(self.calls, ["123"])
        with mute_logger(SERVICE_LOGGER):
            self.product.with_user(self.other_user).action_stock_sync()
        self.assertEqual(self.stocks(), (5, 8))
        self.assertEqual(self.calls, ["123", "other-123"])

    def test_button_in_both_companies_sets_both_stocks(self):
        self.user.company_ids += self.other
        product = self.product.with_user(self.user).with_context(
            allowed_company_ids=[self.company.id, self.other.id]
        )
        params = product.action_stock_sync()["params"]
        self.assertEqual(self.stocks(), (5, 8))
        self.assertEqual(params["type"], "success")
        self.assertEqual(len(params["message"].splitlines()), 2)
        moves = self.env["stock.move"].search([("product_id", "=", self.product.id)])
        self.assertEqual(moves.company_id, self.company + self.other)
        for move in moves:
            self.assertEqual(move.location_dest_id.company_id, move.company_id)

    def test_trouble_in_one_company_leaves_the_other_alone(self):
        self.user.company_ids += self.other
        del self.answers["other-123"]
        product = self.product.with_user(self.user).with_context(
            allowed_company_ids=[self.company.id, self.other.id]
        )
        with mute_logger(SERVICE_LOGGER):
            params = product.action_stock_sync()["params"]
        self.assertEqual(self.stocks(), (5, 0))
        self.assertEqual(params["type"], "warning")
        self.assertIn("SYT/Stock: 0 → 5", params["message"])
        self.assertIn("other-123", params["message"])

    def test_backend_works_in_its_company_whatever_the_users_is(self):
        self.user.company_ids += self.other
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.other_backend)
        self.assertEqual(run.state, "done")
        self.assertEqual(self.stocks(), (0, 8))
        self.assertEqual(run.sudo().line_ids.move_ids.company_id, self.other)

    def test_user_outside_the_company_is_refused(self):
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.other_backend).sudo()
        self.assertEqual((run.state, run.error_code), ("failed", "access_denied"))
        self.assertIn("Other Company", run.message)
        self.assertEqual(self.stocks(), (0, 0))
        self.assertFalse(self.calls)

    def test_records_are_seen_in_their_own_company_only(self):
        with mute_logger(SERVICE_LOGGER):
            for user in (self.user, self.other_user):
                self.product.with_user(user).action_stock_sync()
        for model, company in (
            ("sync.flow", "company_id"),
            ("stock.sync.binding", "company_id"),
            ("stock.sync.level", "binding_id.company_id"),
            ("sync.run", "company_id"),
            ("stock.sync.run.line", "company_id"),
        ):
            for user in (self.user, self.other_user):
                with self.subTest(model, user=user.login):
                    Model = self.env[model].with_user(user)
                    seen = Model.search([])
                    self.assertEqual(seen.sudo().mapped(company), user.company_id)
                    unseen = self.env[model].search(
                        [(company, "!=", user.company_id.id)]
                    )
                    self.assertTrue(unseen)
                    self.assertFalse(unseen.with_user(user)._filtered_access("read"))

    def test_product_shows_the_id_of_the_users_company(self):
        self.assertEqual(self.product.with_user(self.user).x_external_id, "123")
        self.assertEqual(
            self.product.with_user(self.other_user).x_external_id, "other-123"
        )

    def test_product_of_another_company_uses_the_backend_of_that_company(self):
        product = self._create_product(company_id=self.other.id)
        product.x_external_id = "theirs"
        self.assertEqual(product.sync_binding_ids.flow_id, self.other_backend)
        self.assertEqual(product.x_external_id, "theirs")
        for records in (product, product.product_tmpl_id):
            found = records.search([("x_external_id", "=", "theirs")])
            self.assertEqual(found, records)
        self.api_says("4", "theirs")
        product.with_user(self.other_user).action_stock_sync()
        self.assertEqual(self.on_hand(product, self.other_stock), 4)
        self.assertEqual(self.on_hand(product), 0)

    def test_product_of_one_company_is_not_bound_to_the_backend_of_another(self):
        product = self._create_product(company_id=self.other.id)
        with self.assertRaises(UserError):
            self.env["stock.sync.binding"].create(
                {
                    "flow_id": self.backend.id,
                    "product_id": product.id,
                    "external_id": "wrong",
                }
            )

    def test_bound_product_that_changed_its_company_is_not_touched(self):
        product = self._create_product("ours")
        product.company_id = self.other
        self.api_says("5", "ours")
        with mute_logger(SERVICE_LOGGER):
            run = self.env["stock.sync.service"].sync_flow(self.backend)
        line = run.line_ids.filtered(lambda line: line.product_id == product)
        self.assertEqual(line.error_code, "apply_failed")
        self.assert_plain_sentence(line.error_message)
        self.assertFalse(product.stock_quant_ids)
        self.assertEqual(self.stocks(), (5, 0))

    def test_same_name_and_id_may_be_used_in_each_company(self):
        self.other_backend.name = self.backend.name
        binding = self.product.sync_binding_ids.filtered(
            lambda binding: binding.flow_id == self.other_backend
        )
        binding.external_id = "123"
        self.assertEqual(
            self.product.sync_binding_ids.mapped("external_id"), ["123", "123"]
        )

    def test_overlap_is_about_locations_and_not_companies(self):
        # both backends know the product, at locations apart
        self.assertEqual(len(self.product.sync_binding_ids), 2)
        second = self.env["sync.flow"].create(
            {
                "name": "Second",
                "company_id": self.other.id,
                "base_url": API,
                "location_id": self.other_stock.id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "Other API, Second"):
            self.env["stock.sync.binding"].create(
                {
                    "flow_id": second.id,
                    "product_id": self.product.id,
                    "external_id": "x",
                }
            )
