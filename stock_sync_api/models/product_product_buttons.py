from odoo import models


class ProductProduct(models.Model):
    """The buttons of a product."""

    _inherit = "product.product"

    def action_stock_sync(self):
        """The button: synchronise these products now and say what happened."""
        return self.env["stock.sync.service"]._sync_and_notify(self)

    def action_view_sync_lines(self):
        """What synchronisation changed on these products, and why."""
        self.env["stock.sync.run.line"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_run_line_action"
        )
        action["domain"] = [("product_id", "in", self.ids)]
        return action

    def action_view_sync_changes(self):
        """How synchronisation changed the quantity of these products over time."""
        self.env["stock.sync.run.line"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_run_line_product_action"
        )
        action["domain"] = [("product_id", "in", self.ids)]
        return action
