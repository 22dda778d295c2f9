from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import StockSyncCase
from .test_list import ListCase


class UnmatchedCase(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "sync_manager",
            groups="base.group_user,stock.group_stock_manager,"
            "product.group_product_manager",
        )
        cls.Unmatched = cls.env["stock.sync.unmatched"]

    def report(self, *external_ids, code="unmatched_product", backend=None, **facts):
        self.Unmatched._report(
            backend or self.backend,
            [
                (
                    external_id,
                    code,
                    {"external_id": external_id, **facts},
                    "5",
                    None,
                    None,
                )
                for external_id in external_ids
            ],
        )
        return self.rows(backend)

    def rows(self, backend=None):
        domain = [("flow_id", "=", (backend or self.backend).id)]
        return self.Unmatched.with_user(self.manager).search(domain)

    def unbound(self, **values):
        return self._create_product(**{"name": "Unbound", **values})

    def bound_ids(self, product):
        return product.sync_binding_ids.mapped("external_id")


@tagged("post_install", "-at_install")
class TestUnmatchedRows(UnmatchedCase):
    def test_row_tells_what_the_api_said(self):
        date = datetime(2026, 11, 20, 10)
        facts = {"external_id": "a", "products": "Lamp, Bowl"}
        self.Unmatched._report(
            self.backend, [("a", "ambiguous_product", facts, "12.50", "PARIS", date)]
        )
        row = self.rows()
        self.assertEqual(row.error_code, "ambiguous_product")
        self.assertEqual(row.error_facts, facts)
        self.assertEqual((row.quantity, row.location_code), ("12.50", "PARIS"))
        self.assertEqual(row.api_date, date)
        self.assertEqual(row.company_id, self.backend.company_id)
        self.assertTrue(row.error_message)

    def test_there_is_one_row_per_id_whatever_the_number_of_runs(self):
        first = self.report("a", "b", "a")
        self.assertEqual(first.mapped("external_id"), ["a", "b"])
        self.env.cr.execute("UPDATE stock_sync_unmatched SET first_seen = '2026-01-01'")
        self.env.invalidate_all()
        self.Unmatched._report(
            self.backend, [("a", "ambiguous_product", {}, "6", None, None)]
        )
        rows = self.rows()
        self.assertEqual(rows, first)
        self.assertEqual(rows.mapped("quantity"), ["6", "5"])
        self.assertEqual(rows[0].error_code, "ambiguous_product")
        self.assertEqual(rows[0].first_seen, datetime(2026, 1, 1))
        self.assertGreater(rows[0].last_seen, rows[0].first_seen)

    def test_ignored_row_stays_ignored_and_is_not_counted(self):
        row, _other = self.report("a", "b")
        self.assertEqual(self.backend.unmatched_count, 2)
        row.action_ignore()
        self.report("a", "b")
        self.assertTrue(row.ignored)
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.unmatched_count, 1)
        row.action_unignore()
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.unmatched_count, 2)

    def test_row_leaves_when_a_product_gets_its_id(self):
        self.report("a", "b")
        other = self.backend.copy({"location_id": self.shelf.id})
        self.report("a", backend=other)
        self.product.x_external_id = "a"
        self.assertEqual(self.rows().mapped("external_id"), ["b"])
        self.assertEqual(len(self.rows(other)), 1, "that of another backend stays")
        self.unbound(x_external_id="b")
        self.assertFalse(self.rows())

    def test_forgotten_ids_leave_and_others_stay(self):
        self.report("a", "b", "c")
        self.Unmatched._forget(self.backend, {"a", "c", "never seen"})
        self.assertEqual(self.rows().mapped("external_id"), ["b"])

    def test_batch_is_one_statement(self):
        rows = [
            (f"id-{n}", "unmatched_product", {}, "1", None, None) for n in range(500)
        ]
        self.Unmatched._report(self.backend, rows)
        with self.assertQueryCount(1):
            self.Unmatched._report(self.backend, rows)
        with self.assertQueryCount(1):
            self.Unmatched._forget(self.backend, [row[0] for row in rows])

    def test_nothing_to_report_is_no_statement(self):
        with self.assertQueryCount(0):
            self.Unmatched._report(self.backend, [])

    def test_rows_are_exported_with_their_sentence(self):
        self.report("a", "b")
        admin = self.env.ref("base.user_admin")
        fnames = ["flow_id/name", "external_id", "quantity", "error_message"]
        data = self.rows().with_user(admin).export_data(fnames)["datas"]
        self.assertEqual(
            [row[:3] for row in data], [["Test API", i, "5"] for i in "ab"]
        )
        self.assertTrue(all(row[3] for row in data))

    def test_backend_that_goes_takes_its_rows_along(self):
        other = self.backend.copy()
        rows = self.report("a", backend=other)
        other.unlink()
        self.assertFalse(rows.exists())


