"""The base by itself, or beside kinds that it does not know."""

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

MODELS = ("sync.backend", "sync.flow", "sync.run", "sync.parameter", "sync.preset")


@tagged("post_install", "-at_install")
class TestAlone(TransactionCase):
    def test_nothing_but_mail_is_needed(self):
        module = self.env.ref("base.module_base_sync_api")
        self.assertEqual(module.dependencies_id.mapped("name"), ["mail"])

    def test_the_base_names_no_kind(self):
        kinds = self.env["sync.flow"]._get_kinds()
        selection = self.env["sync.flow"]._fields["kind"].get_values(self.env)
        self.assertEqual({*kinds}, {*selection}, "each is made by its own addon")
        for kind in kinds.values():
            self.assertIn(kind.engine, self.env)

    def test_screens_open_without_a_flow(self):
        Flow = self.env["sync.flow"]
        for view in ("kanban", "list", "form", "search"):
            self.assertIn("arch", Flow.get_view(view_type=view))
        for xml_id in ("sync_flow_view_form_setup", "sync_health_view_list"):
            view = self.env.ref(f"base_sync_api.{xml_id}")
            self.assertIn("arch", Flow.get_view(view.id, view.type))
        for view in ("list", "kanban", "form", "graph", "pivot", "search"):
            self.assertIn("arch", self.env["sync.run"].get_view(view_type=view))

    def test_a_round_without_a_flow_does_nothing(self):
        self.env["sync.flow"].search([]).unlink()
        with self.enter_registry_test_mode():
            cron = self.env.ref("base_sync_api.ir_cron_sync")
            self.assertIs(cron.method_direct_trigger(), True)
        self.assertFalse(self.env["sync.run"].search([]))

    def test_the_scheduled_action_is_hourly(self):
        cron = self.env.ref("base_sync_api.ir_cron_sync")
        self.assertTrue(cron.active)
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "hours"))

    def test_who_has_no_role_has_no_access(self):
        user = new_test_user(self.env, "sync_nobody", groups="base.group_user")
        for model in MODELS:
            with self.assertRaises(AccessError), mute_logger("odoo"):
                self.env[model].with_user(user).search([])

    def test_nobody_reads_secrets(self):
        secrets = self.env["sync.secret"].with_user(self.env.ref("base.user_admin"))
        with self.assertRaises(AccessError), mute_logger("odoo"):
            secrets.search([])
