from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base_sync_api.tools.numbers import format_number

from ..kind import KIND
from ..tools.quantities import format_quantity


class StockSyncRunLine(models.Model):
    """One product at one location in a run that differed or went wrong."""

    _name = "stock.sync.run.line"
    _inherit = ["sync.error"]
    _description = "Stock Synchronisation Line"
    _order = "id desc"
    _rec_name = "external_id"

    run_id = fields.Many2one(
        "sync.run", required=True, ondelete="cascade", readonly=True
    )
    flow_id = fields.Many2one(
        related="run_id.flow_id", string="Backend", store=True, index=True
    )
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
        string="Before", digits="Product Unit", readonly=True, aggregator=None
    )
    quantity_after = fields.Float(
        string="After", digits="Product Unit", readonly=True, aggregator=None
    )
    difference = fields.Float(
        compute="_compute_difference", digits="Product Unit", aggregator="sum"
    )
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
    rounded_from = fields.Char(
        readonly=True,
        help="The quantity before it was rounded to what the product's unit keeps.",
    )
    api_date = fields.Datetime(string="API's Own Time", readonly=True)
    received_date = fields.Datetime(
        string="Answer Received", readonly=True, help="When the API answered."
    )
    api_changed = fields.Boolean(
        string="New Number",
        readonly=True,
        help="Whether the API's quantity was not the one accepted last.",
    )
    missed_by_delta = fields.Boolean(
        string="Missed by Changes Only",
        readonly=True,
        help="No list of changes had mentioned it.",
    )
    approved = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether it was held, and a person has approved it.",
    )
    move_ids = fields.Many2many(
        "stock.move",
        "stock_sync_run_line_move_rel",
        "line_id",
        "move_id",
        readonly=True,
    )
    description = fields.Char(compute="_compute_description")
    is_held = fields.Boolean(
        string="Waits for Approval",
        compute="_compute_is_held",
        search="_search_is_held",
    )

    # What a run has for a product is looked up for each one that it reads.
    _run_binding = models.Index("(run_id, binding_id)")

    def _get_error_kind(self):
        return KIND

    @api.depends("quantity_before", "quantity_after")
    def _compute_difference(self):
        for line in self:
            line.difference = line.quantity_after - line.quantity_before

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "difference":
            return SQL(
                "(%s - %s)",
                self._field_to_sql(alias, "quantity_after", query),
                self._field_to_sql(alias, "quantity_before", query),
            )
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _held_domain(self):
        """The lines that wait for a person: held by themselves, or with their run."""
        return Domain("state", "=", "planned") & (
            Domain("error_code", "=", "held_by_guard")
            | Domain("run_id.state", "=", "held")
        )

    @api.depends("state", "error_code", "run_id.state")
    def _compute_is_held(self):
        for line in self:
            line.is_held = line.state == "planned" and (
                line.error_code == "held_by_guard" or line.run_id.state == "held"
            )

    @api.model
    def _search_is_held(self, operator, value):
        if operator != "in":
            return NotImplemented
        held = self._held_domain()
        return held if True in value else ~held

    @api.depends("product_id.display_name", "external_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.product_id.display_name or line.external_id

    @api.depends(
        "state",
        "error_message",
        "location_id",
        "quantity_before",
        "quantity_after",
        "rounded_from",
    )
    @api.depends_context("lang")
    def _compute_description(self):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for line in self:
            before, after = (
                format_number(self.env, format_quantity(quantity, digits))
                for quantity in (line.quantity_before, line.quantity_after)
            )
            change = f"{line.location_id.complete_name}: {before} → {after}"
            if line.rounded_from:
                change = self.env._(
                    "%(change)s (%(quantity)s was rounded)",
                    change=change,
                    quantity=line.rounded_from,
                )
            line.description = line.error_message or change

    def _hold(self, **why):
        """Have the line wait for a person.

        :param why: more facts for the sentence; without a reason among them the change
            is unusually large
        """
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        self.write(
            {
                "error_code": "held_by_guard",
                "error_facts": {
                    "location": self.location_id.complete_name,
                    "before": format_quantity(self.quantity_before, digits),
                    "target": format_quantity(self.quantity_after, digits),
                    **why,
                },
            }
        )
