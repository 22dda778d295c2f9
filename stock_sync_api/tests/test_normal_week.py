"""A busy shop's week, in which the guard has nothing to say."""

import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .test_guard import GuardCase

#: hours of the day; every second one while the shop is open
RUNS = (0, 6, *range(9, 22, 2))


class Shop:
    """What another system counts: sales, returns, restocks, corrections.

    Of its products some are few, some many, some hundreds or thousands; a few sell
    fast. Most are ordered again when they are low or sold out, now and then more of
    them than there ever were; those of which there are hundreds before they are.
    """

    def __init__(self, seed, ids):
        self.random = random.Random(seed)
        self.stock, self.usual = {}, {}
        for external_id in ids:
            self.add(external_id)

    def add(self, external_id):
        low, high = self.random.choices([(1, 6), (10, 60), (150, 3000)], [3, 5, 2])[0]
        self.usual[external_id] = self.random.randint(low, high)
        self.stock[external_id] = self.usual[external_id]

    def sell(self):
        """An hour of the day: a fifth of the products sell, a few of them well."""
        for external_id, usual in self.usual.items():
            if self.random.random() < 0.8:
                continue
            share = self.random.choices([0.01, 0.03, 0.3, 1], [60, 30, 8, 2])[0]
            if usual >= 100:
                share = min(share, 0.03)
            sold = self.random.randint(0, max(1, round(usual * share)))
            self.stock[external_id] -= min(sold, self.stock[external_id])
        for external_id in self.random.sample(sorted(self.usual), 3):  # returns
            self.stock[external_id] += 1

    def restock(self):
        """In the morning: what is low, and now and then more than ever before."""
        for external_id, usual in self.usual.items():
            low, in_time = (0.3, 0.6) if usual < 100 else (0.6, 1)
            if self.stock[external_id] < usual * low and self.random.random() < in_time:
                self.stock[external_id] += round(usual * self.random.uniform(0.7, 1.7))
                self.usual[external_id] = max(usual, self.stock[external_id])

    def correct(self):
        """An inventory count: a third is a little off."""
        for external_id in self.stock:
            if self.random.random() < 0.33:
                counted = self.stock[external_id] * self.random.uniform(0.9, 1.1)
                self.stock[external_id] = max(0, round(counted))


@tagged("post_install", "-at_install")
class TestNormalWeek(GuardCase):
    COUNT = 70

    def test_nothing_is_held_in_a_normal_week(self):
        self._live_through_a_week(seed=1)

    def test_nothing_is_held_in_another_normal_week(self):
        self._live_through_a_week(seed=2)

    def _live_through_a_week(self, seed):
        new = [f"new {number}" for number in range(6)]
        shop = Shop(seed, [product.x_external_id for product in self.products])
        moment = datetime(2027, 3, 1)
        with freeze_time(moment - timedelta(hours=1)):
            self.list_says(shop.stock)
            self.assertEqual(self.sync_by_schedule().state, "done")
        changes = sold_out = 0
        for _day in range(7):
            for hour in RUNS:
                if hour == 6:
                    shop.restock()
                    self._add_product(shop, new)
                if 9 <= hour < 21:
                    shop.sell()
                    shop.sell()
                if moment.weekday() == 5 and hour == 21:
                    shop.correct()
                with freeze_time(moment + timedelta(hours=hour)):
                    self.list_says(shop.stock)
                    run = self.sync_by_schedule()
                lines = run.line_ids.filtered("error_message")
                told = [run.message, *lines.mapped("error_message")]
                self.assertEqual((run.state, run.has_held_lines), ("done", False), told)
                changes += run.changed
                zeros = run.line_ids.filtered(lambda line: not line.quantity_after)
                sold_out += len(zeros)
            moment += timedelta(days=1)
        self.assertGreater(changes, 500, "the week was busy")
        self.assertGreater(sold_out, 10)

    def _add_product(self, shop, new):
        if new:
            external_id = new.pop()
            self._create_product(external_id)
            shop.add(external_id)
