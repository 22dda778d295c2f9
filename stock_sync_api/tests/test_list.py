"""A run over the API's list: pages, deltas, what is missing, what comes twice."""

import json
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import stock_sync_read_source
from .common import SERVICE_LOGGER, StockSyncCase


class ListCase(StockSyncCase):
    """An API with a list, three rows a page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"list_path": "/stock", "page_size": 3})
        cls.products = cls.product | cls.env["product.product"].union(
            *(cls._create_product(f"p{number}") for number in range(7))
        )

    def setUp(self):
        super().setUp()
        self.rows = []
        self.queries = []
        self.fail_at_page = None

    def _answer(self, request):
        url = urlsplit(request.url)
        if not url.path.endswith("/stock"):
            return super()._answer(request)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.queries.append(query)
        page, size = int(query["page"]), int(query["per_page"])
        if page == self.fail_at_page:
            return 500, {}, "{}"
        answer = {
            "items": self.rows[(page - 1) * size : page * size],
            "page": page,
            "pages": -(-len(self.rows) // size),
            "total": len(self.rows),
        }
        return 200, {}, json.dumps(answer)

    def list_says(self, quantities, **more):
        """The API's whole list: ``{external id: quantity}``."""
        self.rows = [
            {"product_id": external_id, "quantity": quantity, **more}
            for external_id, quantity in quantities.items()
        ]

    def all_say(self, quantity):
        self.list_says({p.x_external_id: quantity for p in self.products})

    def sync_all(self, **options):
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.backend, **options)
        self.env.invalidate_all()
        return run.with_env(self.env)

    def sync_by_schedule(self):
        with mute_logger(SERVICE_LOGGER):
            self.env["stock.sync.service"]._cron_sync()
        self.env.invalidate_all()
        return self.env["sync.run"].search([("trigger", "=", "cron")], limit=1)


