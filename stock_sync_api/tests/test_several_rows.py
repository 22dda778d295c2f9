"""Several rows about one product and location; lists whose rows move."""

from odoo.tests import tagged

from .test_list import SitesCase


@tagged("post_install", "-at_install")
class TestSeveralRows(SitesCase):
    def setUp(self):
        super().setUp()
        self.map_codes(Main=self.stock, Second=self.other)
        self.products[1:].sync_binding_ids.unlink()
        self.two_equal = [("123", "Main", 6), ("123", "Main", 6)]

    def several(self, meaning, page_size=3):
        self.backend.write({"several_rows": meaning, "page_size": page_size})

    def empty(self):
        if on_hand := self.on_hand():
            self.set_stock(-on_hand)

    def say_with_batches(self, *rows):
        """Like ``say``; rows are told apart by their batch."""
        self.say(*rows)
        for number, row in enumerate(self.rows):
            row["batch"] = f"B{number}"

    def assert_refused(self, run, reason, on_hand=0):
        line = run.line_ids.filtered(lambda li: li.product_id == self.product)
        self.assertEqual(
            (line.state, line.error_code, line.error_facts["reason"]),
            ("failed", "invalid_response", reason),
        )
        self.assertEqual(self.product.sync_binding_ids.state, "error")
        self.assertEqual(self.on_hand(), on_hand)
        self.assertNotEqual(run.state, "done")
        self.assert_plain_sentence(line.error_message)

    def test_two_rows_are_refused_and_the_sentence_names_the_setting(self):
        for rows in (
            self.two_equal,
            [("123", "Main", 6), ("123", "Main", 3)],
            [("123", None, 6), ("123", "Main", 6)],
        ):
            with self.subTest(rows=rows):
                self.say(*rows)
                run = self.sync_all()
                self.assert_refused(run, "several_rows")
                line = run.line_ids.filtered("error_code")
                self.assertIn("“Several Rows”", line.error_message)
                self.assertIn(self.stock.complete_name, line.error_message)

    def test_two_rows_are_refused_also_where_the_stock_equals_one_of_them(self):
        self.set_stock(6)
        self.say(*self.two_equal)
        self.assert_refused(self.sync_all(), "several_rows", on_hand=6)

    def test_two_rows_on_two_pages_are_refused(self):
        for on_hand in (0, 6):
            self.several("refuse", page_size=1)
            self.empty()
            if on_hand:
                self.set_stock(on_hand)
            self.say_with_batches(*self.two_equal)
            self.assert_refused(self.sync_all(), "several_rows", on_hand)

    def test_rows_add_up_in_one_page(self):
        self.several("sum")
        self.say(*self.two_equal, ("123", "Second", 4))
        run = self.sync_all()
        self.assertEqual((run.state, self.on_hand()), ("done", 12))
        self.assertEqual(self.on_hand(location=self.other), 4)
        self.assertEqual(self.sync_all().unchanged, 2)

    def test_rows_add_up_across_pages(self):
        self.several("sum", page_size=1)
        self.say_with_batches(*self.two_equal, ("123", None, 0.5))
        run = self.sync_all()
        self.assertEqual((run.state, self.on_hand()), ("done", 12.5))

    def test_sum_that_may_be_a_row_that_moved_is_left_alone(self):
        self.several("sum", page_size=2)
        [first, second] = self.two_equal
        self.say(first, ("x", "Main", 1), ("y", "Main", 1), second)
        self.assert_refused(self.sync_all(), "repeated_row")

    def test_sum_of_several_codes_of_one_location_needs_them_all(self):
        self.several("sum", page_size=1)
        self.map_codes(Main=self.stock, Second=self.stock)
        self.say_with_batches(("123", "Main", 6), ("123", "Main", 1))
        self.sync_all()
        self.assertEqual(self.on_hand(), 0)
        self.assertEqual(self.product.sync_binding_ids.error_code, "not_in_answer")
        self.say_with_batches(
            ("123", "Main", 6), ("123", "Main", 1), ("123", "Second", 2)
        )
        self.sync_all()
        self.assertEqual(self.on_hand(), 9)

    def test_sum_with_a_bad_part_is_not_used(self):
        self.several("sum", page_size=1)
        for rows in (
            [("123", "Main", 6), ("123", "Main", "?")],
            [("123", "Main", "?"), ("123", "Main", 6)],
        ):
            self.say(*rows)
            run = self.sync_all()
            self.assertEqual(self.on_hand(), 0)
            self.assertEqual(run.line_ids.mapped("error_code"), ["invalid_quantity"])

    def test_sum_needs_whole_lists(self):
        self.several("sum")
        self.backend.since_param = "updated_since"
        self.say(*self.two_equal)
        self.sync_by_schedule()
        self.assertFalse(self.sync_by_schedule().delta)

    def test_same_number_again_counts_once(self):
        for page_size in (1, 3):
            self.several("same", page_size)
            self.say_with_batches(*self.two_equal)
            run = self.sync_all()
            self.assertEqual(self.on_hand(), 6)
            self.assertEqual(self.product.sync_state, "ok")
            self.assertFalse(run.failed)

    def test_another_number_is_a_contradiction_where_one_is_to_be_repeated(self):
        for page_size in (1, 3):
            self.several("same", page_size)
            self.say_with_batches(("123", "Main", 6), ("123", "Main", 3))
            self.assert_refused(self.sync_all(), "contradiction")

    def test_rows_of_the_answer_about_one_product_follow_the_setting(self):
        self.backend.write({"list_path": False, "item_rows_path": "rows"})
        rows = [
            {"product_id": "123", "place": "Main", "quantity": 6} for _time in range(2)
        ]
        self.answers["123"] = {"rows": rows}
        for meaning, on_hand in (("refuse", 0), ("same", 6), ("sum", 12)):
            self.several(meaning)
            self.sync()
            self.assertEqual(self.on_hand(), on_hand)
            self.empty()
            run = self.sync_all()
            self.assertEqual(self.on_hand(), on_hand, "as the run over all does")
            self.assertEqual(run.line_ids[-1:].state != "failed", bool(on_hand))
            self.empty()

    def test_rows_of_an_answer_about_several_products_follow_the_setting(self):
        self.backend.write({"request_mode": "ids", "ids_per_request": 2})
        for meaning, on_hand in (("refuse", 0), ("same", 6), ("sum", 12)):
            self.several(meaning)
            self.say(*self.two_equal)
            self.sync_all()
            self.assertEqual(self.on_hand(), on_hand)
            self.empty()

    def test_button_reads_the_whole_list_where_rows_add_up(self):
        self.several("sum", page_size=1)
        self.backend.item_path = False
        self.say_with_batches(*self.two_equal, ("p0", "Main", 1))
        self.sync()
        self.assertEqual(self.on_hand(), 12)


