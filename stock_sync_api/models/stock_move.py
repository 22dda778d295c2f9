from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    sync_line_ids = fields.Many2many(
        "stock.sync.run.line",
        "stock_sync_run_line_move_rel",
        "move_id",
        "line_id",
        string="Synchronisation Lines",
        readonly=True,
        copy=False,
        help="What a stock synchronisation found, for which it made this move.",
    )

    def _update_orderpoints(self):
        """Odoo calls this a dozen times for a batch of moves: its end is enough."""
        if self.env.context.get("stock_sync_orderpoints_later"):
            return None
        return super()._update_orderpoints()
