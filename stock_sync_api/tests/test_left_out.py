"""A location that drops out of the answer about a product."""

from odoo.tests import tagged

from .test_list import SitesCase


class LeftOutCase(SitesCase):
    #: Odoo's loader leaves inherited tests out otherwise
    allow_inherited_tests_method = True

    def setUp(self):
        super().setUp()
        self.map_codes(A=self.stock, B=self.other)
        self.products[2:].sync_binding_ids.unlink()
        self.api_gives(A=5, B=7)
        self.run_over_all()
        self.assert_stock(5, 7)

    def api_gives(self, **quantities):
        """What the API says about the product, location by location."""
        rows = [
            {"product_id": "123", "quantity": quantity, "place": place}
            for place, quantity in quantities.items()
        ]
        # Another product shows that the API is asked about both locations.
        others = [
            {"product_id": "p0", "quantity": 1, "place": place} for place in ("A", "B")
        ]
        self.rows = rows + others
        self.answers["123"] = {"rows": rows}
        self.answers["p0"] = {"rows": others}

    def run_over_all(self):
        return self.sync_all()

    def assert_stock(self, here, there):
        self.assertEqual(
            (self.on_hand(), self.on_hand(location=self.other)), (here, there)
        )

    def assert_reported(self, run, location):
        [line] = run.line_ids
        self.assertEqual((line.state, line.error_code), ("skipped", "not_in_answer"))
        self.assertEqual(line.location_id, location)
        self.assertIn(location.complete_name, line.error_message)
        self.assertEqual(self.product.sync_state, "error")


class LeftOutTests:
    """For each way of asking about products by their ids."""

    def runs(self):
        yield self.run_over_all()
        yield self.sync()

    def test_location_that_is_left_out_is_reported(self):
        self.api_gives(A=5)
        for run in self.runs():
            self.assert_reported(run, self.other)
            self.assert_stock(5, 7)

    def test_location_that_is_left_out_is_set_to_zero_where_that_is_chosen(self):
        self.backend.missing_policy = "zero"
        for run_number in range(2):
            self.api_gives(A=5, B=7)
            self.sync()
            self.assert_stock(5, 7)
            self.api_gives(A=5)
            run = self.sync() if run_number else self.run_over_all()
            self.assertEqual(run.changed, 1)
            self.assert_stock(5, 0)
            self.assertEqual(self.product.sync_state, "ok")

    def test_second_time_it_is_gone_there_is_nothing_to_say(self):
        self.backend.missing_policy = "zero"
        self.api_gives(A=5)
        self.run_over_all()
        run = self.run_over_all()
        self.assertEqual((run.state, run.changed), ("done", 0))
        self.assertFalse(run.line_ids)

    def test_location_that_never_had_any_may_be_left_out(self):
        self.set_stock(-7, location=self.other)
        self.env["stock.sync.level"].search(
            [("location_id", "=", self.other.id)]
        ).unlink()
        self.api_gives(A=5)
        run = self.run_over_all()
        self.assertFalse(run.line_ids)

    def test_unknown_location_beside_it_leaves_it_undecided(self):
        self.backend.missing_policy = "zero"
        self.api_gives(A=5, C=1)
        for run in self.runs():
            self.assertEqual(
                set(run.line_ids.mapped("error_code")), {"unknown_location"}
            )
            self.assert_stock(5, 7)

    def test_null_is_not_left_out(self):
        self.backend.missing_policy = "zero"
        self.api_gives(A=5, B=None)
        for run in self.runs():
            self.assertEqual(run.line_ids.error_code, "not_managed")
            self.assert_stock(5, 7)

    def test_ignored_location_alone_leaves_out_all_others(self):
        self.backend.missing_policy = "zero"
        self.map_codes(A=self.stock, B=self.other, C=None)
        self.api_gives(C=1)
        self.sync()
        self.assert_stock(0, 0)


@tagged("post_install", "-at_install")
class TestLeftOutOfOneAnswer(LeftOutTests, LeftOutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"list_path": False, "item_rows_path": "rows"})


@tagged("post_install", "-at_install")
class TestLeftOutOfSeveralAnswers(LeftOutTests, LeftOutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write(
            {
                "request_mode": "ids",
                "ids_per_request": 2,
                "item_rows_path": "rows",
                "page_size": 500,
            }
        )


@tagged("post_install", "-at_install")
class TestLeftOutOfAListThatIsSearched(LeftOutTests, LeftOutCase):
    """There is no address for one product: the button reads the list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.item_path = False
