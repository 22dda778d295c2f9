"""What two flows of one backend share, and when a secret is forgotten."""

from odoo import Command
from odoo.tests import tagged

from .common import API, SECRET, RatesCase


@tagged("post_install", "-at_install")
class TestSecrets(RatesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow.write(
            {
                "auth_type": "bearer",
                "secret_input": SECRET,
                "shared_parameter_ids": [
                    Command.create({"kind": "header", "name": "X-Client", "value": "7"})
                ],
            }
        )
        cls.backend = cls.flow.backend_id
        cls.second = cls._create_flow("Second", backend_id=cls.backend.id)

    def secret_row(self, flow):
        return self.env["sync.parameter"].create(
            {
                "flow_id": flow.id,
                "kind": "header",
                "name": "X-Token",
                "is_secret": True,
                "secret_input": SECRET,
            }
        )

    def secrets(self):
        return self.env["sync.secret"].sudo().search_count([])

    def sent(self, flow):
        self.calls.clear()
        self.service.sync_flow(flow)
        return {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in self.calls[0].headers.items()
        }

    def test_both_flows_send_what_is_the_backends(self):
        self.assertEqual(self.second.base_url, API)
        for flow in self.flow + self.second:
            headers = self.sent(flow)
            self.assertEqual(headers["X-Client"], "7")
            self.assertEqual(headers["Authorization"], f"Bearer {SECRET}")

    def test_a_preset_of_one_flow_leaves_alone_what_the_other_goes_by(self):
        self.second.preset_id = self.second.preset_id.copy(
            {"name": "Key", "values": {"list_path": "/v2", "auth_type": "api_key"}}
        )
        self.assertEqual(
            (self.second.list_path, self.second.auth_type), ("/v2", "bearer")
        )
        self.assertTrue(self.flow.has_secret)

    def test_what_is_a_flows_own_goes_with_its_own_requests(self):
        self.secret_row(self.second)
        self.assertEqual(self.sent(self.second)["X-Token"], SECRET)
        self.assertNotIn("X-Token", self.sent(self.flow))

    def test_a_backend_is_called_like_its_only_flow_until_it_has_two(self):
        self.assertEqual(self.backend.name, "Central bank")
        self.second.unlink()
        self.flow.name = "Bank"
        self.assertEqual(self.backend.name, "Bank")

    def test_another_address_forgets_all_secrets_wherever_it_is_written(self):
        for record in (self.flow, self.backend):
            with self.subTest(record=record._name):
                self.flow.write({"base_url": API, "secret_input": SECRET})
                row = self.secret_row(self.second)
                self.assertTrue(row.has_secret and self.second.has_secret)
                record.base_url = "https://elsewhere.example"
                self.assertFalse(row.has_secret or self.flow.has_secret)
                self.assertEqual(self.secrets(), 0)

    def test_another_path_of_the_same_server_forgets_nothing(self):
        self.flow.base_url = f"{API}/v2"
        self.assertTrue(self.flow.has_secret)

    def test_a_flow_that_moves_leaves_its_secrets_behind(self):
        row = self.secret_row(self.second)
        plain = row.copy({"name": "X-Plain", "is_secret": False, "value": "1"})
        other = self._create_flow("Other", base_url="https://other.example")
        self.second.backend_id = other.backend_id
        self.assertEqual((row + plain).backend_id, other.backend_id)
        self.assertFalse(row.has_secret)
        self.assertEqual(plain.value, "1")
        self.assertEqual(self.second.base_url, "https://other.example")
        self.assertTrue(self.flow.has_secret, "what it has left behind stays")

    def test_a_row_that_moves_to_a_flow_elsewhere_leaves_its_secret_behind(self):
        row = self.secret_row(self.second)
        other = self._create_flow("Other", base_url="https://other.example")
        row.flow_id = other
        self.assertFalse(row.has_secret)
        self.assertEqual(row.backend_id, other.backend_id)

    def test_what_is_written_with_a_move_is_the_new_backends(self):
        other = self._create_flow("Other", base_url="https://other.example")
        self.second.write(
            {"backend_id": other.backend_id.id, "base_url": "https://new.example"}
        )
        self.assertEqual(other.base_url, "https://new.example")
        self.assertEqual(self.flow.base_url, API)

    def test_the_last_flow_takes_its_backend_and_all_secrets_with_it(self):
        self.secret_row(self.second)
        self.second.unlink()
        self.assertTrue(self.backend.exists() and self.flow.has_secret)
        self.flow.unlink()
        self.assertFalse(self.backend.exists())
        self.assertEqual(self.secrets(), 0)

    def test_a_backend_that_the_last_flow_leaves_goes_too(self):
        self.second.unlink()
        other = self._create_flow("Other", base_url="https://other.example")
        self.flow.backend_id = other.backend_id
        self.assertFalse(self.backend.exists())
        self.assertEqual(self.secrets(), 0)

    def test_an_archived_flow_keeps_its_backend(self):
        self.second.active = False
        self.flow.unlink()
        self.assertTrue(self.backend.exists() and self.second.has_secret)
