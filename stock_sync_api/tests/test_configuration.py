import json
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.client import InvalidResponse
from odoo.addons.base_sync_api.client.errors import AuthFailed

from ..client import Level, StockApi
from .common import API, StockSyncCase

PRESETS = {
    "globalshop": ("list", "page", "on_hand"),
    "shopify": ("list", "link", "available"),
    "amazon": ("list", "cursor", "available"),
    "woocommerce": ("list", "page", "on_hand"),
    "square": ("list", "cursor", "on_hand"),
    "bigcommerce": ("list", "page", "on_hand"),
    "commercetools": ("list", "offset", "on_hand"),
    "ebay": ("list", "next_url", "available"),
    "adobe": ("list", "page", "on_hand"),
}


@tagged("post_install", "-at_install")
class TestSettings(StockSyncCase):
    """What a backend's fields tell the client."""

    def test_backend_with_an_address_alone_asks_product_by_product(self):
        settings = self.backend._get_api_settings()
        self.assertEqual(settings.base_url, API)
        self.assertEqual(settings.item_path, "/stock/{external_id}")
        self.assertEqual((settings.list_path, settings.mode), ("", "item"))
        self.assertEqual((settings.headers, settings.params), ((), ()))
        self.assertEqual(settings.mapping.item_rows, "@")
        self.assertEqual(settings.mapping.external_id, "product_id")
        self.assertEqual(settings.mapping.quantity, "quantity")
        self.assertEqual(settings.mapping.date, "updated_at")
        self.assertEqual(settings.auth.kind, "none")

    def test_path_of_the_list_is_all_that_globalshops_list_needs(self):
        self.backend.list_path = "/stock"
        settings = self.backend._get_api_settings()
        paging = settings.paging
        self.assertEqual((settings.mode, settings.method), ("list", "GET"))
        self.assertEqual(settings.since_param, "updated_since")
        self.assertEqual(settings.mapping.rows, "items")
        self.assertEqual((paging.kind, paging.param, paging.first), ("page", "page", 1))
        self.assertEqual((paging.size_param, paging.size), ("per_page", 500))
        self.assertEqual((paging.pages, paging.total), ("pages", "total"))

    def test_path_of_the_list_decides_how_all_products_are_asked_for(self):
        self.assertEqual(self.backend.request_mode, "item")
        self.backend.list_path = "/stock"
        self.assertEqual(self.backend.request_mode, "list")
        self.backend.request_mode = "ids"
        self.backend.list_path = "/levels"
        self.assertEqual(self.backend.request_mode, "ids", "chosen by a person")
        self.backend.list_path = False
        self.assertEqual(self.backend.request_mode, "item")
        self.backend.write({"list_path": "/stock", "request_mode": "item"})
        self.assertEqual(self.backend.request_mode, "item", "chosen by a person")

    def test_limits_reach_the_client(self):
        self.backend.write(
            {
                "max_answer_mb": 3,
                "requests_per_second": 2.5,
                "concurrency": 8,
                "request_timeout": 5,
            }
        )
        settings = self.backend._get_api_settings()
        self.assertEqual(settings.limits.max_bytes, 3 * 2**20)
        self.assertEqual(settings.limits.total_timeout, 5)
        self.assertEqual(settings.requests_per_second, 2.5)
        self.assertEqual(settings.concurrency, 8)

    def test_rows_are_headers_and_parameters(self):
        self.backend.parameter_ids = [
            Command.create({"kind": "header", "name": "X-Client", "value": "odoo"}),
            Command.create({"name": "market", "value": "FR"}),
            Command.create({"name": "market", "value": "BE"}),
            Command.create({"name": "to_fill_in"}),
        ]
        settings = self.backend._get_api_settings()
        self.assertEqual(settings.headers, (("X-Client", "odoo"),))
        self.assertEqual(settings.params, (("market", "FR"), ("market", "BE")))

    def test_key_goes_in_a_header_or_in_a_parameter(self):
        self.backend.write({"auth_type": "api_key", "secret_input": "k"})
        auth = self.backend._get_api_settings().auth
        self.assertEqual((auth.header, auth.param), ("X-API-Key", ""))
        self.backend.write({"auth_param": "api_key", "auth_header": False})
        self.assertEqual(self.backend._get_api_settings().auth.param, "api_key")

    def test_oauth2_has_its_own_address_and_scope(self):
        self.backend.auth_type = "oauth2"
        code, facts = self.backend._problem(self.user)
        self.assertEqual((code, facts["reason"]), ("not_configured", "no_token_url"))
        self.backend.write(
            {
                "auth_username": "client",
                "oauth_token_url": "https://auth.example.com/token",
                "oauth_scope": "stock:read",
                "secret_input": "s",
            }
        )
        auth = self.backend._get_api_settings().auth
        self.assertEqual(
            (auth.kind, auth.username, auth.secret, auth.token_url, auth.scope),
            ("oauth2", "client", "s", "https://auth.example.com/token", "stock:read"),
        )