@tagged("post_install", "-at_install")
class TestList(ListCase):
    def test_all_pages_are_read_and_set(self):
        self.all_say("5")
        run = self.sync_all()
        self.assertEqual((run.state, run.received, run.changed), ("done", 8, 8))
        self.assertEqual([query["page"] for query in self.queries], ["1", "2", "3"])
        self.assertEqual(run.api_calls, 3)
        self.assertEqual([self.on_hand(p) for p in self.products], [5.0] * 8)
        self.assertTrue(run.complete)

    def test_second_identical_run_makes_no_move_and_no_line(self):
        self.all_say("5")
        self.sync_all()
        dates = self.products.sync_binding_ids.mapped("level_ids.date")
        with self.assertQueryCount(__system__=200):
            run = self.sync_all()
        self.assertEqual((run.state, run.unchanged, run.changed), ("done", 8, 0))
        self.assertFalse(run.line_ids)
        self.assertEqual(len(dates), 8)
        levels = self.products.sync_binding_ids.level_ids
        self.assertEqual(set(levels.mapped("accepted_by_run")), {run.id})

    def test_statements_do_not_grow_with_unchanged_products(self):
        self.backend.page_size = 100
        statements = []
        for more in (0, 30):
            for number in range(more):
                self.products |= self._create_product(f"m{number}")
            self.all_say(4)
            self.sync_all()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run = self.sync_all()
            self.env.flush_all()
            statements.append(self.env.cr.sql_log_count - before)
            self.assertEqual(run.unchanged, 8 + more)
        self.assertLessEqual(statements[1], statements[0] + 2)

    def test_unknown_ids_do_not_thin_the_guards_out(self):
        self.backend.guard_minimum = 2
        for product in self.products:
            self.set_stock(9, product)
        self.list_says({p.x_external_id: 0 for p in self.products[:3]})
        self.rows += [{"product_id": f"s{n}", "quantity": 5} for n in range(50)]
        self.assertEqual(self.sync_all().state, "held")

    def test_space_around_an_id_means_the_same_product(self):
        self.backend.write({"missing_policy": "zero", "match_by": "default_code"})
        product = self._create_product(default_code="REF-1")
        self.set_stock(5, product)
        self.all_say(1)
        self.rows.append({"product_id": " REF-1 ", "quantity": 5})
        for _time in range(2):
            self.sync_all()
            self.assertEqual(self.on_hand(product), 5)
        self.assertEqual(product.x_external_id, "REF-1")

    def test_list_of_changes_leaves_what_is_held_to_a_person(self):
        for product in self.products:
            self.set_stock(5, product)
        self.all_say(5)
        self.sync_by_schedule()
        self.backend.guard_minimum = 1
        self.set_stock(995)
        held = self.sync_by_schedule()
        self.backend.full_sync_hours = 0
        held = self.sync_by_schedule()
        self.assertTrue(held.has_held_lines)
        self.backend.full_sync_hours = 24
        self.rows = []
        run = self.sync_by_schedule()
        self.assertTrue(run.delta)
        self.assertTrue(held.has_held_lines, "a delta says nothing about it")

    def test_product_that_comes_twice_counts_once(self):
        self.all_say(5)
        self.rows.append(self.rows[0])
        run = self.sync_all()
        self.assertEqual((run.state, run.changed, run.failed), ("done", 8, 0))
        self.assertEqual(self.on_hand(), 5)
        self.assertEqual(self.sync_all().unchanged, 8)

    def test_product_with_two_quantities_is_an_error_and_left_alone(self):
        for before in (5, 6, 7):
            # equal to the first, to the second, to none
            with self.subTest(before=before):
                self.set_stock(before - self.on_hand())
                self.all_say(5)
                self.rows.append({"product_id": "123", "quantity": 6})
                run = self.sync_all()
                line = run.line_ids.filtered(lambda li: li.product_id == self.product)
                self.assertEqual(
                    (line.state, line.error_code), ("failed", "invalid_response")
                )
                self.assertEqual(self.on_hand(), before)
                self.assertEqual(self.product.sync_state, "error")

    def test_unknown_ids_are_reported_once(self):
        self.all_say(5)
        self.rows.append({"product_id": "stranger", "quantity": "7"})
        for _time in range(2):
            run = self.sync_all()
            self.assertEqual((run.state, run.unmatched), ("done", 1))
        row = self.env["stock.sync.unmatched"].search(
            [("flow_id", "=", self.backend.id)]
        )
        self.assertEqual(
            (row.external_id, row.error_code), ("stranger", "unmatched_product")
        )

    def test_bad_row_is_its_products_problem_only(self):
        self.all_say(5)
        self.rows[1]["quantity"] = "many"
        run = self.sync_all()
        self.assertEqual((run.state, run.changed, run.failed), ("partial", 7, 1))
        self.assertEqual(self.products[1].sync_state, "error")

    def test_preview_changes_no_stock(self):
        self.all_say(5)
        run = self.sync_all(preview=True)
        self.assertEqual(set(run.line_ids.mapped("state")), {"planned"})
        self.assertEqual([self.on_hand(p) for p in self.products], [0.0] * 8)

    def test_product_matched_by_reference_is_bound_on_the_way(self):
        self.backend.match_by = "default_code"
        product = self._create_product(default_code="REF-1")
        twins = [self._create_product(default_code="REF-2") for _two in range(2)]
        self.all_say(5)
        self.rows += [
            {"product_id": "REF-1", "quantity": "3"},
            {"product_id": "REF-2", "quantity": "4"},
        ]
        preview = self.sync_all(preview=True)
        self.assertIn(product, preview.line_ids.product_id)
        self.assertFalse(product.sync_binding_ids, "a preview binds nothing")
        run = self.sync_all()
        self.assertEqual(product.x_external_id, "REF-1")
        self.assertEqual((self.on_hand(product), self.on_hand(twins[0])), (3, 0))
        row = self.env["stock.sync.unmatched"].search(
            [("flow_id", "=", self.backend.id)]
        )
        self.assertEqual(
            (row.external_id, row.error_code), ("REF-2", "ambiguous_product")
        )
        self.assertEqual(run.unmatched, 1)

    def test_schedule_asks_for_changes_after_a_whole_run(self):
        self.all_say(5)
        whole = self.sync_by_schedule()
        self.assertFalse(whole.delta)
        self.queries.clear()
        self.list_says({"123": 8})
        run = self.sync_by_schedule()
        self.assertTrue(run.delta)
        since = fields.Datetime.to_datetime(
            self.queries[0]["updated_since"].replace("T", " ").removesuffix("Z")
        )
        self.assertEqual(since, whole.start_date - timedelta(minutes=10))
        self.assertEqual((run.state, run.changed, self.on_hand()), ("done", 1, 8))
        self.assertEqual(
            self.products[1].sync_state, "ok", "not mentioned: not missing"
        )

    def test_mark_moves_only_after_a_complete_run(self):
        self.all_say(5)
        whole = self.sync_by_schedule()
        self.fail_at_page = 1
        self.assertEqual(self.sync_by_schedule().state, "failed")
        self.fail_at_page = None
        run = self.sync_by_schedule()
        self.assertEqual(run.since_date, whole.start_date - timedelta(minutes=10))

    def test_whole_run_comes_every_so_often_and_for_new_bindings(self):
        self.all_say(5)
        whole = self.sync_by_schedule()
        self._create_product("new")
        self.assertFalse(self.sync_by_schedule().delta)
        self.assertTrue(self.sync_by_schedule().delta, "a missing one is known now")
        runs = self.env["sync.run"].search([("id", ">=", whole.id)])
        runs.start_date = fields.Datetime.now() - timedelta(hours=25)
        self.assertFalse(self.sync_by_schedule().delta)

    def test_change_of_the_api_is_followed_by_a_whole_run(self):
        self.all_say(5)
        self.sync_by_schedule()
        self.backend.paused = False
        self.backend.write({"page_size": 4, "request_timeout": 5})
        self.assertTrue(self.sync_by_schedule().delta, "the API is the same")
        self.backend.filter_path = "product_id"
        self.assertFalse(self.sync_by_schedule().delta)

    def test_delta_is_guarded_by_the_number_of_all_products(self):
        self.backend.guard_minimum = 1
        for product in self.products:
            self.set_stock(5, product)
        self.all_say(5)
        self.sync_by_schedule()
        self.list_says({"123": 0})
        self.assertEqual(self.sync_by_schedule().state, "done")
        self.list_says({p.x_external_id: 0 for p in self.products[1:3]})
        self.assertEqual(self.sync_by_schedule().state, "held")


