"""Presets, set-up, retention and neutralization of a flow of any kind."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import Form, tagged

from .common import API, SECRET, RatesCase


@tagged("post_install", "-at_install")
class TestFlowLife(RatesCase):
    def create_preset(self, **values):
        return self.env["sync.preset"].create(
            {"name": "Any", "kind": "currency_rate", "values": {}, **values}
        )

    def test_a_preset_fills_in_what_the_base_and_the_kind_have(self):
        preset = self.create_preset(
            values={"list_path": "/v2", "rows_path": "data", "rate_key": "value"}
        )
        flow = self._create_flow("Preset", preset_id=preset.id)
        self.assertEqual((flow.list_path, flow.rate_key), ("/v2", "value"))
        self.assertEqual(flow.rows_path, "data")
        self.assertEqual(flow.request_mode, "list")

    def test_a_preset_cannot_set_what_is_not_its_business(self):
        for name in ("base_url", "secret_input", "user_id", "schedule_by"):
            with self.assertRaises(ValidationError) as raised:
                self.create_preset(values={"list_path": "/v2", name: "x"})
            self.assertIn(name, str(raised.exception))

    def test_who_has_one_kind_need_not_choose_it(self):
        action = self.env["sync.flow"].with_user(self.manager).action_connect_api()
        self.assertEqual(action["context"]["default_kind"], "currency_rate")

    def set_up_form(self):
        Flow = self.env["sync.flow"].with_user(self.manager)
        action = Flow.action_connect_api()
        [(view_id, _mode)] = action["views"]
        return Form(Flow.with_context(**action["context"]), view=view_id)

    def set_up(self):
        """A new flow, as the guided set-up makes it."""
        form = self.set_up_form()
        form.name = "Guided"
        form.preset_id = self.env.ref("base_sync_api_example.preset_rates")
        form.base_url = API
        return form.save()

    def test_a_set_up_leads_through_to_the_first_run(self):
        self.api_says(USD=1.08)
        flow = self.set_up()
        self.assertEqual((flow.setup_step, flow.list_path), ("connect", "/rates"))
        self.assertFalse(self.service.sudo()._due_flows() & flow)
        flow.action_next_step()
        flow.action_setup_test()
        self.assertTrue(flow.test_passed)
        flow.action_next_step()
        self.assertEqual(flow.setup_step, "preview")
        with self.enter_registry_test_mode():
            flow.action_setup_preview()
            self.run_cron()
            self.assertIn("1 would change", flow.preview_message)
            flow.action_switch_on()
            self.assertIn(flow, self.service.sudo()._due_flows())
            self.run_cron()
        self.assertEqual(flow.last_run_id.state, "done")
        self.assertEqual(self.rate(), 1.08)

    def test_one_more_flow_of_a_system_has_its_address_and_credentials(self):
        self.flow.write({"auth_type": "bearer", "secret_input": SECRET})
        form = self.set_up_form()
        self.assertTrue(form.has_other_backends)
        form.name = "One more"
        form.backend_id = self.flow.backend_id
        self.assertEqual((form.base_url, form.auth_type), (API, "bearer"))
        form.preset_id = self.env.ref("base_sync_api_example.preset_rates")
        self.assertEqual(form.auth_type, "bearer")
        flow = form.save()
        self.assertEqual(flow.backend_id, self.flow.backend_id)
        self.assertTrue(flow.has_secret and self.flow.has_secret)
        self.assertEqual(flow.backend_id.flow_count, 2)
        self.assertEqual(flow.setup_step, "connect")
        self.assertEqual(self.flow.setup_step, "done")

    def test_who_connects_a_first_system_is_not_asked_for_one(self):
        self.flow.unlink()
        self.assertFalse(self.set_up_form().has_other_backends)

    def test_a_step_says_what_it_lacks(self):
        flow = self.set_up()
        flow.base_url = False
        with self.assertRaises(UserError) as raised:
            flow.action_next_step()
        self.assertIn("has no address", str(raised.exception))

    def test_a_list_is_needed_where_there_is_no_other_way_of_asking(self):
        with self.assertRaises(ValidationError) as raised:
            self.flow.list_path = False
        self.assertIn("Path of the List", str(raised.exception))

    def create_runs(self, count, **values):
        return self.env["sync.run"].create(
            [{"flow_id": self.flow.id, "state": "done", **values}] * count
        )

    def test_old_runs_are_removed_but_for_those_that_something_begins_at(self):
        old = fields.Datetime.now() - timedelta(days=91)
        runs = self.create_runs(3, start_date=old, end_date=old, complete=True)
        last_start = self.create_runs(1, start_date=old, trigger="cron", state="failed")
        new = self.create_runs(1, state="failed")
        self.env["sync.retention"]._gc_history()
        self.assertEqual(self.flow.run_ids, new + last_start + runs[-1])

    def test_retention_is_set_by_the_addon_of_the_kind(self):
        self.env["ir.config_parameter"].set_param("base_sync_api.keep_runs", "2")
        runs = self.create_runs(5, state="failed")
        self.env["sync.retention"]._gc_history()
        self.assertEqual(self.flow.run_ids, runs[:-3:-1])

    def test_a_neutralized_copy_knows_neither_address_nor_secret(self):
        self.flow.write(
            {
                "auth_type": "bearer",
                "secret_input": SECRET,
                "heartbeat_url": "https://hc.example/1",
            }
        )
        self.env["sync.parameter"].create(
            {
                "flow_id": self.flow.id,
                "name": "token",
                "is_secret": True,
                "secret_input": SECRET,
            }
        )
        facts = {"host": "bank.example", "status": 401}
        run = self.create_runs(1, error_code="auth_failed", error_facts=facts)
        self.env.flush_all()
        for query in get_neutralization_queries(["base_sync_api"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.flow.base_url or self.flow.heartbeat_url)
        self.assertFalse(self.flow.has_secret or self.env["sync.secret"].search([]))
        self.assertNotIn("bank.example", run.message)
        with self.enter_registry_test_mode():
            self.assertFalse(self.run_cron())
        self.assertEqual(self.calls, [])
