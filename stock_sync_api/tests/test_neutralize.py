from odoo import Command
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged
from odoo.tools import SQL

from .common import StockSyncCase

HOST = "canary.shop.example"


@tagged("post_install", "-at_install")
class TestNeutralize(StockSyncCase):
    def setUp(self):
        super().setUp()
        self.backend.write({"auth_type": "bearer", "secret_input": "s3cret"})
        archived = self.backend.copy(
            {"active": False, "base_url": "http://localhost:9"}
        )
        self.backends = self.backend + archived
        self.set_stock(3)
        self.api_says(50)

    def _neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["base_sync_api", "stock_sync_api"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_a_neutralized_copy_has_neither_address_nor_secret(self):
        self._neutralize()
        for backend in self.backends.sudo():
            self.assertFalse(backend.base_url)
            self.assertFalse(backend.secret)
            self.assertFalse(backend.has_secret)

    def test_a_neutralized_copy_calls_nobody(self):
        self._neutralize()
        run = self.sync()
        self.assertEqual(self.calls, [])
        self.assertEqual(run.line_ids.error_code or run.error_code, "not_configured")
        self.assertEqual(self.on_hand(), 3)
        self.assertFalse(self.service.sudo()._due_flows())

    def _fill(self):
        """The API's address wherever one may be."""
        url = f"https://{HOST}:8443/v1"
        self.backend.write(
            {
                "base_url": url,
                "oauth_token_url": f"https://{HOST}/token",
                "oauth_scope": f"https://{HOST}/.default",
                "heartbeat_url": f"https://{HOST}/alive",
                "failure_url": f"https://{HOST}/dead",
                "parameter_ids": [
                    Command.create({"name": name, "value": value})
                    for name, value in (
                        ("shop", HOST),
                        ("callback", f"{url}/stock"),
                        ("market", "FR"),
                        ("size", "12.50"),
                    )
                ],
                "responsible_id": self.env.ref("base.user_admin").id,
                "alert_after": 1,
            }
        )
        facts = {
            "host": f"{HOST}:8443",
            "hosts": HOST,
            "target": f"{HOST}:8443",
            "reason_text": f"“{url}/x?y” answered; see http://{HOST}, or {HOST}.",
            "external_id": "A.1",
            "quantity": "12.50",
            "status": 500,
        }
        error = {"error_code": "http_error", "error_facts": facts}
        self.run = self.env["sync.run"].create(
            {
                "flow_id": self.backend.id,
                "state": "failed",
                "trigger": "cron",
                "plan_state": {"position": {"url": url}},
                **error,
            }
        )
        self.line = self.env["stock.sync.run.line"].create(
            {"run_id": self.run.id, "state": "failed", **error}
        )
        self.product.sync_binding_ids.write(error)
        self.env["stock.sync.unmatched"].create(
            {"flow_id": self.backend.id, "external_id": "A.1", **error}
        )
        self.env["sync.connection.test"].create(
            {
                "flow_id": self.backend.id,
                "summary": f"{url} answered",
                "problem": HOST,
                "next_step": HOST,
                "excerpt": HOST,
                "row_ids": [Command.create({"external_id": HOST})],
                "location_ids": [Command.create({"code": HOST})],
            }
        )
        # an activity, a mail and the message that it was
        self.backend._after_run(self.run)
        self.backend.activity_feedback(
            ["stock_sync_api.mail_activity_type_failure"], feedback=HOST
        )
        self.backend.activity_schedule("mail.mail_activity_data_todo", note=HOST)
        message = self.backend.message_post(body=url, subject=HOST)
        self.env["mail.tracking.value"].create(
            {
                "mail_message_id": message.id,
                "field_id": self.env["ir.model.fields"]
                ._get("sync.flow", "base_url")
                .id,
                "old_value_char": url,
            }
        )
        self.env["ir.logging"].create(
            {
                "name": "odoo.addons.stock_sync_api.models.stock_sync_record",
                "type": "server",
                "message": url,
                "path": "",
                "func": "",
                "line": "1",
            }
        )

    def _tables_with_the_host(self):
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        return {
            table
            for [table] in tables
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS t WHERE row_to_json(t)::text LIKE %s LIMIT 1",
                    SQL.identifier(table),
                    f"%{HOST}%",
                )
            )
        }

    def test_a_neutralized_copy_does_not_tell_where_the_api_is(self):
        self._fill()
        self.assertLessEqual(
            {
                *("sync_backend", "sync_run", "stock_sync_run_line"),
                *("stock_sync_binding", "stock_sync_unmatched", "ir_logging"),
                *("sync_parameter", "sync_connection_test"),
                *("mail_message", "mail_mail", "mail_activity", "mail_tracking_value"),
            },
            self._tables_with_the_host(),
        )
        self._neutralize()
        self.assertFalse(self._tables_with_the_host())

    def test_a_neutralized_copy_keeps_what_is_no_address(self):
        self._fill()
        self._neutralize()
        self.assertEqual(
            dict(self.backend.parameter_ids.mapped(lambda row: (row.name, row.value))),
            {"shop": False, "callback": False, "market": "FR", "size": "12.50"},
        )
        for record in (self.run, self.line):
            facts = record.error_facts
            self.assertEqual(
                (facts["external_id"], facts["quantity"], facts["status"]),
                ("A.1", "12.50", 500),
            )
            self.assertEqual(facts["reason_text"], "“•••” answered; see •••, or •••.")
            self.assertEqual(
                record.error_message,
                "••• answered with an error (HTTP 500). Try again later; if it stays"
                " so, check the backend's address or tell who runs the API.",
            )
