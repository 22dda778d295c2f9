"""The external id and what goes with it, on the forms of products."""

from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..hooks import post_init_hook
from .common import API, StockSyncCase

DUPLICATE = "“123” is the external ID of Product 123 in Test API already"


class ProductFieldsCase(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Binding = cls.env["stock.sync.binding"]
        cls.second = cls._create_product("456")
        cls.unbound = cls._create_product()
        cls.products = cls.product + cls.second + cls.unbound
        cls.attribute = cls.env["product.attribute"].create(
            {
                "name": "Colour",
                "value_ids": [
                    Command.create({"name": name}) for name in ("red", "blue")
                ],
            }
        )

    def template_values(self, **values):
        return {"name": "New", "type": "consu", "is_storable": True, **values}

    def variant_values(self, **values):
        return self.template_values(
            attribute_line_ids=[
                Command.create(
                    {
                        "attribute_id": self.attribute.id,
                        "value_ids": self.attribute.value_ids.ids,
                    }
                )
            ],
            **values,
        )

    def both(self):
        """(model's name, the test products as records of that model)"""
        return (
            ("product.product", self.products),
            ("product.template", self.products.product_tmpl_id),
        )


@tagged("post_install", "-at_install")
class TestProductFields(ProductFieldsCase):
    def test_id_is_written_and_cleared_on_variant_and_template(self):
        for name, records in self.both():
            with self.subTest(name):
                record = records[2]
                self.assertFalse(record.x_external_id)
                self.assertFalse(record.sync_state)
                record.x_external_id = "new"
                self.env.invalidate_all()
                binding = self.unbound.sync_binding_ids
                self.assertEqual(binding.external_id, "new")
                self.assertEqual(binding.flow_id, self.backend)
                self.assertEqual(record.x_external_id, "new")
                self.assertEqual(record.sync_state, "new")
                record.x_external_id = "newer"
                self.assertEqual(self.unbound.sync_binding_ids, binding)
                self.assertEqual(binding.external_id, "newer")
                record.x_external_id = False
                self.env.invalidate_all()
                self.assertFalse(binding.exists())
                self.assertFalse(record.x_external_id)
                self.assertFalse(record.sync_state)

    def test_template_and_variant_show_the_same(self):
        self.api_says("5")
        self.sync()
        for name in ("x_external_id", "last_sync_date", "sync_state"):
            with self.subTest(name):
                self.assertTrue(self.product[name])
                self.assertEqual(self.product.product_tmpl_id[name], self.product[name])

    def test_id_is_set_in_the_form(self):
        for name, records in self.both():
            with self.subTest(name), Form(records[2]) as form:
                form.x_external_id = f" {name} "
            self.assertEqual(records[2].x_external_id, name)

    def test_white_space_around_an_id_is_dropped(self):
        self.unbound.x_external_id = "  a b\t"
        self.assertEqual(self.unbound.sync_binding_ids.external_id, "a b")
        self.env.invalidate_all()
        self.assertEqual(self.unbound.x_external_id, "a b")
        self.unbound.x_external_id = "   "
        self.assertFalse(self.unbound.sync_binding_ids)

    def test_id_that_no_request_can_carry_is_refused(self):
        for external_id in (".", "..", "a\nb", "a\x1fb"):
            with (
                self.subTest(external_id=external_id),
                self.assertRaisesRegex(ValidationError, "no request can carry it"),
                self.env.cr.savepoint(),
            ):
                self.unbound.x_external_id = external_id
            self.env.invalidate_all()

    def test_unusual_ids_are_asked_about_as_they_are(self):
        for external_id in ("a/b", "ä ö", "100%", "?x=1", "#1", "a" * 200, "+", "007"):
            with self.subTest(external_id=external_id):
                self.unbound.x_external_id = external_id
                self.calls.clear()
                self.api_says("5", external_id)
                self.sync(self.unbound)
                self.assertEqual(self.calls, [external_id])
                self.assertEqual(self.unbound.sync_state, "ok")

    def test_template_is_created_with_its_id(self):
        templates = self.env["product.template"].create(
            [self.template_values(x_external_id=name) for name in ("t1", "t2")]
            + [self.template_values()]
        )
        self.assertEqual(templates.mapped("x_external_id"), ["t1", "t2", False])
        self.env.invalidate_all()
        self.assertEqual(
            templates.product_variant_ids.mapped("x_external_id"), ["t1", "t2", False]
        )

    def test_template_with_variants_refuses_an_id_instead_of_losing_it(self):
        Template = self.env["product.template"]
        with self.assertRaisesRegex(UserError, "has several variants"):
            Template.create(self.variant_values(x_external_id="lost"))
        template = Template.create(self.variant_values())
        self.assertEqual(len(template.product_variant_ids), 2)
        with self.assertRaisesRegex(UserError, "has several variants"):
            template.x_external_id = "lost"
        self.assertFalse(self.Binding.search([("external_id", "=", "lost")]))

    def test_each_variant_has_its_own_id_and_the_template_shows_none(self):
        template = self.env["product.template"].create(self.variant_values())
        red, blue = template.product_variant_ids
        red.x_external_id, blue.x_external_id = "red", "blue"
        self.env.invalidate_all()
        self.assertEqual((red.x_external_id, blue.x_external_id), ("red", "blue"))
        self.assertFalse(template.x_external_id)
        self.assertEqual(template.sync_binding_ids, (red + blue).sync_binding_ids)
        self.assertEqual(template.sync_binding_count, 2)
        self.api_says("1", "red")
        self.api_says("2", "blue")
        template.with_user(self.user).action_stock_sync()
        self.assertEqual((self.on_hand(red), self.on_hand(blue)), (1, 2))

    def test_duplicate_is_refused_with_a_sentence(self):
        for name, records in self.both():
            with (
                self.subTest(name),
                self.assertRaisesRegex(ValidationError, DUPLICATE),
                self.env.cr.savepoint(),
            ):
                records[2].x_external_id = "123"
            with (
                self.subTest(name, changed=True),
                self.assertRaisesRegex(ValidationError, DUPLICATE),
                self.env.cr.savepoint(),
            ):
                records[1].x_external_id = " 123 "
            self.env.invalidate_all()
            self.assertEqual(self.second.x_external_id, "456")
            self.assertFalse(self.unbound.sync_binding_ids)

    def test_duplicate_that_slips_through_is_refused_by_the_database(self):
        with (
            self.assertRaises(UniqueViolation) as caught,
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE stock_sync_binding SET external_id = '123' WHERE id = %s",
                [self.second.sync_binding_ids.id],
            )
        # what Odoo makes of it for whoever has caused it
        message = self.Binding._sql_error_to_message(caught.exception)
        self.assertIn("Another product has this external ID", message)

    def test_ids_of_two_products_can_be_exchanged_through_a_third(self):
        self.product.x_external_id = "temporary"
        self.second.x_external_id = "123"
        self.product.x_external_id = "456"
        self.assertEqual(self.products.mapped("x_external_id"), ["456", "123", False])

    def test_copy_has_no_id(self):
        for name, records in self.both():
            with self.subTest(name):
                copy = records[0].copy()
                self.assertFalse(copy.x_external_id)
                self.assertFalse(copy.sync_binding_ids)
        self.assertEqual(self.product.x_external_id, "123")

    def test_deleted_product_takes_its_binding_with_it(self):
        binding = self.product.sync_binding_ids
        self.product.product_tmpl_id.unlink()
        self.assertFalse(binding.exists())

    def test_archived_template_shows_and_takes_its_id(self):
        template = self.product.product_tmpl_id
        template.action_archive()
        self.env.invalidate_all()
        self.assertEqual(template.x_external_id, "123")
        template.x_external_id = "124"
        self.assertEqual(self.product.x_external_id, "124")
        found = template.with_context(active_test=False).search(
            [("x_external_id", "=", "124")]
        )
        self.assertEqual(found, template)

    def test_without_a_backend_reading_is_empty_and_writing_a_clear_error(self):
        self.env["sync.flow"].search([]).active = False
        self.env.invalidate_all()
        for name, records in self.both():
            with self.subTest(name):
                self.assertFalse(records[0].x_external_id)
                self.assertFalse(records[0].sync_state)
                self.assertFalse(
                    records.search(
                        [("id", "in", records.ids), ("sync_state", "!=", False)]
                    )
                )
                with (
                    self.assertRaisesRegex(UserError, "No stock API is configured for"),
                    self.env.cr.savepoint(),
                ):
                    records[2].x_external_id = "new"
                self.env.invalidate_all()

    def test_new_id_starts_from_scratch(self):
        self.api_says("5", updated_at="2026-01-02T10:00:00Z")
        self.sync()
        self.answers.clear()
        self.sync()
        binding = self.product.sync_binding_ids
        self.assertEqual((binding.state, len(binding.level_ids)), ("error", 1))
        self.product.x_external_id = "999"
        self.assertEqual(binding.state, "new")
        self.assertFalse(binding.error_code)
        self.assertFalse(binding.level_ids)
        self.assertFalse(self.product.last_sync_date)
        self.assertFalse(self.product.sync_error_message)
        self.api_says("6", "999", updated_at="2026-01-01T10:00:00Z")
        self.assertEqual(self.sync().changed, 1)

    def test_same_id_again_forgets_nothing(self):
        self.api_says("5")
        self.sync()
        date = self.product.last_sync_date
        self.product.x_external_id = " 123 "
        self.assertEqual(self.product.sync_state, "ok")
        self.assertEqual(self.product.last_sync_date, date)

    def test_each_company_has_its_own_id(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        backend = self.env["sync.flow"].create(
            {"name": "Other", "company_id": other.id, "base_url": API}
        )
        for name, records in self.both():
            with self.subTest(name):
                here = records[0]
                there = here.with_company(other)
                there.x_external_id = f"there {name}"
                self.env.invalidate_all()
                self.assertEqual(here.x_external_id, "123")
                self.assertEqual(there.x_external_id, f"there {name}")
                self.assertEqual(
                    self.product.sync_binding_ids.flow_id, self.backend + backend
                )
                domain = [("x_external_id", "=", "123")]
                self.assertEqual(here.search(domain), here)
                self.assertFalse(there.search(domain))
                there.x_external_id = False
                self.assertEqual(here.x_external_id, "123")


@tagged("post_install", "-at_install")
class TestProductSearch(ProductFieldsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # synchronised at two times, in two states; and one not at all
        levels = cls.env["stock.sync.level"]
        cls.now = fields.Datetime.now().replace(microsecond=0)
        for product, age in ((cls.product, 0), (cls.second, 60)):
            levels.create(
                {
                    "binding_id": product.sync_binding_ids.id,
                    "location_id": cls.stock.id,
                    "date": cls.now - timedelta(days=age),
                }
            )
        cls.product.sync_binding_ids.state = "ok"
        cls.second.sync_binding_ids.state = "error"

    def test_fields_are_searched(self):
        yesterday = self.now - timedelta(days=1)
        for domain, expected in (
            ([("x_external_id", "=", "123")], "1"),
            ([("x_external_id", "=", "12")], ""),
            ([("x_external_id", "!=", "123")], "2-"),
            ([("x_external_id", "in", ["123", "456", "789"])], "12"),
            ([("x_external_id", "not in", ["123"])], "2-"),
            ([("x_external_id", "in", ["123", False])], "1-"),
            ([("x_external_id", "=", False)], "-"),
            ([("x_external_id", "!=", False)], "12"),
            ([("x_external_id", "ilike", "2")], "1"),
            ([("x_external_id", "not ilike", "2")], "2-"),
            ([("x_external_id", "=like", "4%")], "2"),
            ([("sync_state", "=", "ok")], "1"),
            ([("sync_state", "!=", "ok")], "2-"),
            ([("sync_state", "in", ["ok", "error"])], "12"),
            ([("sync_state", "=", False)], "-"),
            ([("last_sync_date", "=", False)], "-"),
            ([("last_sync_date", "!=", False)], "12"),
            ([("last_sync_date", ">=", yesterday)], "1"),
            ([("last_sync_date", "<", yesterday)], "2"),
            (["|", ("sync_state", "=", "ok"), ("x_external_id", "=", "456")], "12"),
            (["!", ("sync_state", "=", "ok")], "2-"),
        ):
            for name, records in self.both():
                with self.subTest(name, domain=domain):
                    wanted = records.browse(
                        records.ids["12-".index(which)] for which in expected
                    )
                    found = records.search([("id", "in", records.ids), *domain])
                    self.assertEqual(found, wanted & found)
                    self.assertEqual(len(found), len(wanted))

    def test_search_sees_what_is_not_flushed_yet(self):
        self.product.x_external_id = "fresh"
        self.assertEqual(
            self.products.search([("x_external_id", "=", "fresh")]), self.product
        )
        self.product.x_external_id = False
        self.assertFalse(self.products.search([("x_external_id", "=", "fresh")]))

    def test_fields_are_sorted(self):
        for order, expected in (
            ("x_external_id", "12-"),
            ("x_external_id desc", "-21"),
            ("last_sync_date", "21-"),
            ("last_sync_date desc", "-12"),
            ("sync_state", "21-"),
        ):
            for name, records in self.both():
                with self.subTest(name, order=order):
                    found = records.search([("id", "in", records.ids)], order=order)
                    self.assertEqual(
                        found.ids,
                        [records.ids["12-".index(which)] for which in expected],
                    )

    def test_fields_are_grouped(self):
        months = {
            f"{date:%Y-%m-01}" for date in (self.now, self.now - timedelta(days=60))
        }
        for name, records in self.both():
            domain = [("id", "in", records.ids)]
            with self.subTest(name):
                states = records._read_group(domain, ["sync_state"], ["__count"])
                self.assertEqual(set(states), {("ok", 1), ("error", 1), (False, 1)})
                ids = records._read_group(domain, ["x_external_id"], ["__count"])
                self.assertEqual(set(ids), {("123", 1), ("456", 1), (False, 1)})
                dates = records._read_group(domain, ["last_sync_date:month"])
                self.assertEqual(
                    {f"{date:%Y-%m-%d}" for [date] in dates if date}, months
                )
                groups = records.formatted_read_group(
                    domain, ["sync_state"], ["__count"]
                )
                for group in groups:  # a click on it opens what it counts
                    self.assertEqual(
                        records.search_count(domain + group["__extra_domain"]),
                        group["__count"],
                    )

    def test_ids_are_imported(self):
        for name, records in self.both():
            with self.subTest(name):
                result = records.load(
                    ["name", "x_external_id"],
                    [["A", f"{name} 1"], ["B", f"{name} 2"], ["C", ""]],
                )
                self.assertFalse(result["messages"])
                imported = records.browse(result["ids"])
                self.assertEqual(
                    imported.mapped("x_external_id"),
                    [f"{name} 1", f"{name} 2", False],
                )
                result = records.load(
                    [".id", "x_external_id"], [[str(records[2].id), f"{name} 3"]]
                )
                self.assertFalse(result["messages"])
                self.assertEqual(records[2].x_external_id, f"{name} 3")

    def test_import_of_a_duplicate_says_so(self):
        result = self.products.load(
            ["name", "x_external_id"], [["A", "new"], ["B", "123"]]
        )
        self.assertFalse(result["ids"])
        self.assertEqual(result["messages"][-1]["record"], 1)
        for message in result["messages"]:
            self.assertIn(DUPLICATE, message["message"])

    def test_export_gives_the_id(self):
        exported = self.product.export_data(["x_external_id", "sync_state"])
        self.assertEqual(exported["datas"], [["123", "Up to date"]])

    def test_name_search_and_forms_work_for_employees_without_stock(self):
        employee = new_test_user(self.env, "sync_employee")
        for name, records in self.both():
            with self.subTest(name):
                [values] = (
                    records[0]
                    .with_user(employee)
                    .read(["x_external_id", "last_sync_date", "sync_state"])
                )
                self.assertEqual(values["x_external_id"], "123")


@tagged("post_install", "-at_install")
class TestAdoption(ProductFieldsCase):
    """A manual field ``x_external_id`` that a database has had before."""

    def adopt(self, table, ids):
        """Give the table a column as a manual field has, and install."""
        self.env.flush_all()
        self.env.cr.execute(f"ALTER TABLE {table} ADD COLUMN x_external_id varchar")
        for record, external_id in ids.items():
            self.env.cr.execute(
                f"UPDATE {table} SET x_external_id = %s WHERE id = %s",
                [external_id, record.id],
            )
        post_init_hook(self.env)
        self.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.Binding.search([]).unlink()

    def test_installation_without_such_a_field_binds_nothing(self):
        post_init_hook(self.env)
        self.assertFalse(self.Binding.search([]))

    def test_ids_of_templates_and_variants_are_kept(self):
        for table, records in (
            ("product_product", self.products),
            ("product_template", self.products.product_tmpl_id),
        ):
            with self.subTest(table), self.env.cr.savepoint() as savepoint:
                self.adopt(
                    table, {records[0]: "123", records[1]: " 4/5 ", records[2]: ""}
                )
                self.assertEqual(
                    self.products.mapped("x_external_id"), ["123", "4/5", False]
                )
                self.env.cr.execute(
                    f"SELECT x_external_id FROM {table} WHERE id IN %s ORDER BY id",
                    [tuple(records.ids)],
                )
                self.assertEqual(self.env.cr.fetchall(), [("123",), (" 4/5 ",), ("",)])
                savepoint.rollback()
            self.env.invalidate_all()

    def test_id_that_several_products_share_is_left_and_logged(self):
        with self.assertLogs("odoo.addons.stock_sync_api.hooks", "WARNING") as logs:
            self.adopt(
                "product_product",
                {self.product: "1", self.second: "1", self.unbound: "2"},
            )
        self.assertEqual(self.products.mapped("x_external_id"), [False, False, "2"])
        [entry] = logs.output
        self.assertIn(str([self.product.id, self.second.id]), entry)

    def test_id_shared_by_a_product_of_the_company_and_one_of_all_is_left(self):
        self.second.company_id = self.env.company
        with self.assertLogs("odoo.addons.stock_sync_api.hooks", "WARNING"):
            self.adopt("product_product", {self.product: "1", self.second: "1"})
        self.assertFalse(self.Binding.search([]))

    def test_what_cannot_be_adopted_does_not_stop_the_installation(self):
        other = self.env["res.company"].create({"name": "No Backend"})
        self.second.company_id = other
        with self.assertLogs("odoo.addons.stock_sync_api.hooks", "WARNING") as logs:
            self.adopt(
                "product_product",
                {self.product: "1", self.second: "2", self.unbound: "a\nb"},
            )
        self.assertEqual(self.product.x_external_id, "1")
        self.assertEqual(len(self.Binding.search([])), 1)
        self.assertEqual(len(logs.output), 2)

    def test_id_of_a_template_with_variants_is_left(self):
        template = self.env["product.template"].create(self.variant_values())
        with self.assertLogs("odoo.addons.stock_sync_api.hooks", "WARNING"):
            self.adopt("product_template", {template: "1"})
        self.assertFalse(self.Binding.search([]))


@tagged("post_install", "-at_install")
class TestBackend(ProductFieldsCase):
    def second_backend(self, location, **values):
        return self.env["sync.flow"].create(
            {"name": "Second", "base_url": API, "location_id": location.id, **values}
        )

    def bind(self, backend, product):
        return self.Binding.create(
            {"flow_id": backend.id, "product_id": product.id, "external_id": "x"}
        )

    def assert_refused_by_name(self):
        return self.assertRaisesRegex(
            ValidationError, "Product 123.*(Test API, Second|Second, Test API)"
        )

    def test_two_backends_never_set_one_product_at_overlapping_locations(self):
        inner = self.env["stock.location"].create(
            {"name": "Inner", "usage": "internal", "location_id": self.shelf.id}
        )
        for theirs, ours in (
            (self.stock, self.stock),
            (self.stock, self.shelf),
            (self.shelf, self.stock),
            (self.stock, inner),
            (inner, self.stock),
        ):
            with self.subTest(theirs=theirs.name, ours=ours.name):
                self.backend.location_id = theirs
                with self.env.cr.savepoint() as savepoint:
                    second = self.second_backend(ours)
                    with self.assert_refused_by_name():
                        self.bind(second, self.product)
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_overlap_is_refused_when_the_location_changes(self):
        second = self.second_backend(self.warehouse.wh_input_stock_loc_id)
        self.bind(second, self.product)
        with self.assert_refused_by_name():
            second.location_id = self.shelf

    def test_overlap_is_refused_when_a_location_moves_below_another(self):
        apart = self.env["stock.location"].create(
            {
                "name": "Apart",
                "usage": "internal",
                "location_id": self.warehouse.view_location_id.id,
            }
        )
        self.bind(self.second_backend(apart), self.product)
        with self.assert_refused_by_name():
            apart.location_id = self.stock

    def test_overlap_is_refused_when_a_backend_is_activated(self):
        second = self.second_backend(self.shelf, active=False)
        self.bind(second, self.product)
        with self.assert_refused_by_name():
            second.active = True

    def test_backends_may_overlap_for_different_products(self):
        second = self.second_backend(self.shelf)
        self.bind(second, self.unbound)
        self.assertEqual(self.unbound.sync_binding_ids.flow_id, second)

    def test_sibling_locations_do_not_overlap(self):
        self.warehouse.wh_input_stock_loc_id.active = True
        second = self.second_backend(self.warehouse.wh_input_stock_loc_id)
        self.bind(second, self.product)
        self.api_says("5")
        self.api_says("6", "x")
        self.sync()
        self.assertEqual(self.on_hand(), 5)
        self.assertEqual(self.on_hand(location=second.location_id), 6)

    def test_location_is_internal_and_counterpart_an_inventory_loss(self):
        customers = self.env.ref("stock.stock_location_customers")
        for name in ("location_id", "inventory_location_id"):
            with (
                self.subTest(name),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                self.backend[name] = customers
            self.env.invalidate_all()

    def test_base_urls_that_are_accepted(self):
        for url, kept in (
            ("http://localhost:5000", "http://localhost:5000"),
            ("https://api.example.com/v1/", "https://api.example.com/v1"),
            ("  https://api.example.com  ", "https://api.example.com"),
            ("HTTPS://API.example.com", "HTTPS://API.example.com"),
            ("http://[::1]:8080/api", "http://[::1]:8080/api"),
            ("http://192.0.2.1", "http://192.0.2.1"),
            ("https://bücher.example", "https://bücher.example"),
            (False, False),
            ("", ""),
        ):
            with self.subTest(url=url):
                self.backend.base_url = url
                self.assertEqual(self.backend.base_url or False, kept or False)

    def test_base_urls_that_are_refused(self):
        for url in (
            "api.example.com",
            "localhost:5000",
            "/stock",
            "ftp://api.example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://",
            "http:///path",
            "http://:80",
            "http://user@api.example.com",
            "http://user:secret@api.example.com",
            "http://api.example.com?key=1",
            "http://api.example.com/#top",
            "http://api.example.com:0",
            "http://api.example.com:99999",
            "http://api.example.com:http",
            "http://[::1",
            "http://api example.com",
            "http://api.example.com/\r\nX: 1",
            "http://api.example.com/a\tb",
        ):
            with (
                self.subTest(url=url),
                self.assertRaisesRegex(ValidationError, "Base URL must look like"),
                self.env.cr.savepoint(),
            ):
                self.backend.base_url = url
            self.env.invalidate_all()

    def test_item_paths(self):
        for path, valid in (
            ("/stock/{external_id}", True),
            ("/v2/items/{external_id}/stock", True),
            ("/stock?id={external_id}", True),
            (" /stock/{external_id} ", True),
            ("stock/{external_id}", False),
            ("/stock", False),
            ("/stock/{id}", False),
            ("/{external_id}/{external_id}", False),
            ("http://elsewhere/{external_id}", False),
            ("@elsewhere/{external_id}", False),
        ):
            with self.subTest(path=path), self.env.cr.savepoint():
                if valid:
                    self.backend.item_path = path
                    self.assertEqual(self.backend.item_path, path.strip())
                else:
                    with (
                        self.assertRaisesRegex(ValidationError, "item path"),
                        self.env.cr.savepoint(),
                    ):
                        self.backend.item_path = path
                    self.env.invalidate_all()

    def test_api_key_header_is_a_plain_name(self):
        self.backend.auth_header = "X-Api-Key2"
        self.backend.auth_type = "api_key"
        for header in ("", False, "X Key", "X-Key:", "X-Key\r\nHost", "Schlüssel"):
            with (
                self.subTest(header=header),
                self.assertRaisesRegex(ValidationError, "API key header"),
                self.env.cr.savepoint(),
            ):
                self.backend.auth_header = header
            self.env.invalidate_all()

    def test_limits_are_at_least_one(self):
        for name in ("request_timeout", "max_attempts", "concurrency"):
            for value in (0, -1):
                with (
                    self.subTest(name, value=value),
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(CheckViolation),
                    self.env.cr.savepoint(),
                ):
                    self.backend[name] = value
                    self.env.flush_all()
                self.env.invalidate_all()

    def test_copy_of_a_backend_has_another_name_and_no_secret(self):
        self.backend.write({"auth_type": "bearer", "secret_input": "canary"})
        copy = self.backend.copy()
        self.assertNotEqual(copy.name, self.backend.name)
        self.assertTrue(self.backend.has_secret)
        self.assertFalse(copy.has_secret)
        self.assertFalse(copy.binding_ids)
