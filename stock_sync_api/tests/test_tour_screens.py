"""Each screen in a real browser: a console error makes the tour fail."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.models import sync_flow_dashboard

from .common import SERVICE_LOGGER
from .tour_common import TourCase


class ScreenTours(TourCase):
    """The tours, in the language that a subclass names."""

    lang = None
    allow_inherited_tests_method = True

    def _walk(self, name, action, record=None, group="stock.group_stock_manager"):
        self.walk(f"stock_sync_{name}", action, self.lang, group, record)

    def _screen(self, name, action, record=None):
        self._walk(name, f"stock_sync_api.{action}", record)

    def _sync(self):
        with mute_logger(SERVICE_LOGGER):
            return self.env["stock.sync.service"].sync_flow(self.backend)

    def _hold(self):
        self.backend.write({"guard_minimum": 1})
        run = self._sync()
        self.assertEqual(run.state, "held")
        return run

    def test_an_api_is_set_up_step_by_step(self):
        self.backend.setup_step = "connect"
        self._screen("setup", "stock_sync_backend_action")
        self.assertEqual(self.backend.setup_step, "done")
        self.assertEqual(self.product.qty_available, 3)

    def test_preview_goes_on_in_the_background(self):
        self.backend.setup_step = "preview"
        woken = []

        def wake(flow, date=None):
            """Nobody comes at first; at the schedule's button the work is done."""
            woken.append(flow)
            if len(woken) == 2:
                flow.sudo().env["stock.sync.service"]._cron_sync()

        with (
            patch.object(sync_flow_dashboard, "BACKGROUND_SIZE", 0),
            patch.object(self.env.registry["sync.flow"], "_wake", wake),
        ):
            self._screen("background_preview", "stock_sync_backend_action")
        [run] = self.backend.last_preview_id
        self.assertEqual(run.state, "done")
        self.assertEqual(self.product.qty_available, 3)

    def test_settings_lead_to_the_apis_and_the_schedule(self):
        self._walk(
            "settings",
            "stock.action_stock_config_settings",
            group="stock.group_stock_manager,base.group_system",
        )
        cron = self.env.ref("stock_sync_api.ir_cron_stock_sync")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))

    def test_dashboard_pauses_and_synchronises(self):
        self._screen("dashboard", "stock_sync_backend_action")
        self.assertFalse(self.backend.paused)
        self.assertEqual(self.product.qty_available, 50)

    def test_held_change_is_approved(self):
        run = self._hold()
        self._screen("held", "stock_sync_run_line_held_action")
        self.assertEqual(self.product.qty_available, 50)
        self.assertEqual(run.state, "done")

    def test_problem_is_solved(self):
        self.product.product_variant_id.sync_binding_ids.write(
            {"state": "error", "error_code": "timeout"}
        )
        self._screen("problem", "stock_sync_binding_problem_action")
        self.assertEqual(self.product.sync_state, "ok")

    def test_unmatched_product_is_linked(self):
        self.product.x_external_id = False
        self.product.default_code = "123"
        self.env["stock.sync.unmatched"]._report(
            self.backend, [("123", "unmatched_product", {}, "50", None, None)]
        )
        self._screen("unmatched", "stock_sync_unmatched_action")
        self.assertEqual(self.product.x_external_id, "123")

    def test_run_shows_its_lines_and_moves(self):
        self._sync()
        self._screen("run", "stock_sync_run_action")

    def test_product_shows_what_changed_as_a_graph(self):
        self._sync()
        action = "stock.product_template_action_product"
        self._walk("product_history", action, record=self.product)


@tagged("post_install", "-at_install")
class TestScreensInEnglish(ScreenTours):
    lang = "en_US"


@tagged("post_install", "-at_install")
class TestScreensInFrench(ScreenTours):
    lang = "fr_FR"


del ScreenTours  # its tests run in the two languages only