class SitesCase(ListCase):
    """The API names locations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.location_path = "place"
        cls.other = cls.env["stock.location"].create(
            {
                "name": "Other",
                "usage": "internal",
                "location_id": cls.warehouse.view_location_id.id,
            }
        )

    def map_codes(self, **locations):
        self.backend.location_map_ids = [(5,)] + [
            (0, 0, {"code": code, "location_id": location.id})
            if location
            else (0, 0, {"code": code, "ignored": True})
            for code, location in locations.items()
        ]

    def say(self, *rows):
        self.rows = [
            {"product_id": external_id, "place": place, "quantity": quantity}
            for external_id, place, quantity in rows
        ]


@tagged("post_install", "-at_install")
class TestSites(SitesCase):
    def test_each_code_sets_its_location(self):
        self.map_codes(A=self.stock, B=self.other)
        self.say(("123", "A", 5), ("123", "B", 7))
        run = self.sync_all()
        self.assertEqual(run.changed, 2)
        self.assertEqual((self.on_hand(), self.on_hand(location=self.other)), (5, 7))
        self.assertEqual(self.sync_all().unchanged, 2)

    def test_mapped_child_does_not_count_for_its_parent(self):
        self.map_codes(A=self.stock, B=self.shelf)
        self.say(("123", "A", 5), ("123", "B", 7))
        self.sync_all()
        self.assertEqual(self.places(), {"Stock": 5, "Shelf": 7})
        self.assertEqual(self.sync_all().unchanged, 2)

    def test_several_codes_of_one_location_are_summed_across_pages(self):
        self.map_codes(A=self.stock, B=self.stock)
        self.say(("123", "A", 5), ("p0", "A", 1), ("p1", "A", 1), ("123", "B", 7))
        run = self.sync_all()
        self.assertEqual(self.on_hand(), 12)
        line = run.line_ids.filtered(lambda li: li.product_id == self.products[1])
        self.assertEqual((line.state, line.error_code), ("skipped", "not_in_answer"))
        self.assertIn("B", line.error_message)
        self.assertEqual(self.on_hand(self.products[1]), 0)

    def test_unknown_code_is_reported_and_an_ignored_one_is_not(self):
        self.map_codes(A=self.stock, C=None)
        self.say(("123", "A", 5), ("123", "B", 7), ("123", "C", 9), ("p0", "A", 1))
        run = self.sync_all()
        line = run.line_ids.filtered("error_code").filtered(
            lambda li: li.error_code != "not_in_answer"
        )
        self.assertEqual(
            (line.product_id, line.error_code), (self.product, "unknown_location")
        )
        self.assertIn("B", line.error_message)
        self.assertEqual(self.product.sync_state, "error")
        self.assertEqual(self.on_hand(), 5)

    def test_one_code_without_a_map_is_the_backends_location(self):
        self.say(("123", "A", 5), ("p0", "A", 1))
        self.sync_all()
        self.assertEqual(self.on_hand(), 5)

    def test_several_codes_without_a_map_change_nothing(self):
        self.say(("123", "A", 5), ("p0", "B", 1))
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("failed", "unknown_location"))
        self.assertEqual((self.on_hand(), self.on_hand(self.products[1])), (0, 0))
        self.api_says(5, place="A")
        run = self.sync()
        self.assertEqual(run.line_ids.error_code, "unknown_location")
        self.assertEqual(self.on_hand(), 0, "which location is not known now either")

    def test_sum_about_which_two_things_are_said_is_not_used(self):
        self.map_codes(A=self.stock, B=self.stock)
        for second in (7, 5):
            self.say(("123", "A", 5), ("123", "A", second), ("123", "B", 3))
            run = self.sync_all()
            self.assertEqual(self.on_hand(), 0)
            line = run.line_ids.filtered(lambda li: li.product_id == self.product)
            self.assertEqual(line.state, "failed")
            self.assertEqual(line.error_facts["reason"], "several_rows")

    def test_row_of_a_sum_that_moves_to_another_page_counts_once(self):
        self.map_codes(A=self.stock, B=self.stock)
        self.say(("123", "A", 5), ("123", "B", 3), ("p0", "A", 1), ("123", "A", 5))
        self.sync_all()
        self.assertEqual(self.on_hand(), 8)

    def test_button_does_not_take_one_location_for_the_whole(self):
        self.set_stock(12)
        self.backend.write({"list_path": False, "item_rows_path": "rows"})
        self.answers["123"] = {
            "rows": [
                {"product_id": "123", "quantity": 5, "place": "A"},
                {"product_id": "123", "quantity": 7, "place": "B"},
            ]
        }
        run = self.sync()
        self.assertEqual(set(run.line_ids.mapped("error_code")), {"unknown_location"})
        self.assertEqual(self.on_hand(), 12)

    def test_bad_row_of_one_location_is_told_beside_a_good_one_of_another(self):
        self.map_codes(A=self.stock, B=self.other)
        for rows in (
            [("123", "A", 5), ("p0", "A", 1), ("p1", "A", 1), ("123", "B", "many")],
            [("123", "B", "many"), ("p0", "A", 1), ("p1", "A", 1), ("123", "A", 6)],
        ):
            self.say(*rows)
            run = self.sync_all()
            self.assertEqual(self.on_hand(), rows[0][2] if rows[0][2] == 5 else 6)
            line = run.line_ids.filtered(lambda li: li.error_code == "invalid_quantity")
            self.assertEqual(line.product_id, self.product)
            self.assertEqual(self.product.sync_state, "error")

    def test_two_things_about_one_location_are_a_fault_wherever_they_stand(self):
        self.map_codes(A=self.stock, B=self.other)
        between = [("p0", "A", 1), ("p1", "A", 1), ("p2", "A", 1)]
        self.set_stock(3)
        for first, second in ((5, "many"), ("many", 5), (3, "many"), ("many", 3)):
            with self.subTest(first=first, second=second):
                self.say(("123", "A", first), *between, ("123", "A", second))
                run = self.sync_all()
                line = run.line_ids.filtered(lambda li: li.product_id == self.product)
                line = line.filtered(lambda li: li.location_id == self.stock)
                self.assertEqual(line.error_code, "invalid_quantity")
                self.assertEqual(self.on_hand(), 3)

    def test_bad_row_of_an_ignored_location_is_nobodys_problem(self):
        self.map_codes(A=self.stock, C=None)
        self.say(("123", "A", 5), ("123", "C", "many"))
        run = self.sync_all()
        self.assertFalse(run.line_ids.filtered(lambda li: li.state == "failed"))
        self.assertEqual((self.on_hand(), self.product.sync_state), (5, "ok"))

    def test_list_of_changes_is_not_asked_for_where_codes_are_summed(self):
        self.map_codes(A=self.stock, B=self.stock)
        self.backend.since_param = "updated_since"
        self.say(*((p.x_external_id, code, 5) for p in self.products for code in "AB"))
        for _time in range(2):
            run = self.sync_by_schedule()
            self.assertEqual((run.state, run.delta), ("done", False))

    def test_archived_location_gets_no_stock(self):
        self.map_codes(A=self.stock, B=self.other)
        self.other.active = False
        self.say(("123", "A", 5), ("123", "B", 7))
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("failed", "not_configured"))
        self.assertIn("Other is archived", run.error_message)
        self.assertFalse(self.queries)

    def test_problem_at_one_location_is_the_products(self):
        self.map_codes(A=self.stock, B=self.other)
        self.say(("123", "A", "many"), ("123", "B", 7))
        self.sync_all()
        self.assertEqual(self.product.sync_state, "error")
        self.say(("123", "A", 3), ("123", "B", 7))
        self.sync_all()
        self.assertEqual(self.product.sync_state, "ok")


@tagged("post_install", "-at_install")
class TestUnits(ListCase):
    """The API counts in another unit than Odoo."""

    def test_factor_multiplies_exactly(self):
        self.backend.quantity_factor = 12
        self.all_say("2.5")
        run = self.sync_all()
        self.assertEqual((run.state, self.on_hand()), ("done", 30))
        self.assertEqual(self.sync_all().unchanged, 8)

    def test_unit_of_the_api_is_converted_exactly(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.backend.uom_id = dozen
        self.all_say(2)
        self.sync_all()
        self.assertEqual(self.on_hand(), 24)
        self.backend.uom_id = self.env.ref("uom.product_uom_unit")
        self.product.uom_id = dozen
        self.list_says({p.x_external_id: 24 for p in self.products})
        self.sync_all()
        self.assertEqual(self.on_hand(), 2)
        self.list_says({p.x_external_id: 25 for p in self.products})
        run = self.sync_all()
        line = run.line_ids.filtered(lambda li: li.product_id == self.product)
        self.assertEqual(line.error_code, "invalid_quantity", "never rounded")

    def test_list_with_float_noise_is_rounded_and_makes_no_second_move(self):
        self.backend.rounding = "half_up"
        for noisy in ("718.2700000000004", "704.9999999999999"):
            self.all_say(noisy)
            self.assertEqual(self.sync_all().changed, 8)
            run = self.sync_all()
            self.assertEqual((run.unchanged, run.changed), (8, 0))
            self.assertFalse(run.line_ids)
        self.assertEqual(self.on_hand(), 705)

    def test_part_of_a_unit_is_rounded_where_the_backend_says_so(self):
        self.backend.rounding = "half_up"
        self.product.uom_id = self.env.ref("uom.product_uom_dozen")
        self.backend.uom_id = self.env.ref("uom.product_uom_unit")
        self.list_says({p.x_external_id: 1 for p in self.products})
        run = self.sync_all()
        line = run.line_ids.filtered(lambda li: li.product_id == self.product)
        self.assertEqual(line.rounded_from, "0.083333333333333333333…")
        self.assertEqual(self.on_hand(), 0.08)
        self.assertEqual(self.sync_all().unchanged, 8)

    def test_unit_that_cannot_be_converted_is_an_error(self):
        self.backend.uom_id = self.env.ref("uom.product_uom_kgm")
        self.all_say(5)
        run = self.sync_all()
        self.assertEqual(set(run.line_ids.mapped("error_code")), {"invalid_quantity"})
        self.assertEqual(self.on_hand(), 0)

    def test_factor_and_unit_both_count(self):
        self.backend.quantity_factor = 2
        self.backend.uom_id = self.env.ref("uom.product_uom_dozen")
        self.all_say(5)
        self.sync_all()
        self.assertEqual(self.on_hand(), 120)

    def test_bindings_own_unit_goes_first(self):
        self.backend.quantity_factor = 12
        self.product.sync_binding_ids.quantity_factor = 6
        self.all_say(2)
        self.sync_all()
        self.assertEqual(self.on_hand(), 12)
        self.assertEqual(self.on_hand(self.products[1]), 24)


@tagged("post_install", "-at_install")
class TestBadRows(ListCase):
    """Rows of a list that are wrong, in numbers, about products that Odoo lacks."""

    def unmatched(self):
        return self.env["stock.sync.unmatched"].search(
            [("flow_id", "=", self.backend.id)]
        )

    def add(self, *rows):
        self.rows += rows

    def test_unknown_id_with_a_bad_row_is_unmatched_and_no_line(self):
        self.backend.write({"page_size": 100, "location_path": "place"})
        self.backend.location_map_ids = [
            Command.create({"code": "A", "location_id": self.stock.id})
        ]
        self.list_says({p.x_external_id: "5" for p in self.products}, place="A")
        self.add(
            {"product_id": "text", "quantity": "N/A", "place": "A"},
            {"product_id": "null date", "quantity": "3", "updated_at": "soon"},
            {"product_id": "nowhere", "quantity": "3", "place": "Z"},
            {"product_id": "two", "quantity": "3", "place": "A"},
            {"product_id": "two", "quantity": "4", "place": "A"},
            {"product_id": "nothing", "place": "A"},
        )
        for _time in range(2):
            run = self.sync_all()
            self.assertEqual((run.state, run.failed, run.unmatched), ("done", 0, 5))
            self.assertFalse(run.line_ids.filtered(lambda li: not li.product_id))
        said = {row.external_id: row.quantity for row in self.unmatched()}
        self.assertEqual(
            said.keys(), {"text", "null date", "nowhere", "two", "nothing"}
        )
        self.assertEqual(said["text"], "N/A")
        self.assertEqual(
            set(self.unmatched().mapped("error_code")), {"unmatched_product"}
        )

    def test_bad_row_of_a_known_product_is_still_its_line(self):
        self.all_say("5")
        self.rows[0]["quantity"] = "N/A"
        run = self.sync_all()
        self.assert_left_alone(run, "invalid_quantity")
        self.assertFalse(self.unmatched())

    def test_many_unknown_ids_without_a_quantity_make_no_line_however_often(self):
        self.backend.page_size = 1000
        self.all_say("5")
        self.add(*({"product_id": f"u{n}", "quantity": "N/A"} for n in range(500)))
        for _time in range(2):
            run = self.sync_all()
            self.assertEqual(len(run.line_ids - run.line_ids.filtered("product_id")), 0)
            self.assertEqual(run.unmatched, 500)
        self.assertEqual(len(self.unmatched()), 500)

    def test_unknown_id_with_a_bad_row_does_not_keep_what_is_missing_from_zero(self):
        self.backend.missing_policy = "zero"
        self.set_stock(9)
        self.list_says({p.x_external_id: 1 for p in self.products[1:]})
        self.add({"product_id": "unknown", "quantity": "N/A"})
        self.sync_all()
        self.assertEqual(self.on_hand(), 0)

    def test_rows_without_an_id_are_counted_and_the_first_ones_listed(self):
        self.backend.write({"missing_policy": "zero", "page_size": 20})
        self.set_stock(9)
        # on each page a product, or the mapping would be wrong
        for product in self.products[1:]:
            self.add({"product_id": product.x_external_id, "quantity": 1})
            self.add(
                *(
                    {"product_id": None, "quantity": 3, "row": f"{product.id}-{number}"}
                    for number in range(10)
                )
            )
        for _time in range(2):
            with patch.object(stock_sync_read_source, "LIST_BATCH_SIZE", 1):
                run = self.sync_all()
            nameless = run.line_ids.filtered(lambda line: not line.product_id)
            self.assertEqual((len(nameless), run.nameless, run.failed), (20, 70, 70))
            self.assertEqual(run.state, "partial")
            self.assertIn("70 rows without a usable ID", run.message)
            self.assertEqual(self.on_hand(), 9, "a row may have been about it")
