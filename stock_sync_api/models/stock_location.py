from odoo import api, models


class StockLocation(models.Model):
    _inherit = "stock.location"

    @api.constrains("location_id")
    def _check_stock_sync_overlap(self):
        """A location that moves below another may bring two backends together."""
        flows = (
            self.env["sync.flow"]
            .sudo()
            .search(
                ["|", ("location_id", "!=", False), ("location_map_ids", "!=", False)]
            )
        )
        if len(flows) > 1:
            flows._check_locations_apart()
