"""An API that answers a few requests, and then wants to be left alone for an hour."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SERVICE_LOGGER
from .test_list import ListCase

QUOTA = 10


class QuotaCase(ListCase):
    """Thirty products; ``self.quota`` requests an hour, then 429."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("stock_sync_api.ir_cron_stock_sync")
        cls.products.sync_binding_ids.unlink()
        cls.products = cls.env["product.product"].union(
            *(cls._create_product(f"q{number:02}") for number in range(30))
        )
        cls.backend.write({"user_id": cls.user.id, "list_path": False})

    def setUp(self):
        super().setUp()
        self.quota = QUOTA
        self.left = QUOTA
        self.pause = {"Retry-After": "3600"}
        self.asked = []
        self.now = fields.Datetime.now()
        self.enterContext(self.enter_registry_test_mode())
        for product in self.products:
            self.api_says("7", product.x_external_id)
        self.list_says({p.x_external_id: "7" for p in self.products})

    def _answer(self, request):
        if not self.left:
            return 429, self.pause, "{}"
        self.left -= 1
        self.asked.append(request.url)
        if "ids=" in request.url:
            [ids] = parse_qs(urlsplit(request.url).query)["ids"]
            rows = [row for row in self.rows if row["product_id"] in ids.split(",")]
            return 200, {}, json.dumps({"items": rows})
        return super()._answer(request)

    def run_cron(self):
        with mute_logger(SERVICE_LOGGER), freeze_time(self.now):
            self.assertIs(self.cron.method_direct_trigger(), True)
        self.env.invalidate_all()
        return self.env["sync.run"].search([("trigger", "=", "cron")], limit=1)

    def an_hour_later(self):
        self.now += timedelta(hours=1, minutes=1)
        self.left = self.quota

    def rounds_until_done(self, most=10):
        for number in range(1, most + 1):
            run = self.run_cron()
            if run.end_date:
                return number, run
            self.assertEqual((run.state, run.error_code), ("planning", False))
            self.assertGreater(run.resume_date, self.now)
            self.assertEqual(self.backend.failure_count, 0)
            self.an_hour_later()
        return self.fail("it never ends")

    def synchronised(self):
        return len(self.products.filtered(lambda p: self.on_hand(p) == 7))

    def assert_all_reached(self, rounds):
        number, run = self.rounds_until_done()
        self.assertEqual((run.state, number), ("done", rounds))
        self.assertEqual(self.synchronised(), 30)
        self.assertFalse(run.failed or run.skipped)
        self.assertEqual(self.backend.failure_count, 0)
        self.assertFalse(self.backend.next_attempt_date)
        self.assertEqual(self.backend.health, "ok")
        return run


