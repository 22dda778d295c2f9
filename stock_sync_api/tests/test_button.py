from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..client import StockApi
from .common import SERVICE_LOGGER, StockSyncCase


@tagged("post_install", "-at_install")
class TestButton(StockSyncCase):
    def press(self, records):
        with mute_logger(SERVICE_LOGGER):
            action = records.with_user(self.user).action_stock_sync()
        self.env.invalidate_all()
        return action["params"]

    def test_answer_names_the_location_and_both_quantities(self):
        self.set_stock(3)
        self.api_says("50")
        answer = self.press(self.product)
        self.assertEqual(answer["message"], "SYT/Stock: 3 → 50")
        self.assertEqual(answer["type"], "success")
        self.assertEqual(answer["next"]["type"], "ir.actions.act_window_close")

    def test_answer_says_that_nothing_was_to_be_done(self):
        self.api_says("0")
        self.assertEqual(self.press(self.product)["message"], "already up to date")

    def test_template_synchronises_all_its_variants(self):
        template = self._create_shirt()
        for variant, external_id in zip(
            template.product_variant_ids, ("S1", "M1"), strict=True
        ):
            variant.x_external_id = external_id
            self.api_says("4", external_id)
        answer = self.press(template)
        self.assertIn("2 changed", answer["message"])
        self.assertEqual(template.product_variant_ids.mapped("qty_available"), [4, 4])

    def test_action_on_a_selection_of_the_list(self):
        other = self._create_product("456")
        self.api_says("5")
        self.api_says("6", "456")
        products = self.product + other
        for name, selection in (
            ("action_sync_products", products),
            ("action_sync_templates", products.product_tmpl_id),
        ):
            action = self.env.ref(f"stock_sync_api.{name}")
            with self.subTest(action=name), mute_logger(SERVICE_LOGGER):
                result = (
                    action.with_user(self.user)
                    .with_context(
                        active_model=selection._name, active_ids=selection.ids
                    )
                    .run()
                )
                self.assertEqual(result["tag"], "display_notification")
        self.assertEqual((self.on_hand(), self.on_hand(other)), (5, 6))

    def test_products_that_there_is_no_time_for_are_told_so(self):
        other = self._create_product("456")
        self.api_says("5")
        get_levels = StockApi.get_levels

        def first_only(client, external_ids, seconds):
            yield next(get_levels(client, external_ids, seconds))

        with patch.object(StockApi, "get_levels", first_only):
            run = self.sync(self.product + other)
        self.assertEqual(run.state, "partial")
        failed = run.line_ids.filtered(lambda line: line.state == "failed")
        self.assertEqual((failed.product_id, failed.error_code), (other, "timeout"))
        self.assertIn("no time left", failed.error_message)

    def test_history_shows_what_was_changed_on_the_product(self):
        self.api_says("5")
        run = self.sync()
        for record in (self.product, self.product.product_tmpl_id):
            action = record.with_user(self.user).action_view_sync_lines()
            lines = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(lines, run.line_ids)

    def test_key_of_two_products_sets_neither(self):
        self.backend.match_by = "default_code"
        ours = self._create_product(default_code="X")
        other = self._create_product("X")
        self.set_stock(3, other)
        self.api_says(50, "X")
        run = self.sync(ours)
        self.assertEqual(run.line_ids.error_code, "ambiguous_product")
        self.assertEqual((self.on_hand(ours), self.on_hand(other)), (0, 3))

    def test_nothing_selected_is_said_plainly(self):
        answer = self.press(self.env["product.product"])
        self.assertIn("no product variant", answer["message"])