@tagged("post_install", "-at_install")
class TestRowsThatMove(SitesCase):
    """Product p1 lies behind a row that is read twice."""

    def setUp(self):
        super().setUp()
        self.backend.write({"missing_policy": "zero", "page_size": 2})
        self.map_codes(Main=self.stock)
        for product in self.products:
            self.set_stock(11, product)
        self.p1 = self.products[2]
        self.all_rows = [(p.x_external_id, "Main", 11) for p in self.products]

    def read_without_p1(self, **changed):
        """As many rows as announced, p1 not among them: another one came twice."""
        rows = [row for row in self.all_rows if row[0] != "p1"]
        self.say(*rows, rows[0])
        self.rows[-1].update(changed)
        return self.sync_all()

    def test_fewer_different_rows_than_announced_empty_nothing(self):
        run = self.read_without_p1()
        self.assertEqual(self.on_hand(self.p1), 11)
        self.assert_may_be_overlooked(run)
        self.assertEqual(self.on_hand(), 11, "what moved counts once")

    def test_row_that_moved_because_it_changed_empties_nothing(self):
        run = self.read_without_p1(quantity=10)
        self.assertEqual(self.on_hand(self.p1), 11)
        self.assert_may_be_overlooked(run)
        self.assertEqual(self.on_hand(), 11, "it is left alone")

    def test_row_of_an_unknown_id_that_moved_because_it_changed_empties_nothing(self):
        rows = [row for row in self.all_rows if row[0] != "p1"]
        self.say(("unknown", "Main", 5), *rows, ("unknown", "Main", 4))
        for size in (2, 500):
            self.backend.page_size = size
            run = self.sync_all()
            self.assertEqual(self.on_hand(self.p1), 11)
            self.assert_may_be_overlooked(run)

    def test_nobody_is_told_to_correct_an_id_that_may_have_been_overlooked(self):
        self.backend.missing_policy = "report"
        self.assert_may_be_overlooked(self.read_without_p1())

    def assert_may_be_overlooked(self, run):
        line = run.line_ids.filtered(lambda li: li.product_id == self.p1)
        self.assertEqual((line.state, line.error_code), ("skipped", "not_in_answer"))
        self.assertIn("may have been overlooked", line.error_message)
        self.assertNotIn("Correct its external ID", line.error_message)
        self.assertFalse(run.settled, "no base for a list of changes")

    def test_a_row_that_came_twice_shows_it_without_an_announced_number(self):
        self.backend.write({"pages_path": False, "total_path": False})
        self.read_without_p1()
        self.assertEqual(self.on_hand(self.p1), 11)

    def test_what_is_missing_from_a_clean_list_is_set_to_zero(self):
        self.say(*(row for row in self.all_rows if row[0] != "p1"))
        self.sync_all()
        self.assertEqual(self.on_hand(self.p1), 0)
