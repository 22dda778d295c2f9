"""Backends that were made with what a preset said earlier."""

import importlib.util
from pathlib import Path

from odoo.fields import Command
from odoo.tests import tagged

from .common import StockSyncCase

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@tagged("post_install", "-at_install")
class TestPresetsOfVersion2(StockSyncCase):
    def migrate(self):
        path = MIGRATIONS / "19.0.3.0.0" / "post-migration.py"
        spec = importlib.util.spec_from_file_location("post_migration", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.env.cr, "19.0.2.0.0")
        self.env.invalidate_all()

    def old_backend(self, preset, **values):
        """A backend as the preset made it in version 2."""
        preset = self.env.ref(f"stock_sync_api.preset_{preset}")
        number = self.env["sync.flow"].search_count([])
        backend = self.backend.copy({"name": f"{preset.name} {number}"})
        backend.preset_id = preset
        backend.write({"list_is_partial": False, **values})
        return backend

    def settings(self, backend):
        return backend._get_api_settings()

    def test_woocommerce_s_backend_gets_what_the_preset_says_now(self):
        backend = self.old_backend(
            "woocommerce",
            since_param="modified_after",
            quantity_path="stock_quantity",
            date_path="date_modified_gmt",
            filter_path=False,
        )
        fresh = self.old_backend("woocommerce")
        backend.active = False
        self.migrate()
        self.assertFalse(backend.since_param)
        self.assertTrue(backend.list_is_partial)
        self.assertEqual(backend._get_mapping(), fresh._get_mapping())
        self.assertIn("manage_stock", backend.quantity_path)
        self.assertIn("variable", backend.filter_path)

    def test_what_people_have_typed_in_stays(self):
        backend = self.old_backend(
            "woocommerce",
            since_param="after",
            external_id_path="sku",
            item_path=False,
            quantity_path="meta_data[0].value",
            date_path="date_modified_gmt",
            filter_path="status == 'publish'",
        )
        self.migrate()
        self.assertEqual(backend.since_param, "after")
        self.assertEqual(backend.external_id_path, "sku")
        self.assertFalse(backend.item_path)
        self.assertEqual(backend.quantity_path, "meta_data[0].value")
        self.assertEqual(backend.filter_path, "status == 'publish'")
        self.assertFalse(backend.date_path)

    def test_other_presets_backends_do_too(self):
        old = {
            "amazon": {"since_param": "startDateTime"},
            "square": {
                "success_path": False,
                "rows_path": "counts",
                "item_rows_path": "counts",
                "filter_path": "state == 'IN_STOCK'",
            },
            "bigcommerce": {"filter_path": False},
            "commercetools": {},
            "ebay": {
                "quantity_path": "availability.shipToLocationAvailability.quantity"
            },
            "adobe": {
                "quantity_path": "quantity && (status == `0` && '0' || quantity)",
                "parameter_ids": [Command.clear()],
            },
            "shopify": {},
            "globalshop": {},
        }
        backends = {name: self.old_backend(name, **old[name]) for name in old}
        fresh = {name: self.old_backend(name) for name in old}
        self.migrate()
        for name, backend in backends.items():
            with self.subTest(name):
                partial = name not in ("shopify", "globalshop")
                self.assertEqual(backend.list_is_partial, partial)
                self.assertEqual(self.settings(backend), self.settings(fresh[name]))

    def test_a_backend_without_a_preset_is_left_alone(self):
        self.backend.write({"since_param": "modified_after", "missing_policy": "zero"})
        self.migrate()
        self.assertEqual(self.backend.since_param, "modified_after")
        self.assertFalse(self.backend.list_is_partial)