@tagged("post_install", "-at_install")
class TestQuota(QuotaCase):
    def test_product_by_product_all_are_reached(self):
        run = self.assert_all_reached(rounds=3)
        self.assertEqual((run.expected, run.answered, run.changed), (30, 30, 30))
        self.assertEqual(len(set(self.asked)), 30, "nobody is asked about twice")

    def test_each_sitting_is_applied_at_once_and_the_forecast_is_said(self):
        run = self.run_cron()
        self.assertEqual(self.synchronised(), 10)
        self.assertIn("10 of 30", run.progress)
        self.assertEqual(run.message, run.progress)
        time = fields.Datetime.context_timestamp(run, run.resume_date)
        self.assertIn(f"{time:%-I:%M}", run.progress)

    def test_many_requests_at_once_lose_no_answer(self):
        self.quota = self.left = 1
        self.backend.concurrency = 4
        self.products[6:].sync_binding_ids.unlink()
        number, run = self.rounds_until_done()
        self.assertEqual((run.state, number), ("done", 6))
        self.assertEqual(self.synchronised(), 6)

    def test_several_products_per_request_all_are_reached(self):
        self.backend.write(
            {
                "list_path": "/stock",
                "request_mode": "ids",
                "ids_per_request": 3,
                "paging": "none",
                "total_path": False,
            }
        )
        self.quota = self.left = 4
        self.assert_all_reached(rounds=3)

    def test_list_goes_on_at_the_page_where_it_stopped(self):
        self.backend.write({"list_path": "/stock", "page_size": 3})
        self.quota = self.left = 4
        run = self.assert_all_reached(rounds=3)
        pages = [query["page"] for query in self.queries]
        self.assertEqual(pages, [str(number) for number in range(1, 11)])
        self.assertTrue(run.complete and run.settled)

    def test_list_in_sittings_is_whole_where_nothing_shows_a_move(self):
        self.backend.write({"list_path": "/stock", "page_size": 3})
        self.backend.missing_policy = "zero"
        gone = self._create_product("gone")
        self.set_stock(5, gone)
        self.quota = self.left = 4
        self.rounds_until_done()
        self.assertEqual(self.on_hand(gone), 0)

    def test_list_in_sittings_is_not_whole_without_an_announced_number(self):
        self.backend.write({"list_path": "/stock", "page_size": 3})
        self.backend.write(
            {"missing_policy": "zero", "pages_path": False, "total_path": False}
        )
        gone = self._create_product("gone")
        self.set_stock(5, gone)
        self.quota = self.left = 4
        self.rounds_until_done()
        self.assertEqual(self.on_hand(gone), 5)

    def test_list_that_moves_between_two_sittings_empties_nothing(self):
        self.backend.write({"list_path": "/stock", "page_size": 3})
        self.backend.write({"missing_policy": "zero", "guard_change_percent": 100})
        self.quota = self.left = 4
        for product in self.products:
            self.set_stock(5, product)
        self.run_cron()
        self.rows[0:0] = [{"product_id": f"new{n}", "quantity": 1} for n in range(3)]
        self.rows = [row for row in self.rows if row["product_id"] not in ("q15",)]
        self.an_hour_later()
        self.rounds_until_done()
        [q15] = self.products.filtered(lambda p: p.x_external_id == "q15")
        self.assertEqual(self.on_hand(q15), 5)
        self.assertEqual(self.synchronised(), 29)

    def test_list_that_only_says_when_in_a_header_of_its_own(self):
        self.pause = {}
        self.run_cron()
        run = self.env["sync.run"].search([], limit=1)
        self.assertEqual(run.resume_date, self.backend.next_attempt_date)

    def test_who_waited_longest_is_asked_first_after_a_run_that_broke_off(self):
        first = self.run_cron()
        first.with_user(self.env.ref("base.user_admin")).action_stop()
        self.assertEqual(first.state, "interrupted")
        self.assertEqual(self.synchronised(), 10, "what was applied stays")
        reached = set(self.asked)
        self.backend.next_attempt_date = False
        self.an_hour_later()
        self.asked.clear()
        self.run_cron()
        self.assertEqual(self.synchronised(), 20)
        self.assertFalse(reached & set(self.asked))

    def test_products_that_always_answer_503_do_not_starve_the_others(self):
        self.quota = self.left = 10_000
        for product in self.products[:12]:
            self.answers[product.x_external_id] = (503, {}, "")
        run = self.run_cron()
        self.assertTrue(run.end_date)
        self.backend.next_attempt_date = False
        self.an_hour_later()
        self.run_cron()
        self.assertEqual(self.synchronised(), 18)

    def test_a_run_that_waits_is_left_alone_until_its_time(self):
        self.run_cron()
        asked = len(self.asked)
        self.left = self.quota
        self.now += timedelta(minutes=30)
        self.run_cron()
        self.assertEqual(len(self.asked), asked)
        self.assertEqual(self.env["sync.run"].search_count([]), 1)

    def test_an_api_that_only_asks_to_wait_fails_after_a_day(self):
        self.quota = self.left = 0
        for _hour in range(26):
            run = self.run_cron()
            if run.end_date:
                break
            self.an_hour_later()
        self.assertEqual((run.state, run.error_code), ("failed", "rate_limited"))
        self.assertEqual(self.backend.failure_count, 1)

    def test_quantities_are_guarded_in_each_sitting(self):
        self.backend.guard_zero_percent = 20
        for product in self.products:
            self.set_stock(5, product)
            self.api_says("0", product.x_external_id)
        run = self.run_cron()
        self.assertEqual(run.state, "held")
        self.assertEqual(sum(self.on_hand(p) for p in self.products), 150)

    def test_what_is_held_can_be_approved_while_the_run_waits(self):
        [first] = self.products[:1]
        self.set_stock(5000, first)
        run = self.run_cron()
        self.assertTrue(run.has_held_lines and run.resume_date)
        self.assertEqual(self.on_hand(first), 5000)
        admin = self.env.ref("base.user_admin")
        with freeze_time(self.now):
            run.with_user(admin).action_approve()
        self.assertEqual((run.state, self.on_hand(first)), ("planning", 7))
        self.an_hour_later()
        self.rounds_until_done()
        self.assertEqual((run.state, self.synchronised()), ("done", 30))

    def test_preview_that_has_to_wait_changes_nothing(self):
        with freeze_time(self.now):
            run = self.service.sync_flow(self.backend, preview=True)
        self.assertEqual((run.state, self.synchronised()), ("planning", 0))
        for _round in range(2):
            self.an_hour_later()
            self.run_cron()
        self.assertEqual((run.state, self.synchronised()), ("done", 0))
        self.assertEqual(set(run.sudo().line_ids.mapped("state")), {"planned"})
        self.assertEqual(len(run.sudo().line_ids), 30)

    def test_button_on_chosen_products_works_beside_it(self):
        self.run_cron()
        self.left = 1
        with freeze_time(self.now):
            self.sync(self.products[-1])
        self.assertEqual(self.on_hand(self.products[-1]), 7)
