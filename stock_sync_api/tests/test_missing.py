"""What the API's list does not mention."""

from odoo.tests import tagged

from .test_list import ListCase, SitesCase


@tagged("post_install", "-at_install")
class TestMissing(ListCase):
    def setUp(self):
        super().setUp()
        self.loses_a_row = False

    def _answer(self, request):
        result = super()._answer(request)
        if self.loses_a_row:  # after the first page
            self.loses_a_row = False
            del self.rows[0]
        return result

    def test_product_missing_from_a_whole_list_is_left_alone_and_reported(self):
        self.set_stock(9)
        self.list_says({p.x_external_id: 1 for p in self.products[1:]})
        run = self.sync_all()
        self.assertEqual(run.state, "partial")
        self.assert_left_alone(run, "not_in_answer")
        self.assertEqual(self.on_hand(), 9)

    def test_product_missing_is_set_to_zero_where_the_backend_says_so(self):
        self.backend.missing_policy = "zero"
        self.set_stock(9)
        self.list_says({p.x_external_id: 1 for p in self.products[1:]})
        run = self.sync_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.on_hand(), 0)

    def test_nothing_missing_is_set_to_zero_where_a_row_has_no_id(self):
        self.backend.missing_policy = "zero"
        self.set_stock(9)
        self.list_says({p.x_external_id: 1 for p in self.products[1:]})
        self.rows.append({"product_id": None, "quantity": 3})
        run = self.sync_all()
        self.assertEqual(self.on_hand(), 9)
        self.assertEqual(
            run.line_ids.filtered(lambda li: not li.product_id).state, "failed"
        )
        self.assert_left_alone(run, "not_in_answer")

    def test_answer_that_breaks_off_sets_nothing_to_zero(self):
        self.backend.missing_policy = "zero"
        for product in self.products:
            self.set_stock(9, product)
        self.all_say(1)
        self.rows[0]["quantity"] = 0
        self.fail_at_page = 3
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("partial", "http_error"))
        self.assertFalse(run.complete)
        on_hand = [self.on_hand(product) for product in self.products]
        self.assertEqual(on_hand, [9, 1, 1, 1, 1, 1, 9, 9])

    def test_empty_list_does_not_empty_the_warehouse(self):
        more = [self._create_product(f"m{number}") for number in range(12)]
        for product in [*self.products, *more]:
            self.set_stock(9, product)
        for policy in ("report", "zero"):
            self.backend.missing_policy = policy
            run = self.sync_all()
            self.assertEqual((run.state, run.error_code), ("failed", "catalogue_lost"))
            self.assertEqual(self.on_hand(), 9)

    def test_list_that_changed_while_it_was_read_empties_nothing(self):
        """A row that goes moves those behind it to a page that was read already."""
        self.backend.write({"missing_policy": "zero", "since_param": "updated_since"})
        for product in self.products:
            self.set_stock(9, product)
        self.all_say(9)
        self.loses_a_row = True
        run = self.sync_by_schedule()
        self.assertEqual((run.state, run.received), ("partial", 7))
        self.assert_left_alone(run, "not_in_answer", self.products[3])
        self.assertIn("longer or shorter", run.line_ids.error_message)
        self.assertEqual(self.on_hand(self.products[3]), 9)
        run = self.sync_by_schedule()
        self.assertFalse(run.delta, "what was overlooked is not asked for as news")
        self.assertEqual(self.on_hand(), 0, "that row is gone")
        self.assertEqual(self.on_hand(self.products[3]), 9)
        self.assertTrue(self.sync_by_schedule().delta)


@tagged("post_install", "-at_install")
class TestMissingAtASite(SitesCase):
    def setUp(self):
        super().setUp()
        self.map_codes(A=self.stock, B=self.other)
        self.both = [(p.x_external_id, code, 5) for p in self.products for code in "AB"]
        self.only_a = [row for row in self.both if row[:2] != ("123", "B")]

    def test_location_that_is_no_longer_mentioned_is_left_alone_and_reported(self):
        self.say(*self.both)
        self.sync_all()
        self.say(*self.only_a)
        run = self.sync_all()
        self.assertEqual((run.state, run.unchanged, run.skipped), ("partial", 15, 1))
        self.assertEqual(run.line_ids.location_id, self.other)
        self.assertIn("not at SYT/Other", run.line_ids.error_message)
        self.assertEqual(self.on_hand(location=self.other), 5)
        self.assertEqual(self.product.sync_state, "error")
        self.say(*self.both)
        self.sync_all()
        self.assertEqual(self.product.sync_state, "ok")

    def test_location_that_was_never_mentioned_or_was_empty_is_no_problem(self):
        self.say(*self.only_a)
        run = self.sync_all()
        self.assertEqual((run.state, run.changed), ("done", 15))
        self.say(*self.only_a, ("123", "B", 0))
        self.sync_all()
        self.say(*self.only_a)
        self.assertEqual(self.sync_all().state, "done")

    def test_location_that_is_missing_is_set_to_zero_where_the_backend_says_so(self):
        self.say(*self.both)
        self.sync_all()
        self.backend.missing_policy = "zero"
        self.say(*self.only_a)
        run = self.sync_all()
        self.assertEqual((run.state, run.unchanged, run.changed), ("done", 15, 1))
        self.assertEqual((self.on_hand(), self.on_hand(location=self.other)), (5, 0))

    def test_sum_that_is_not_whole_is_not_set_to_zero(self):
        self.backend.missing_policy = "zero"
        self.map_codes(A=self.stock, A2=self.stock, B=self.other)
        self.set_stock(4)
        self.say(("123", "A", 5), ("123", "B", 5))
        run = self.sync_all()
        line = run.line_ids.filtered(lambda li: li.location_id == self.stock)
        line = line.filtered(lambda li: li.product_id == self.product)
        self.assertEqual((line.state, line.error_code), ("skipped", "not_in_answer"))
        self.assertEqual((self.on_hand(), self.on_hand(location=self.other)), (4, 5))
