from odoo import fields, models


class StockSyncConnectionTestLocation(models.TransientModel):
    """A location code of the answer that the location map does not know yet."""

    _name = "stock.sync.connection.test.location"
    _description = "Stock Synchronisation Connection Test: Location"

    test_id = fields.Many2one("sync.connection.test", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="test_id.flow_id.company_id")
    code = fields.Char(string="API's Code", required=True, readonly=True)
    location_id = fields.Many2one(
        "stock.location",
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
    )
    ignored = fields.Boolean()
