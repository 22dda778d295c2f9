from odoo import api, fields, models

from odoo.addons.base_sync_api.tools.numbers import format_number

from ..kind import KIND


class SyncRun(models.Model):
    """How far a run over stock levels is, and what came of it."""

    _inherit = "sync.run"

    line_count = fields.Integer(compute="_compute_line_count")
    move_count = fields.Integer(compute="_compute_line_count")

    @api.depends("line_ids.state")
    def _compute_outcomes(self):
        return super()._compute_outcomes()

    def _applied_so_far(self):
        if self.flow_id.kind != KIND:
            return super()._applied_so_far()
        left = self.env["stock.sync.run.line"].search_count(
            [
                ("run_id", "=", self.id),
                ("state", "=", "planned"),
                ("error_code", "=", False),
            ]
        )
        return self.env._(
            "Setting the stock: %(done)s changes made, %(left)s left.",
            done=format_number(self.env, self.changed),
            left=format_number(self.env, left),
        )

    def _guess_expected(self):
        if self.flow_id.kind != KIND:
            return super()._guess_expected()
        return self.flow_id.binding_count

    def _compute_line_count(self):
        counts = dict(
            self.env["stock.sync.run.line"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.line_count = counts.get(run, 0)
            run.move_count = self.env["stock.move"].search_count(
                [("sync_line_ids.run_id", "=", run.id)]
            )
