from odoo import api, fields, models

from ..tools import format_quantity


class StockSyncRunLine(models.Model):
    """One product at one location in a run that differed or went wrong."""

    _name = "stock.sync.run.line"
    _inherit = ["stock.sync.error.mixin"]
    _description = "Stock Synchronisation Line"
    _order = "id desc"
    _rec_name = "external_id"

    run_id = fields.Many2one(
        "stock.sync.run", required=True, ondelete="cascade", readonly=True
    )
    backend_id = fields.Many2one(related="run_id.backend_id", store=True, index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    binding_id = fields.Many2one(
        "stock.sync.binding", ondelete="set null", index="btree_not_null", readonly=True
    )
    product_id = fields.Many2one(
        "product.product", ondelete="cascade", index="btree_not_null", readonly=True
    )
    external_id = fields.Char(string="External ID", readonly=True)
    location_id = fields.Many2one("stock.location", ondelete="set null", readonly=True)
    quantity_before = fields.Float(
        string="Before", digits="Product Unit", readonly=True
    )
    quantity_after = fields.Float(string="After", digits="Product Unit", readonly=True)
    difference = fields.Float(compute="_compute_difference", digits="Product Unit")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("applied", "Applied"),
            ("skipped", "Skipped"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    api_quantity = fields.Char(
        string="API's Quantity",
        readonly=True,
        help="The quantity as the API gave it.",
    )
    api_date = fields.Datetime(string="API's Own Time", readonly=True)
    received_date = fields.Datetime(
        string="Answer Received", readonly=True, help="When the API answered."
    )
    move_ids = fields.Many2many(
        "stock.move",
        "stock_sync_run_line_move_rel",
        "line_id",
        "move_id",
        readonly=True,
    )
    description = fields.Char(compute="_compute_description")

    # What a run has for a product is looked up for each one that it reads.
    _run_binding = models.Index("(run_id, binding_id)")

    @api.depends("quantity_before", "quantity_after")
    def _compute_difference(self):
        for line in self:
            line.difference = line.quantity_after - line.quantity_before

    @api.depends(
        "state", "error_message", "location_id", "quantity_before", "quantity_after"
    )
    @api.depends_context("lang")
    def _compute_description(self):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for line in self:
            change = (
                f"{line.location_id.complete_name}:"
                f" {format_quantity(line.quantity_before, digits)}"
                f" → {format_quantity(line.quantity_after, digits)}"
            )
            line.description = line.error_message or change
