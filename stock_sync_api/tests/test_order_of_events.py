"""What happens between the API's answer and its use must not be undone by it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..client import StockApi
from .common import API, SERVICE_LOGGER, StockSyncCase


@tagged("post_install", "-at_install")
class TestOrderOfEvents(StockSyncCase):
    def sync_all(self, **options):
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.backend, **options)
        self.env.invalidate_all()
        return run.with_env(self.env)

    def while_asking(self, event):
        """Let something happen between the API's answers and their use."""
        get_levels = StockApi.get_levels

        def with_event(client, external_ids, *args):
            yield from get_levels(client, external_ids, *args)
            event()

        self.patch(StockApi, "get_levels", with_event)

    def test_approved_run_does_not_undo_what_was_accepted_since(self):
        products = [self._create_product(f"h{number}") for number in range(12)]
        for product in products:
            self.set_stock(100, product)
            self.api_says(0, product.x_external_id)
        held = self.sync_all()
        self.assertEqual(held.state, "held")
        self.api_says(70, "h0")
        self.sync(products[0])
        held.action_approve()
        self.assertEqual(self.on_hand(products[0]), 70)
        self.assertEqual(self.on_hand(products[1]), 0)
        line = held.line_ids.filtered(lambda line: line.product_id == products[0])
        self.assertEqual((line.state, line.error_code), ("skipped", "stale_level"))

    def test_held_line_gives_way_to_a_newer_run(self):
        self.set_stock(10)
        self.api_says(5000)
        run = self.sync_all()
        self.assertEqual((run.state, run.has_held_lines), ("partial", True))
        self.api_says(12)
        self.sync_all()
        self.assertFalse(run.has_held_lines)
        with self.assertRaises(UserError):
            run.action_approve()
        self.assertEqual(self.on_hand(), 12)

    def test_answer_about_the_old_id_is_not_used_for_the_new_one(self):
        self.set_stock(3)
        self.api_says(60)
        binding = self.product.sync_binding_ids
        self.while_asking(lambda: binding.write({"external_id": "new"}))
        run = self.sync()
        self.assertFalse(run.line_ids)
        self.assertEqual(self.on_hand(), 3)
        self.assertFalse(self.product.last_sync_date)

    def test_product_that_is_deleted_meanwhile_does_not_stop_its_neighbours(self):
        other = self._create_product("456")
        self.api_says(5)
        self.api_says(6, "456")
        self.while_asking(other.unlink)
        run = self.sync_all()
        self.assertEqual((run.state, run.changed), ("done", 1))
        self.assertEqual(self.on_hand(), 5)

    def test_backend_that_loses_its_location_meanwhile_changes_nothing(self):
        self.set_stock(3)
        self.api_says(5)
        self.while_asking(lambda: self.backend.write({"location_id": False}))
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("interrupted", "not_configured"))
        self.assertEqual(self.on_hand(), 3)

    def test_run_ends_where_the_api_is_set_up_otherwise_meanwhile(self):
        """Half of it would be read by the old mapping, and half by the new one."""
        self.set_stock(3)
        self.api_says(5, boxes=7)
        changes = [{"quantity_path": "boxes"}]
        self.while_asking(lambda: changes and self.backend.write(changes.pop()))
        run = self.sync_all()
        self.assertEqual((run.state, run.error_code), ("interrupted", "not_configured"))
        self.assertIn("were changed", run.error_message)
        self.assertEqual((self.on_hand(), self.backend.failure_count), (3, 0))
        self.sync_all()
        self.assertEqual(self.on_hand(), 7)

    def test_archived_backend_writes_no_stock(self):
        self.set_stock(10)
        self.api_says(5000)
        run = self.sync_all()
        self.backend.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            run.action_approve()
        self.assertEqual(self.on_hand(), 10)

    def test_open_run_without_progress_for_long_is_not_continued(self):
        run = self.env["sync.run"].create(
            {"flow_id": self.backend.id, "trigger": "cron"}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sync_run SET write_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(hours=1), run.id],
        )
        run.invalidate_recordset()
        with mute_logger(SERVICE_LOGGER):
            self.assertFalse(self.env["stock.sync.service"]._open_runs())
        self.assertEqual(run.state, "interrupted")

    def test_preview_that_fails_says_so(self):
        self.backend.base_url = False
        with mute_logger(SERVICE_LOGGER):
            action = self.backend.action_preview()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("no address", action["params"]["message"])

    def test_rejecting_touches_held_lines_only(self):
        self.set_stock(3)
        self.api_says(5)
        preview = self.sync_all(preview=True)
        with self.assertRaises(UserError):
            preview.action_reject()
        self.assertEqual(preview.line_ids.state, "planned")

    def test_secret_does_not_go_with_the_backend_to_another_server(self):
        self.backend.write({"auth_type": "bearer", "secret_input": "s3cret"})
        self.backend.base_url = f"{API}/v2"
        self.assertTrue(self.backend.has_secret)
        self.backend.base_url = "http://localhost:10/api"
        self.assertFalse(self.backend.has_secret)
        self.backend.write({"base_url": API, "secret_input": "other"})
        self.assertTrue(self.backend.has_secret)

    def test_lot_that_is_left_from_former_tracking_does_not_go_negative(self):
        product = self._create_product("lot", tracking="lot")
        lot = self.env["stock.lot"].create({"product_id": product.id, "name": "L"})
        self.set_stock(5, product, lot_id=lot)
        product.tracking = "none"
        self.set_stock(5, product)
        self.api_says(2, "lot")
        self.sync(product)
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", self.stock.id)]
        )
        self.assertEqual(sum(quants.mapped("quantity")), 2)
        self.assertGreaterEqual(min(quants.mapped("quantity")), 0)

    def test_template_with_an_archived_variant_shows_and_sets_the_active_one(self):
        template = self._create_shirt()
        template.product_variant_ids[1].active = False
        template.x_external_id = "one"
        self.assertEqual(template.product_variant_ids.x_external_id, "one")
        self.api_says(4, "one")
        with mute_logger(SERVICE_LOGGER):
            action = template.with_user(self.user).action_stock_sync()
        self.assertEqual(action["params"]["type"], "success")
        template.x_external_id = False
        self.assertFalse(template.product_variant_ids.x_external_id)

    def test_bindings_of_other_companies_do_not_break_the_form(self):
        other = self.env["res.company"].create({"name": "Other"})
        backend = self.backend.copy(
            {"name": "Other", "company_id": other.id, "location_id": False}
        )
        binding = self.env["stock.sync.binding"].create(
            {
                "flow_id": backend.id,
                "product_id": self.product.id,
                "external_id": "theirs",
            }
        )
        user = new_test_user(
            self.env,
            "sync_other",
            groups="stock.group_stock_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.env.invalidate_all()
        template = self.product.product_tmpl_id.with_user(user).with_company(other)
        [values] = template.web_read(
            {
                "x_external_id": {},
                "sync_binding_count": {},
                "sync_binding_ids": {"fields": {"external_id": {}}},
            }
        )
        self.assertEqual(values["x_external_id"], "theirs")
        self.assertEqual(values["sync_binding_count"], 1)
        self.assertEqual([row["id"] for row in values["sync_binding_ids"]], binding.ids)

    def test_fields_of_many_products_are_read_in_a_few_statements(self):
        products = self.env["product.product"].browse(
            [self._create_product(f"many{number}").id for number in range(50)]
        )
        templates = products.product_tmpl_id
        for records in (products, templates.browse(templates.ids)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.read(["x_external_id", "sync_state", "last_sync_date"])
            self.assertLess(self.env.cr.sql_log_count - before, 30)