@tagged("post_install", "-at_install")
class TestRefusedSettings(StockSyncCase):
    """What cannot work is refused when it is saved, with a sentence."""

    def assert_refused(self, values, *words):
        with self.subTest(values), self.env.cr.savepoint() as savepoint:
            with self.assertRaises(ValidationError) as refusal:
                self.backend.write(values)
            for word in words:
                self.assertIn(word, str(refusal.exception))
            savepoint.rollback()

    def test_expression_that_does_not_compile_is_refused_with_its_place(self):
        self.backend.list_path = "/stock"
        for fname, label in (
            ("rows_path", "Rows"),
            ("item_rows_path", "Rows of One Product"),
            ("external_id_path", "External ID"),
            ("quantity_path", "Quantity"),
            ("location_path", "Location Code"),
            ("date_path", "Time"),
            ("levels_path", "Levels Inside a Row"),
            ("filter_path", "Only Rows Where"),
            ("success_path", "Success"),
            ("next_path", "Next Page"),
            ("pages_path", "Number of Pages"),
            ("total_path", "Number of Rows"),
        ):
            values = {fname: "stock.]level"}
            if fname == "next_path":
                values["paging"] = "cursor"
            self.assert_refused(values, label, "stock. ⟨?⟩ ]level")

    def test_what_the_form_hides_is_looked_at_once_it_shows_it(self):
        broken = {"next_path": "stock.]level", "pages_path": "stock.]pages"}
        self.backend.write({"list_path": "/stock", "paging": "none", **broken})
        self.assert_refused({"paging": "cursor"}, "Next Page", "⟨?⟩")
        self.assert_refused({"paging": "page"}, "Number of Pages", "⟨?⟩")
        self.backend.write({"oauth_token_url": "ftp://auth.example", "auth_param": "?"})
        self.assert_refused({"auth_type": "oauth2"}, "Token URL")
        self.assert_refused({"auth_type": "api_key"}, "“?”")

    def test_number_of_pages_may_be_in_a_header(self):
        self.backend.write(
            {"list_path": "/stock", "pages_path": "header:X-WP-TotalPages"}
        )
        paging = self.backend._get_api_settings().paging
        self.assertEqual(paging.pages, "header:X-WP-TotalPages")

    def test_paths_that_no_request_can_use_are_refused(self):
        for path in ("stock/{external_id}", "/stock", "/{external_id}/{external_id}"):
            self.assert_refused({"item_path": path}, "{external_id}")
        for path in ("stock", "/stock?page=1", "/stock#top", "/my stock"):
            self.assert_refused({"list_path": path}, "path of the list")
        self.backend.item_path = "/levels?sku={external_id}"

    def test_address_needs_a_server(self):
        for url in ("example.com", "ftp://example.com", "https://", "https://u:p@x.y"):
            self.assert_refused({"base_url": url}, "Base URL", "https://")
            oauth = {"auth_type": "oauth2", "oauth_token_url": url}
            self.assert_refused(oauth, "Token URL", "https://")

    def test_way_of_asking_needs_its_fields(self):
        self.assert_refused({"request_mode": "list"}, "Path of the List")
        self.assert_refused({"item_path": False}, "Path of One Product")
        self.assert_refused({"external_id_path": False, "list_path": "/stock"}, "ID")
        self.assert_refused({"list_path": "/stock", "paging": "cursor"}, "Next Page")
        for header in ("a b", "Host", "content-length", "Transfer-Encoding"):
            self.assert_refused(
                {"auth_type": "api_key", "auth_header": header}, "X-API-Key"
            )
        self.assert_refused({"auth_type": "basic", "auth_username": "a:b"}, "“:”")
        self.backend.write({"item_path": False, "list_path": "/stock"})

    def test_answer_about_one_product_needs_no_id(self):
        self.backend.external_id_path = False
        self.assertEqual(self.backend._get_api_settings().mapping.external_id, "")

    def test_names_that_no_request_can_carry_are_refused(self):
        self.backend.list_path = "/stock"
        for fname in ("ids_param", "since_param", "page_param", "page_size_param"):
            mode = "ids" if fname == "ids_param" else "list"
            self.assert_refused({fname: "a b", "request_mode": mode}, "“a b”")
        self.backend.page_param = "searchCriteria[currentPage]"
        for kind, name in (
            ("param", "a&b"),
            ("param", "a b"),
            ("header", "X Client"),
            ("header", "X-Client:"),
            ("header", "Host"),
            ("header", "content-length"),
        ):
            row = {"kind": kind, "name": name, "value": "1"}
            self.assert_refused({"parameter_ids": [Command.create(row)]}, name)
        row = {"kind": "header", "name": "X-Client", "value": "a\r\nX-Other: b"}
        self.assert_refused({"parameter_ids": [Command.create(row)]}, "one line")

    def test_limits_are_positive(self):
        for values in (
            {"max_answer_mb": 0},
            {"page_size": 0},
            {"ids_per_request": -1},
            {"requests_per_second": -1},
            {"full_sync_hours": -1},
            {"quantity_factor": 0},
        ):
            with self.subTest(values), mute_logger("odoo.sql_db"):
                with self.assertRaises(psycopg2.errors.CheckViolation):
                    with self.env.cr.savepoint():
                        self.backend.write(values)
                        self.env.flush_all()

    def test_factor_of_one_product_is_not_negative(self):
        binding = self.product.sync_binding_ids
        self.assertEqual(binding.quantity_factor, 0, "the backend's")
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                binding.quantity_factor = -1
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestPresets(StockSyncCase):
    def preset(self, name):
        return self.env.ref(f"stock_sync_api.preset_{name}")

    def create_backend(self, preset, **values):
        return self.env["sync.flow"].create(
            {
                "name": f"Preset {preset.name}",
                "preset_id": preset.id,
                "base_url": "http://localhost:9/preset",
                "location_id": self.shelf.id,
                **values,
            }
        )

    def settings(self, backend):
        settings = backend._get_api_settings()
        return (settings, backend.quantity_type)

    def test_each_preset_fills_everything_in_from_code(self):
        for name, expected in PRESETS.items():
            with self.subTest(name):
                backend = self.create_backend(self.preset(name))
                self.assertEqual(
                    (backend.request_mode, backend.paging, backend.quantity_type),
                    expected,
                )
                for fname, value in self.preset(name).values.items():
                    if fname != "parameter_ids":
                        self.assertEqual(backend[fname], value, fname)
                rows = self.preset(name).values.get("parameter_ids", [])
                names = backend.parameter_ids.mapped("name")
                self.assertCountEqual(names, [row["name"] for row in rows])

    def test_preset_does_the_same_however_it_is_chosen(self):
        for name in PRESETS:
            with self.subTest(name):
                preset = self.preset(name)
                created = self.create_backend(preset)
                # what a person has to fill in where the preset wants it
                values = {
                    "base_url": created.base_url,
                    "auth_username": "client",
                    "oauth_token_url": "https://auth.example/token",
                }
                created.write(values)
                written = self.backend.copy({**values, "name": f"Written {name}"})
                written.preset_id = preset
                form = Form(self.backend.copy({**values, "name": f"Chosen {name}"}))
                form.preset_id = preset
                chosen = form.save()
                expected = self.settings(created)
                self.assertEqual(expected[0].base_url, "http://localhost:9/preset")
                self._same_limits(created, written + chosen)
                self.assertEqual(self.settings(written), expected)
                self.assertEqual(self.settings(chosen), expected)

    def _same_limits(self, backend, others):
        """These are no preset's business, and differ in the tests' own backend."""
        fnames = ("concurrency", "max_attempts")
        others.write({fname: backend[fname] for fname in fnames})

    def test_what_is_said_explicitly_wins(self):
        backend = self.create_backend(
            self.preset("shopify"), page_size=10, quantity_type="on_hand"
        )
        self.assertEqual((backend.page_size, backend.quantity_type), (10, "on_hand"))
        self.assertEqual(backend.rows_path, "inventory_levels")
        backend.write({"preset_id": self.preset("ebay").id, "page_size": 20})
        self.assertEqual((backend.page_size, backend.paging), (20, "next_url"))

    def test_nothing_is_left_of_the_preset_that_was_chosen_before(self):
        backend = self.create_backend(self.preset("square"))
        for name in ("amazon", "globalshop"):
            backend.preset_id = self.preset(name)
            fresh = self.create_backend(self.preset(name))
            self.assertEqual(self.settings(backend), self.settings(fresh))
            fresh.unlink()

    def test_address_secret_and_stock_stay_as_they_are(self):
        self.backend.write({"auth_type": "bearer", "secret_input": "s3cret"})
        self.backend.preset_id = self.preset("ebay")
        self.assertEqual(self.backend.base_url, API)
        self.assertEqual(self.backend.sudo().secret, "s3cret")
        self.assertEqual(self.backend.location_id, self.stock)

    def test_copy_of_a_tuned_backend_keeps_what_was_tuned(self):
        backend = self.create_backend(self.preset("amazon"), page_size=7)
        backend.parameter_ids.filtered(
            lambda row: row.name == "marketplaceIds"
        ).value = "A1PA6795UKMFR9"
        copy = backend.copy()
        self.assertEqual(copy.page_size, 7)
        self.assertEqual(
            copy._get_api_settings().params, backend._get_api_settings().params
        )

    def test_another_addon_can_add_a_preset(self):
        preset = self.env["sync.preset"].create(
            {
                "name": "Invented",
                "values": {
                    "list_path": "/all",
                    "rows_path": "items(stock)",
                    "external_id_path": "[0]",
                    "quantity_path": "[1]",
                    "paging": "none",
                    "parameter_ids": [
                        {"kind": "header", "name": "X-Key", "is_secret": True}
                    ],
                },
            }
        )
        backend = self.create_backend(preset)
        self.assertEqual(backend.rows_path, "items(stock)")
        self.assertTrue(backend.parameter_ids.is_secret)
        self.assertEqual(backend.parameter_ids.kind, "header")

    def test_preset_cannot_set_addresses_secrets_or_nonsense(self):
        for values, word in (
            ({"base_url": "https://elsewhere.example"}, "base_url"),
            ({"oauth_token_url": "https://elsewhere.example"}, "oauth_token_url"),
            ({"secret": "x"}, "secret"),
            ({"parameter_ids": [{"name": "a", "secret": "x"}]}, "secret"),
            ({"list_path": "/a", "quantity_path": "a["}, "Quantity"),
            ({"list_path": "nonsense"}, "path of the list"),
        ):
            with self.subTest(values), self.assertRaises(ValidationError) as refusal:
                self.env["sync.preset"].create({"name": "Bad", "values": values})
            self.assertIn(word, str(refusal.exception))

    def test_preset_names_fields_that_exist(self):
        Flow = self.env["sync.flow"]
        fnames = Flow._get_preset_fields("stock_level")
        self.assertFalse(fnames - Flow._fields.keys())

    def test_presets_say_what_to_enter(self):
        for preset in self.env["sync.preset"].search([]):
            with self.subTest(preset.name):
                self.assertIn("Base URL: https://", preset.description)
                self.assertIn("quantity", preset.description.lower())


