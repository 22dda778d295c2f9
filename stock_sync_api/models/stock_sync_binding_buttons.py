from odoo import models


class StockSyncBinding(models.Model):
    """The buttons of a binding."""

    _inherit = "stock.sync.binding"

    def action_sync(self):
        """Synchronise the products now, to see whether their problem is gone."""
        self.check_access("read")
        return self.env["stock.sync.service"]._sync_and_notify(self.product_id)

    def action_view_product(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.product",
            "res_id": self.product_id.id,
            "views": [(False, "form")],
        }
