from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .common import StockSyncCase


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
        for query in get_neutralization_queries(["stock_sync_api"]):
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
        self.assertFalse(self.service.sudo()._due_backends())