@tagged("post_install", "-at_install")
class TestLocationMap(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_warehouse = cls.env["stock.warehouse"].create(
            {"name": "Other", "code": "OTH"}
        )
        cls.other_stock = cls.other_warehouse.lot_stock_id

    def add(self, code, location=None, backend=None, **values):
        return self.env["stock.sync.location.map"].create(
            {
                "flow_id": (backend or self.backend).id,
                "code": code,
                "location_id": location.id if location else False,
                **values,
            }
        )

    def test_map_gives_the_row_of_each_code(self):
        paris = self.add(" PARIS ", self.stock)
        also_paris = self.add("PARIS-2", self.stock)
        old = self.add("OLD", ignored=True)
        self.assertEqual(
            self.backend._get_map(), {"PARIS": paris, "PARIS-2": also_paris, "OLD": old}
        )

    def test_location_below_another_of_the_same_backend_is_allowed(self):
        self.add("A", self.stock)
        self.add("B", self.shelf)
        self.assertEqual(len(self.backend.location_map_ids), 2)

    def test_code_needs_an_internal_location_of_the_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        for location in (
            None,
            self.env.ref("stock.stock_location_customers"),
            self.stock.location_id,  # a view
            elsewhere.lot_stock_id,
        ):
            with self.subTest(location=location and location.complete_name):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    self.add("A", location)

    def test_code_is_mapped_once(self):
        self.add("A", self.stock)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                self.add("A", self.shelf)

    def test_mapped_location_of_another_backend_is_refused_for_the_same_product(self):
        other = self.env["sync.flow"].create(
            {"name": "Other", "base_url": API, "location_id": self.other_stock.id}
        )
        binding = {"flow_id": other.id, "product_id": self.product.id}
        self.env["stock.sync.binding"].create({**binding, "external_id": "x"})
        row = self.add("A", self.other_warehouse.wh_input_stock_loc_id, other)
        with self.assertRaises(ValidationError) as refusal, self.env.cr.savepoint():
            row.location_id = self.shelf
        for word in (self.product.name, "Test API, Other", "SYT/Stock/Shelf"):
            self.assertIn(word, str(refusal.exception))
        row.write({"location_id": self.shelf.id, "ignored": True})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            row.ignored = False

    def test_location_that_moves_below_a_mapped_one_is_refused(self):
        other = self.env["sync.flow"].create(
            {"name": "Other", "base_url": API, "location_id": self.other_stock.id}
        )
        self.env["stock.sync.binding"].create(
            {
                "flow_id": other.id,
                "product_id": self.product.id,
                "external_id": "x",
            }
        )
        inner, outer = self.env["stock.location"].create(
            [
                {"name": name, "location_id": self.warehouse.view_location_id.id}
                for name in ("Inner", "Outer")
            ]
        )
        self.add("A", outer)
        self.add("B", inner, other)
        with self.assertRaises(ValidationError):
            inner.location_id = outer

    def test_copy_of_a_backend_has_the_same_map(self):
        self.add("A", self.stock)
        copy = self.backend.copy()
        self.assertEqual(copy.location_map_ids.location_id, self.stock)


@tagged("post_install", "-at_install")
class TestConnectionTest(StockSyncCase):
    """What the button **Test Connection** says."""

    def sample(self, **values):
        """What the client reports, without asking anyone."""
        defaults = {
            "url": f"{API}/stock?page=1",
            "status": 200,
            "seconds": 0.123,
            "size": 1234,
            "excerpt": '{"items": []}',
            "withheld": False,
            "rows": 0,
            "levels": [],
            "faults": [],
            "error": None,
            "has_next": False,
        }
        return SimpleNamespace(**{**defaults, **values})

    def dialog(self, **values):
        self.backend.list_path = "/stock"
        with patch.object(StockApi, "sample", lambda *args: self.sample(**values)):
            action = self.backend.action_test_connection()
        self.assertEqual(action["target"], "new")
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_product_is_asked_for_and_shown_as_understood(self):
        self.api_says("12", updated_at="2026-11-20T10:00:00Z")
        action = self.backend.action_test_connection()
        self.assertEqual(self.calls, ["123"])
        test = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn(f"{API}/stock/123 answered 200", test.summary)
        self.assertIn("product 123 has 12", test.summary)
        self.assertEqual(test.row_ids.product_id, self.product)
        self.assertEqual(test.row_ids.location_id, self.stock)
        self.assertEqual(test.row_ids.date, datetime(2026, 11, 20, 10))
        self.assertIn("Preview", test.next_step)
        self.assertFalse(test.problem)

    def test_list_is_shown_with_rows_and_next_page(self):
        test = self.dialog(
            rows=2,
            has_next=True,
            levels=[Level("123", Decimal("7.50")), Level("9", None)],
        )
        for words in (
            "answered 200 in 0.12 s",
            "1,234 bytes",
            "Rows found: 2",
            "a next",
        ):
            self.assertIn(words, test.summary)
        self.assertEqual(test.row_ids.mapped("quantity"), ["7.50", "null"])
        self.assertEqual(test.row_ids.product_id, self.product)
        self.assertEqual(test.excerpt, '{"items": []}')

    def test_fault_of_the_mapping_is_shown_beside_the_answer(self):
        fault = InvalidResponse(reason="missing", name="stock.level")
        test = self.dialog(rows=1, faults=[("123", fault)])
        self.assertIn("123: ", test.problem)
        self.assertIn("stock.level", test.problem)
        self.assertIn("Answers", test.next_step)

    def test_answer_that_is_not_understood_at_all_is_shown(self):
        test = self.dialog(error=InvalidResponse(reason="html"), excerpt="<html>")
        self.assertIn("web page", test.problem)
        self.assertEqual(test.excerpt, "<html>")

    def test_refusal_of_the_api_is_shown_in_its_own_words(self):
        error = AuthFailed(host="localhost:9", status=403)
        test = self.dialog(error=error, status=403, excerpt='{"error": "no scope"}')
        self.assertIn("refused the credentials", test.problem)
        self.assertIn("no scope", test.excerpt)
        self.assertFalse(test.next_step, "the problem says what to do")

    def answer_shown(self, answer):
        """The dialog about what the API answers to the question about one product."""
        self.answers["123"] = answer
        action = self.backend.action_test_connection()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_secret_that_the_api_echoes_is_not_shown(self):
        for kind in ("param", "header"):
            row = {"kind": kind, "name": "X-Token", "is_secret": True}
            row["secret_input"] = "s/cret é1234"
            self.backend.parameter_ids = [Command.clear(), Command.create(row)]
            test = self.answer_shown('{"you": "s/cret é1234"}')
            self.assertEqual(test.excerpt, '{"you": "•••"}')
            test = self.answer_shown('{"you": "s&#47;cret \\u00e91234"}')
            self.assertNotIn("1234", test.excerpt)
            self.assertIn("not shown", test.excerpt)
            test = self.answer_shown(
                (400, {}, '{"error": "bad token s%2fcret%20%c3%a91234"}')
            )
            self.assertNotIn("1234", f"{test.excerpt} {test.problem}")
            self.assertNotIn("The API says", test.problem)

    def test_refusal_is_quoted_in_the_sentence(self):
        test = self.answer_shown(
            (403, {}, '{"error": {"message": "IP <b>not</b> allowed"}}')
        )
        self.assertIn("refused the credentials", test.problem)
        self.assertTrue(
            test.problem.endswith("The API says: “IP not allowed”."), test.problem
        )

    def test_long_list_is_shown_in_part_and_its_codes_in_full(self):
        levels = [Level(str(n), Decimal(n), f"L{n:03}") for n in range(100)]
        test = self.dialog(rows=100, levels=levels)
        self.assertEqual(len(test.row_ids), 20)
        self.assertEqual(len(test.location_ids), 100)

    def test_answer_without_rows_says_where_to_look(self):
        self.assertIn("no rows", self.dialog().next_step)

    def test_unknown_products_are_the_next_step(self):
        test = self.dialog(rows=1, levels=[Level("unknown", Decimal(1))])
        self.assertIn("external ID", test.next_step)

    def test_codes_are_added_to_the_location_map_with_one_click(self):
        levels = [Level("123", Decimal(1), code) for code in ("B", "A", "C", "A")]
        test = self.dialog(rows=4, levels=levels)
        self.assertEqual(test.location_ids.mapped("code"), ["A", "B", "C"])
        self.assertIn("location map", test.next_step)
        first, second, _third = test.location_ids
        first.location_id = self.stock
        second.ignored = True
        test.action_add_locations()
        rows = self.backend._get_map()
        self.assertEqual(rows.keys(), {"A", "B"})
        self.assertEqual(rows["A"].location_id, self.stock)
        self.assertTrue(rows["B"].ignored)
        test = self.dialog(rows=4, levels=levels)
        self.assertEqual(test.location_ids.mapped("code"), ["C"])
        self.assertEqual(test.row_ids[1].location_id, self.stock)

    def test_only_code_is_that_of_the_backends_location(self):
        test = self.dialog(rows=1, levels=[Level("123", Decimal(1), "MAIN")])
        self.assertEqual(test.location_ids.location_id, self.stock)
        self.assertIn("Preview", test.next_step)

    def test_backend_without_a_location_can_be_tested(self):
        self.backend.location_id = False
        test = self.dialog(rows=1, levels=[Level("123", Decimal(1))])
        self.assertIn("location", test.next_step)

    def test_notification_is_enough_where_nothing_was_answered(self):
        for values, words in (
            ({"base_url": False}, "has no address"),
            ({"paused": True}, "is paused"),
        ):
            with self.subTest(words), self.env.cr.savepoint() as savepoint:
                self.backend.write(values)
                params = self.backend.action_test_connection()["params"]
                self.assertEqual(params["type"], "danger")
                self.assertIn(words, params["message"])
                savepoint.rollback()
        self.product.sync_binding_ids.unlink()
        params = self.backend.action_test_connection()["params"]
        self.assertIn("external ID of a product first", params["message"])
        self.assertFalse(self.calls)

    def test_stock_users_neither_test_nor_change_the_map(self):
        self.backend.list_path = "/stock"
        with self.assertRaises(AccessError):
            self.backend.with_user(self.user).action_test_connection()
        self.assertFalse(self.calls)
        test = self.dialog(rows=1, levels=[Level("123", Decimal(1), "A")])
        with self.assertRaises(AccessError):
            test.with_user(self.user).action_add_locations()

    def test_test_of_another_user_is_not_shown(self):
        test = self.dialog(rows=1, levels=[Level("123", Decimal(1))])
        other = new_test_user(
            self.env, "sync_other", groups="base.group_user,stock.group_stock_user"
        )
        with self.assertRaises(UserError):
            test.with_user(other).read(["summary"])

    def test_defaults_of_globalshop_do_not_stand_in_the_way_of_another_shape(self):
        backend = self.backend
        names = ["pages_path", "total_path", "since_param"]
        backend.list_path = "/stock"
        self.assertEqual(
            [backend[name] for name in names], ["pages", "total", "updated_since"]
        )
        values = {"page_param": "after", "next_path": "next", "paging": "cursor"}
        backend.write(values)
        self.assertEqual([backend[name] for name in names], [False] * 3)
        other = backend.copy({**values, "name": "Other", "total_path": "total"})
        self.assertEqual([other[name] for name in names], [False, "total", False])
        other.write({"since_param": "from", "total_path": "count"})
        other.paging = "page"
        self.assertEqual([other[name] for name in names], ["pages", "count", "from"])

    def test_result_can_be_told_as_json(self):
        # what the web client is sent
        action = self.dialog(rows=1, levels=[Level("1", Decimal(1))])._show()
        self.assertTrue(json.dumps(action))
