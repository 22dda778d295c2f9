from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def try_lock_for_update(self, *, allow_referencing=False, limit=None):
        """Spare a statement per quant where the transaction holds the lock already.

        The context key ``stock_sync_held_quants`` has the ids that were locked, all at
        once, by ``stock.sync.apply``.
        """
        held = self.env.context.get("stock_sync_held_quants")
        if held and allow_referencing and limit == 1:
            mine = self.filtered(lambda quant: quant.id in held)
            if mine:
                return mine[:1]
        return super().try_lock_for_update(
            allow_referencing=allow_referencing, limit=limit
        )
