from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestTour(TourCase):
    def _click_through(self, lang):
        self.walk(
            "stock_sync_button",
            "stock.product_template_action_product",
            lang,
            "stock.group_stock_user",
            record=self.product,
        )
        self.assertEqual(self.product.qty_available, 50)
        self.assertTrue(self.product.last_sync_date)

    def test_click_on_the_button_shows_quantity_and_date(self):
        self._click_through("en_US")

    def test_click_on_the_button_works_in_french(self):
        self._click_through("fr_FR")
