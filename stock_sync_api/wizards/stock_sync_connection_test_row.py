from odoo import fields, models


class StockSyncConnectionTestRow(models.TransientModel):
    """A row of the answer, as the mapping understands it."""

    _name = "stock.sync.connection.test.row"
    _description = "Stock Synchronisation Connection Test: Row"

    test_id = fields.Many2one("sync.connection.test", required=True, ondelete="cascade")
    external_id = fields.Char(string="External ID", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    quantity = fields.Char(readonly=True)
    location_code = fields.Char(string="API's Location", readonly=True)
    location_id = fields.Many2one("stock.location", readonly=True)
    date = fields.Datetime(string="Time", readonly=True)
