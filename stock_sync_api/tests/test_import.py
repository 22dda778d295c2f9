"""External IDs come in by the import screen, under the names that it has for them."""

from odoo.tests import new_test_user, tagged

from .common import StockSyncCase

OPTIONS = {"quoting": '"', "separator": ",", "has_headers": True}


@tagged("post_install", "-at_install")
class TestImport(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.importer = new_test_user(
            cls.env,
            "sync_importer",
            groups="stock.group_stock_manager,product.group_product_manager",
            lang="en_US",
        )

    def import_file(self, model, *lines):
        """As the screen does it: its own matching, then the import.

        :return: the records, and what each column was taken for
        """
        wizard = (
            self.env["base_import.import"]
            .with_user(self.importer)
            .create(
                {
                    "res_model": model,
                    "file": "\n".join(lines).encode(),
                    "file_type": "text/csv",
                    "file_name": "products.csv",
                }
            )
        )
        preview = wizard.parse_preview(dict(OPTIONS))
        self.assertNotIn("error", preview)
        headers = preview["headers"]
        matches = [
            "/".join(preview["matches"].get(index) or []) or False
            for index in range(len(headers))
        ]
        result = wizard.execute_import(
            matches, [header.lower() for header in headers], dict(OPTIONS)
        )
        self.assertFalse(result["messages"])
        self.env.invalidate_all()
        return self.env[model].browse(result["ids"]), matches

    def exported_as(self, records, fname):
        """The heading of a field in an export that is to be imported again."""
        return records.fields_get([fname])[fname]["string"]

    def assert_imported(self, model):
        label = self.exported_as(self.env[model], "x_external_id")
        self.assertNotEqual(label, "External ID", "that is Odoo's own")
        for number, heading in enumerate((label, label.upper(), "x_external_id")):
            ids = [f"A-{number}", f"B-{number}"]
            with self.subTest(heading=heading):
                products, matches = self.import_file(
                    model,
                    f"Name,Track Inventory,{heading}",
                    *(f"Product {external_id},1,{external_id}" for external_id in ids),
                )
                self.assertEqual(matches[-1], "x_external_id")
                self.assertEqual(products.mapped("x_external_id"), ids)
                self.assertEqual(len(products.sync_binding_ids), 2)

    def test_external_ids_of_products_are_imported(self):
        self.assert_imported("product.template")

    def test_external_ids_of_variants_are_imported(self):
        self.assert_imported("product.product")

    def test_external_id_of_a_product_that_is_there_is_changed(self):
        for record in (self.product, self.product.product_tmpl_id):
            [xmlid] = record.export_data(["id"])["datas"][0]
            label = self.exported_as(record, "x_external_id")
            external_id = f"new of {record._name}"
            with self.subTest(record):
                records, matches = self.import_file(
                    record._name, f"External ID,{label}", f"{xmlid},{external_id}"
                )
                self.assertEqual(matches, ["id", "x_external_id"])
                self.assertEqual(records, record)
                self.assertEqual(self.product.x_external_id, external_id)

    def test_external_ids_of_a_backend_are_imported_into_its_own_list(self):
        product = self._create_product(default_code="LAMP")
        label = self.exported_as(self.env["stock.sync.binding"], "external_id")
        bindings, matches = self.import_file(
            "stock.sync.binding",
            f"Backend,Product,{label}",
            f"Test API,{product.display_name},A-1",
        )
        self.assertEqual(matches, ["flow_id", "product_id", "external_id"])
        self.assertEqual((bindings.product_id, bindings.external_id), (product, "A-1"))
