"""What the API's list does not mention."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.base_sync_api.models import sync_engine

from ..models import stock_sync_read_unlisted
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
        self.assertIn("moved from one page", run.line_ids.error_message)
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

    def test_location_that_the_list_never_names_is_not_emptied(self):
        """Whoever asks about location A alone learns nothing about B."""
        self.say(*self.both)
        self.sync_all()
        self.backend.write({"missing_policy": "zero", "guard_zero_percent": 100})
        self.backend.guard_change_percent = 100
        self.say(*[row for row in self.both if row[1] == "A"])
        run = self.sync_all()
        self.assertEqual((run.state, run.unchanged, run.skipped), ("partial", 8, 8))
        self.assertEqual((self.on_hand(), self.on_hand(location=self.other)), (5, 5))
        message = run.line_ids[0].error_message
        self.assert_plain_sentence(message)
        self.assertIn("no product at SYT/Other (B)", message)
        # One product there is enough to know that it was asked about.
        self.say(*[row for row in self.both if row[1] == "A"], ("p1", "B", 5))
        run = self.sync_all()
        self.assertEqual((run.state, run.unchanged, run.changed), ("done", 9, 7))
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


@tagged("post_install", "-at_install")
class TestPartialList(ListCase):
    """A list that leaves out products which the API knows, as variations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"list_is_partial": True, "missing_policy": "zero"})
        for product in cls.products:
            cls.set_stock(9, product)
        cls.hidden = cls.products[:3]

    def setUp(self):
        super().setUp()
        self.list_says({p.x_external_id: 9 for p in self.products[3:]})

    def hidden_say(self, quantity):
        for product in self.hidden:
            self.api_says(quantity, product.x_external_id)

    def hidden_stock(self):
        return [self.on_hand(product) for product in self.hidden]

    def test_what_the_list_leaves_out_is_asked_about_one_by_one(self):
        self.hidden_say("4")
        run = self.sync_all()
        self.assertEqual((run.state, run.changed, run.unchanged), ("done", 3, 5))
        self.assertEqual(self.hidden_stock(), [4, 4, 4])
        self.assertEqual(self.calls, self.hidden.mapped("x_external_id"))
        self.assertEqual(run.api_calls, 5)
        self.assertEqual(set(self.hidden.mapped("sync_state")), {"ok"})
        # A second run asks again and changes nothing.
        run = self.sync_all()
        self.assertEqual((run.state, run.changed, run.unchanged), ("done", 0, 8))

    def test_what_is_listed_is_not_asked_about(self):
        self.all_say(9)
        run = self.sync_all()
        self.assertEqual((run.state, run.unchanged), ("done", 8))
        self.assertFalse(self.calls)

    def test_catalogue_that_the_list_shows_nothing_of_is_not_lost(self):
        self.list_says({"parent": 1})
        for product in self.products:
            self.api_says("4", product.x_external_id)
        run = self.sync_all()
        self.assertEqual((run.state, run.changed, run.confirmed), ("done", 8, 8))

    def test_pause_while_they_are_asked_about_is_no_end(self):
        self.hidden_say("4")
        wait = (429, {"Retry-After": "900"}, "")
        self.answers[self.hidden[1].x_external_id] = wait
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("planning", False))
        self.assertEqual(self.on_hand(self.hidden[0]), 4, "set in the meantime")
        self.hidden_say("4")
        self.calls.clear()
        with freeze_time(run.resume_date):
            self.sync_by_schedule()
        self.assertEqual((run.state, run.changed), ("done", 3))
        self.assertEqual(self.hidden_stock(), [4, 4, 4])
        self.assertEqual(self.calls, self.hidden[1:].mapped("x_external_id"))

    def test_days_of_pauses_with_answers_between_them_are_no_failure(self):
        wait = (429, {"Retry-After": "80000"}, "")
        for product in self.hidden:
            self.answers[product.x_external_id] = wait
        run = self.sync_all()
        for product in self.hidden[:2]:  # one answer a day
            self.api_says("4", product.x_external_id)
            with freeze_time(run.resume_date):
                self.sync_by_schedule()
            self.assertEqual((run.state, run.error_code), ("planning", False))
            self.assertEqual(self.on_hand(product), 4)

    def test_null_is_not_zero_there_either(self):
        self.hidden_say(None)
        run = self.sync_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.hidden_stock(), [9, 9, 9])
        self.assertEqual(set(self.hidden.mapped("sync_state")), {"ok"})

    def test_what_the_api_does_not_know_either_is_said_and_never_set_to_zero(self):
        self.api_says("4", self.hidden[1].x_external_id)
        run = self.sync_all()
        self.assertEqual(run.state, "partial")
        self.assertEqual(self.hidden_stock(), [9, 4, 9])
        self.assert_left_alone(run, "product_not_found")
        self.assert_left_alone(run, "product_not_found", self.hidden[2])

    def test_without_an_address_for_one_product_it_is_left_as_it_was(self):
        self.hidden_say("4")
        self.sync()
        self.assertEqual(self.product.sync_state, "ok")
        self.backend.item_path = False
        run = self.sync_all()
        self.assertEqual((run.state, run.unchanged), ("done", 5))
        self.assertFalse(run.line_ids)
        self.assertEqual(self.hidden_stock(), [4, 9, 9])
        self.assertEqual(self.product.sync_state, "ok")
        self.assertEqual(self.hidden[1].sync_binding_ids.state, "new")

    def test_product_that_cannot_be_set_is_said_and_not_asked_about(self):
        self.hidden_say("4")
        self.hidden[1].action_archive()
        for item_path in (self.backend.item_path, False):
            self.backend.item_path = item_path
            run = self.sync_all()
            codes = run.line_ids.filtered("error_code").mapped("error_code")
            self.assertEqual(codes, ["archived_product"])
            self.assertEqual(self.on_hand(self.hidden[1]), 9)
        self.assertNotIn(self.hidden[1].x_external_id, self.calls)

    def test_an_api_that_fails_in_between_leaves_the_rest_alone(self):
        self.answers[self.hidden[0].x_external_id] = (401, {}, "{}")
        self.api_says("4", self.hidden[1].x_external_id)
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("partial", "auth_failed"))
        self.assertEqual(self.hidden_stock(), [9, 9, 9])
        self.assertFalse(run.settled)

    def test_asking_goes_on_where_it_was_when_time_is_up(self):
        self.hidden_say("4")
        with (
            patch.object(stock_sync_read_unlisted, "BATCH_SIZE", 1),
            patch.object(sync_engine, "FOREGROUND_SECONDS", -1),
        ):
            run = self.sync_all()
            self.assertEqual((run.state, len(self.calls)), ("planning", 1))
            for _turn in range(5):
                self.env["stock.sync.service"]._cron_sync()
        run.invalidate_recordset()
        self.assertEqual((run.state, run.changed), ("done", 3))
        self.assertEqual(self.calls, self.hidden.mapped("x_external_id"))
        self.assertEqual(self.hidden_stock(), [4, 4, 4])

    def test_a_preview_asks_too_and_changes_nothing(self):
        self.hidden_say("4")
        run = self.sync_all(preview=True)
        self.assertEqual(run.line_ids.mapped("quantity_after"), [4, 4, 4])
        self.assertEqual(self.hidden_stock(), [9, 9, 9])

    def test_many_changes_among_them_are_held_like_others(self):
        self.backend.guard_minimum = 1
        self.backend.guard_zero_percent = 10
        self.hidden_say("0")
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("held", "held_by_guard"))
        self.assertEqual(self.hidden_stock(), [9, 9, 9])


@tagged("post_install", "-at_install")
class TestPartialListOfSites(SitesCase):
    def test_location_that_is_missing_is_reported_and_not_set_to_zero(self):
        self.map_codes(A=self.stock, B=self.other)
        both = [(p.x_external_id, code, 5) for p in self.products for code in "AB"]
        self.say(*both)
        self.sync_all()
        self.backend.write({"missing_policy": "zero", "list_is_partial": True})
        self.say(*[row for row in both if row[:2] != ("123", "B")])
        run = self.sync_all()
        self.assertEqual((run.state, run.unchanged, run.skipped), ("partial", 15, 1))
        self.assertEqual(self.on_hand(location=self.other), 5)
        self.assertIn("not at SYT/Other", run.line_ids.error_message)
