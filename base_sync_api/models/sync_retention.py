from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: defaults of the system parameters, whose names begin with the addon of the kind
DEFAULTS = {"keep_days": 90, "keep_runs": 5_000}

#: records removed per transaction
BATCH_SIZE = 2_000


class SyncRetention(models.AbstractModel):
    """Removes what has become old, or too much: runs, and what belongs to them."""

    _name = "sync.retention"
    _description = "Synchronisation: Retention"

    @api.autovacuum
    def _gc_history(self):
        """:return: how many were removed, and whether there are more"""
        removed = 0
        flows = self.env["sync.flow"].with_context(active_test=False)
        # There are a few. pylint: disable=no-search-all
        for flow in flows.search([]):
            for find in self._get_searches(flow):
                records = find(flow, BATCH_SIZE - removed)
                removed += len(records)
                records.unlink()
                if removed >= BATCH_SIZE:
                    return removed, 1
        return removed, 0

    @api.model
    def _get_searches(self, flow):
        """:return: list of methods, each called with the flow and a limit, which give
        records to remove
        """
        return [self._old_runs]

    @api.model
    def _keep(self, flow, what):
        """:return: the figure of a system parameter; its default if it is none"""
        name = f"{flow._get_kind().addon}.{what}"
        text = self.env["ir.config_parameter"].sudo().get_param(name) or ""
        return int(text) if text.isdecimal() and int(text) else self._defaults()[what]

    @api.model
    def _defaults(self):
        return DEFAULTS

    @api.model
    def _old_runs(self, flow, limit):
        return self.env["sync.run"].search(
            self._removable_domain(flow), order="id", limit=limit
        )

    @api.model
    def _removable_domain(self, flow):
        """The old runs that nothing else has to be removed before."""
        return self._old_runs_domain(flow)

    @api.model
    def _old_runs_domain(self, flow):
        date = fields.Datetime.now() - timedelta(days=self._keep(flow, "keep_days"))
        old = Domain("start_date", "<", date)
        runs = self.env["sync.run"]
        if last := self._after(runs, flow, self._keep(flow, "keep_runs")):
            old |= Domain("id", "<=", last.id)
        needed = self._needed_runs(flow)
        return self._finished_domain(flow) & old & Domain("id", "not in", needed.ids)

    @api.model
    def _finished_domain(self, flow):
        """Runs that nothing is left to do for."""
        return (
            Domain("flow_id", "=", flow.id)
            & Domain("state", "in", ["done", "partial", "failed", "interrupted"])
            & Domain("id", "not in", flow._held_runs().ids)
        )

    @api.model
    def _needed_runs(self, flow):
        """What a delta or a schedule begins at, and what tells how old the last success
        is.
        """
        Run = self.env["sync.run"]
        mine = Domain("flow_id", "=", flow.id)
        whole = mine & Domain("complete", "=", True) & Domain("preview", "=", False)
        return Run.union(
            Run.search(mine & flow._success_domain(), limit=1),
            Run.search(mine & Domain("trigger", "=", "cron"), limit=1),
            Run.search(whole & Domain("delta", "=", False), limit=1),
            Run.search(whole & Domain("settled", "=", True), limit=1),
        )

    @api.model
    def _after(self, model, flow, count):
        """The newest record of the backend after so many, if there are more."""
        return model.search(
            [("flow_id", "=", flow.id)], order="id desc", offset=count, limit=1
        )
