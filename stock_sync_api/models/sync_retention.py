from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain


class SyncRetention(models.AbstractModel):
    """Lines and unmatched products go, too; bindings and levels stay."""

    _inherit = "sync.retention"

    @api.model
    def _defaults(self):
        return {**super()._defaults(), "keep_lines": 500_000}

    @api.model
    def _get_searches(self, flow):
        # Lines go first: a run with a hundred thousand of them would take too long.
        searches = super()._get_searches(flow)
        return [self._old_lines, *searches, self._old_unmatched]

    @api.model
    def _old_lines(self, flow, limit):
        """Lines of the runs that are to go, and the oldest ones of too many."""
        Line = self.env["stock.sync.run.line"]
        domain = Domain("run_id", "any", self._old_runs_domain(flow))
        if last := self._after(Line, flow, self._keep(flow, "keep_lines")):
            finished = Domain("run_id", "any", self._finished_domain(flow))
            domain |= finished & Domain("id", "<=", last.id)
        return Line.search(
            Domain("flow_id", "=", flow.id) & domain, order="id", limit=limit
        )

    @api.model
    def _removable_domain(self, flow):
        return super()._removable_domain(flow) & Domain("line_ids", "=", False)

    @api.model
    def _old_unmatched(self, flow, limit):
        """Ids that the API has not named for so long, though it was asked."""
        Unmatched = self.env["stock.sync.unmatched"]
        if not flow.last_success_date:
            return Unmatched
        date = flow.last_success_date - timedelta(days=self._keep(flow, "keep_days"))
        return Unmatched.search(
            [("flow_id", "=", flow.id), ("last_seen", "<", date)], limit=limit
        )