@tagged("post_install", "-at_install")
class TestUnmatchedRights(UnmatchedCase):
    def test_stock_users_read_and_managers_act(self):
        row = self.report("a")
        product = self.unbound(barcode="a")
        as_user = row.with_user(self.user)
        self.assertEqual(as_user.external_id, "a")
        self.assertEqual(as_user.suggested_product_ids, product)
        for action in ("link", "ignore", "unignore", "create_products"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(as_user, f"action_{action}")()
        self.assertFalse(self.bound_ids(product))
        row.action_link()
        self.assertEqual(self.bound_ids(product), ["a"])

    def test_employees_see_nothing(self):
        self.report("a")
        employee = new_test_user(self.env, "sync_employee")
        self.assertFalse(self.Unmatched.with_user(employee).has_access("read"))

    def test_rows_of_another_company_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.env["sync.flow"].create(
            {"name": "Elsewhere", "company_id": company.id}
        )
        self.report("a", backend=elsewhere)
        row = self.Unmatched.search([("flow_id", "=", elsewhere.id)])
        self.assertEqual(row.company_id, company)
        self.assertFalse(self.rows(elsewhere))


@tagged("post_install", "-at_install")
class TestLink(UnmatchedCase):
    def test_products_with_the_id_as_a_key_are_suggested(self):
        by_barcode = self.unbound(barcode="abc-1")
        by_reference = self.unbound(default_code="ABC-2")
        by_name = self.unbound(name="ABC-3")
        self.unbound(name="ABC-3", is_storable=False)
        row_1, row_2, row_3, row_4 = self.report("ABC-1", "ABC-2", "ABC-3", "ABC-4")
        self.assertEqual(row_1.suggested_product_ids, by_barcode)
        self.assertEqual(row_2.suggested_product_ids, by_reference)
        self.assertEqual(row_3.suggested_product_ids, by_name)
        self.assertFalse(row_4.suggested_product_ids)

    def test_nearly_alike_keys_are_suggested(self):
        for external_id, key in (
            ("SQ-2", "sq-2"),
            ("123456", "000123456"),
            ("000987654", "987654"),
            ("caf\u00e9-1", "cafe\u0301-1"),
            ("cafe\u0301-2", "caf\u00e9-2"),
            ("SQ-3", "SQ-3\u00a0"),
            ("SQ 4", "SQ\u00a04"),
            ("SQ-5", "SQ\u200b-5"),
            ("SQ\ufeff-6", "SQ-6"),
            ("SQ-7", " SQ-7\t"),
        ):
            for fname in ("default_code", "barcode"):
                with self.subTest(external_id=external_id, key=key, fname=fname):
                    product = self.unbound(**{fname: key})
                    row = self.report(external_id).filtered(
                        lambda row, wanted=external_id: row.external_id == wanted
                    )
                    self.assertEqual(row.suggested_product_ids, product)
                    product.unlink()
                    row.sudo().unlink()

    def test_product_that_has_the_very_id_goes_before_a_nearly_alike_one(self):
        product = self.unbound(default_code="123456")
        self.unbound(default_code="0123456")
        self.assertEqual(self.report("123456").suggested_product_ids, product)

    def test_nothing_is_like_an_id_of_nothing_but_zeros_and_spaces(self):
        self.unbound(default_code="0", barcode="00")
        self.unbound(default_code=" ")
        self.assertFalse(self.report("000").suggested_product_ids)

    def test_product_that_has_the_id_in_another_backend_is_suggested(self):
        other = self.backend.copy({"location_id": self.shelf.id})
        row = self.report("123", backend=other)
        self.assertFalse(row.suggested_product_ids - self.product)
        self.assertEqual(row.suggested_product_ids, self.product)

    def test_product_that_has_an_id_of_the_backend_is_not_suggested(self):
        self.product.barcode = "abc"
        self.assertFalse(self.report("abc").suggested_product_ids)

    def test_suggestions_of_a_whole_page_take_a_fixed_number_of_statements(self):
        self.unbound(barcode="a1")
        rows = self.report(*(f"a{n}" for n in range(80)))
        self.assertTrue(rows[:2].suggested_product_ids, "warm")
        self.env.invalidate_all()
        # three of them for the rules of the backends behind the flows
        with self.assertQueryCount(15):
            rows.mapped("suggested_product_ids")

    def test_chosen_product_is_linked_before_the_suggested_one(self):
        suggested, chosen = self.unbound(barcode="abc"), self.unbound()
        row = self.report("abc")
        row.product_id = chosen
        row.action_link()
        self.assertEqual(self.bound_ids(chosen), ["abc"])
        self.assertFalse(self.bound_ids(suggested))
        self.assertFalse(row.exists())

    def test_suggestions_are_linked_in_bulk_and_the_doubtful_are_left(self):
        plain = [self.unbound(barcode=f"plain-{n}") for n in range(3)]
        self.unbound(default_code="twice", name="One")
        self.unbound(default_code="twice", name="Two")
        shared = self.unbound(barcode="shared", default_code="also-shared")
        rows = self.report(
            "plain-0", "plain-1", "plain-2", "twice", "shared", "also-shared", "nothing"
        )
        message = rows.action_link()["params"]["message"]
        self.assertEqual(
            [self.bound_ids(product) for product in plain],
            [["plain-0"], ["plain-1"], ["plain-2"]],
        )
        self.assertFalse(self.bound_ids(shared), "it cannot have both ids")
        self.assertEqual(
            set(self.rows().mapped("external_id")),
            {"twice", "shared", "also-shared", "nothing"},
        )
        self.assertIn("3 linked. 4 left", message)

    def test_product_that_has_an_id_already_is_refused_with_a_sentence(self):
        row = self.report("abc")
        row.product_id = self.product
        with self.assertRaises(UserError) as refusal:
            row.action_link()
        self.assertIn("Nothing was linked", str(refusal.exception))
        self.assertEqual(self.bound_ids(self.product), ["123"])

    def test_product_of_another_company_cannot_be_chosen(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        product = self.unbound(company_id=company.id)
        row = self.report("abc").sudo()
        with self.assertRaises(UserError):
            row.product_id = product


@tagged("post_install", "-at_install")
class TestKeys(ListCase):
    """Products that are found by their reference or barcode, as Odoo has them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.page_size = 100
        cls.products.unlink()

    def find_by(self, fname, key, **values):
        self.backend.match_by = fname
        return self._create_product(**{fname: key, **values})

    def unmatched(self):
        return self.env["stock.sync.unmatched"].search(
            [("flow_id", "=", self.backend.id)]
        )

    def test_spaces_around_a_key_do_not_count(self):
        for fname in ("default_code", "barcode"):
            for number, key in enumerate(("SQ-2 ", " SQ-3", "\tSQ-4\r\n", "SQ 5 ")):
                product = self.find_by(fname, key)
                external_id = key.strip()
                self.list_says({external_id: str(number + 3)})
                with self.subTest(fname=fname, key=key):
                    run = self.sync_all()
                    self.assertEqual((run.state, run.changed), ("done", 1))
                    self.assertEqual(self.on_hand(product), number + 3)
                    self.assertEqual(product.x_external_id, external_id)
                    self.assertFalse(self.unmatched())
                product.x_external_id = False
                product.write({fname: False})

    def test_button_finds_a_product_with_spaces_around_its_key(self):
        product = self.find_by("default_code", "SQ-2 ")
        self.api_says("5", "SQ-2")
        run = self.sync(product)
        self.assertEqual((run.state, self.on_hand(product)), ("done", 5))

    def test_product_with_spaces_around_its_key_is_asked_about_by_its_id(self):
        product = self.find_by("barcode", " SQ-2")
        self.backend.request_mode = "item"
        self.api_says("5", "SQ-2")
        self.sync_all()
        self.assertEqual((self.calls, self.on_hand(product)), (["SQ-2"], 5))

    def test_key_of_nothing_but_spaces_is_none(self):
        product = self.find_by("default_code", "  ")
        self.backend.request_mode = "item"
        self.sync_all()
        run = self.sync(product)
        self.assertFalse(self.calls)
        self.assertEqual(run.line_ids.error_facts["reason"], "no_external_id")

    def test_two_products_that_differ_by_a_space_are_ambiguous(self):
        product = self.find_by("default_code", "SQ-2 ", name="Lamp")
        self.find_by("default_code", "SQ-2", name="Bowl")
        self.list_says({"SQ-2": "5"})
        self.sync_all()
        row = self.unmatched()
        self.assertEqual(row.error_code, "ambiguous_product")
        self.api_says("5", "SQ-2")
        run = self.sync(product)
        self.assertEqual(run.line_ids.error_code, "ambiguous_product")
        for message in (row.error_message, run.line_ids.error_message):
            self.assertIn("Lamp", message)
            self.assertIn("Bowl", message)
        self.assertFalse(self.calls)

    def test_nearly_alike_key_is_suggested_and_never_matched(self):
        for external_id, key in (
            ("SQ-2", "sq-2"),
            ("123", "00123"),
            ("caf\u00e9", "cafe\u0301"),
            ("SQ-3", "SQ-3\u00a0"),
            ("SQ-4", "SQ-4\u200b"),
        ):
            product = self.find_by("default_code", key)
            self.list_says({external_id: "5"})
            with self.subTest(external_id=external_id, key=key):
                self.sync_all()
                row = self.unmatched().filtered(
                    lambda row, wanted=external_id: row.external_id == wanted
                )
                self.assertEqual(row.suggested_product_ids, product)
                self.assertFalse(product.x_external_id)
                self.assertEqual(self.on_hand(product), 0)

    def test_looking_for_keys_takes_a_fixed_number_of_statements(self):
        self.backend.match_by = "default_code"
        match = self.env["stock.sync.match"]
        counts = []
        for count in (2, 40):
            for number in range(count):
                self._create_product(default_code=f"k{count}-{number} ")
            ids = {f"k{count}-{number}" for number in range(count)}
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(match._candidates(self.backend, ids).keys(), ids)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_keys_with_spaces_are_looked_for_by_an_index(self):
        # On a table of a few rows any way costs the same.
        self.env.cr.execute(
            """
            INSERT INTO product_product (product_tmpl_id, active, default_code, barcode)
                 SELECT %s, FALSE, 'plain' || number, 'plain' || number
                   FROM generate_series(1, 3000) number
            """,
            [self._create_shirt().id],
        )
        self.env.cr.execute("ANALYZE product_product")
        for fname in ("default_code", "barcode"):
            domain = self.env["stock.sync.match"]._key_domain(fname, ["a", "b"])
            query = self.env["product.product"]._search(domain, active_test=False)
            self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
            plan = str(self.env.cr.fetchall())
            with self.subTest(fname=fname, plan=plan):
                self.assertIn(f"sync_untrimmed_{fname}", plan)


@tagged("post_install", "-at_install")
class TestCreateProducts(UnmatchedCase):
    def test_storable_products_are_created_and_bound(self):
        action = self.report("new-1", "new-2").action_create_products()
        products = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(set(products.mapped("name")), {"new-1", "new-2"})
        for product in products:
            self.assertTrue(product.is_storable)
            self.assertEqual(product.default_code, product.name)
            self.assertEqual(self.bound_ids(product), [product.name])
        self.assertFalse(self.rows())

    def test_id_that_is_a_barcode_becomes_the_barcode(self):
        self.backend.match_by = "barcode"
        action = self.report("4006381333931").action_create_products()
        product = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(product.barcode, "4006381333931")
        self.assertFalse(product.default_code)

    def test_ambiguous_id_gets_no_further_product(self):
        row = self.report("abc", code="ambiguous_product")
        with self.assertRaises(UserError) as refusal:
            row.action_create_products()
        self.assertIn("Link one of them", str(refusal.exception))
        self.report("new")
        self.rows().action_create_products()
        self.assertEqual(self.rows(), row)

    def test_who_may_not_create_products_is_refused(self):
        stock_manager = new_test_user(
            self.env,
            "sync_stock_manager",
            groups="base.group_user,stock.group_stock_manager",
        )
        row = self.report("abc").with_user(stock_manager)
        with self.assertRaises(AccessError):
            row.action_create_products()
        self.assertTrue(row.exists())
