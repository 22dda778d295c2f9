from odoo import models


class ProductTemplate(models.Model):
    """The buttons of a template: they are those of its variants."""

    _inherit = "product.template"

    def action_stock_sync(self):
        """The button: synchronise all variants now and say what happened."""
        return self._sync_variants().action_stock_sync()

    def action_view_sync_lines(self):
        """What synchronisation changed on all variants, and why."""
        return self.with_context(
            active_test=False
        ).product_variant_ids.action_view_sync_lines()

    def action_view_sync_changes(self):
        """How synchronisation changed the quantity of all variants over time."""
        return self.with_context(
            active_test=False
        ).product_variant_ids.action_view_sync_changes()
