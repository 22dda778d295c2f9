from odoo.tests import tagged

from .common import StockSyncCase


@tagged("post_install", "-at_install")
class TestQueries(StockSyncCase):
    """A query or a call per product would show here, at 100 products."""

    def _measure(self, count):
        products = self.env["product.product"].union(
            *(self._create_product(f"q{count}-{number}") for number in range(count))
        )
        for product in products:
            self.api_says(7, product.x_external_id)
        statements = []
        for _changed in (True, False):
            self.env.flush_all()
            self.env.invalidate_all()
            calls, before = len(self.calls), self.env.cr.sql_log_count
            run = self.service.sync_products(products.with_user(self.user))
            self.env.flush_all()
            statements.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(self.calls) - calls, count, "one request a product")
            self.assertEqual(run.state, "done")
        return statements

    def test_statements_do_not_grow_with_unchanged_products(self):
        [(_, one), (_, ten), (_, hundred)] = [
            self._measure(count) for count in (1, 10, 100)
        ]
        self.assertLessEqual(ten, one + 5)
        self.assertLessEqual(hundred, one + 5)

    def test_statements_per_changed_product_are_bounded(self):
        [(one, _), (ten, _), (hundred, _)] = [
            self._measure(count) for count in (1, 10, 100)
        ]
        self.assertLessEqual((ten - one) / 9, 8)
        self.assertLessEqual((hundred - ten) / 90, 8)
