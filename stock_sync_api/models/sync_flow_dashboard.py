from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.base_sync_api.models import sync_flow_dashboard

from ..kind import KIND


class SyncFlow(models.Model):
    """What the card of a flow of stock levels shows beside the rest."""

    _inherit = "sync.flow"

    binding_count = fields.Integer(compute="_compute_binding_counts")
    problem_count = fields.Integer(compute="_compute_binding_counts")
    unmatched_count = fields.Integer(compute="_compute_unmatched_count")

    def _compute_binding_counts(self):
        groups = self.env["stock.sync.binding"]._read_group(
            [("flow_id", "in", self.ids)], ["flow_id", "state"], ["__count"]
        )
        for flow in self:
            counts = {state: count for who, state, count in groups if who == flow}
            flow.binding_count = sum(counts.values())
            flow.problem_count = counts.get("error", 0)

    def _compute_unmatched_count(self):
        counts = dict(
            self.env["stock.sync.unmatched"]._read_group(
                [("flow_id", "in", self.ids), ("ignored", "=", False)],
                ["flow_id"],
                ["__count"],
            )
        )
        for flow in self:
            flow.unmatched_count = counts.get(flow, 0)

    def _compute_held_count(self):
        """Of stock: how many changes wait, and not how many runs."""
        of_stock = self.filtered(lambda flow: flow.kind == KIND)
        Line = self.env["stock.sync.run.line"]
        counts = dict(
            Line._read_group(
                Line._held_domain() & Domain("flow_id", "in", of_stock.ids),
                ["flow_id"],
                ["__count"],
            )
        )
        for flow in of_stock:
            flow.held_count = counts.get(flow._origin, 0)
        return super(SyncFlow, self - of_stock)._compute_held_count()

    def _takes_long(self):
        is_large = (
            self.kind == KIND
            and self.binding_count > sync_flow_dashboard.BACKGROUND_SIZE
        )
        return (is_large and self._get_cron().active) or super()._takes_long()

    @api.model
    def _first_fault(self, run):
        line = self.env["stock.sync.run.line"].search(
            [("run_id", "=", run.id), ("state", "=", "failed")], limit=1
        )
        return line.error_message or super()._first_fault(run)

    def action_view_bindings(self):
        return self._action_of_flow("stock_sync_api.stock_sync_binding_action")

    def action_view_unmatched(self):
        return self._action_of_flow("stock_sync_api.stock_sync_unmatched_action")

    def action_view_problems(self):
        return self._action_of_flow("stock_sync_api.stock_sync_binding_problem_action")

    def action_view_held(self):
        """The changes that wait for approval."""
        if self.kind != KIND:
            return super().action_view_held()
        return self._action_of_flow("stock_sync_api.stock_sync_run_line_held_action")
