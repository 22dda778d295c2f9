from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: system parameters and their defaults; the numbers are per backend
DEFAULTS = {
    "stock_sync_api.keep_days": 90,
    "stock_sync_api.keep_runs": 5_000,
    "stock_sync_api.keep_lines": 500_000,
}

#: records removed per transaction
BATCH_SIZE = 2_000


class StockSyncRetention(models.AbstractModel):
    """Removes what has become old, or too much: runs, lines, unmatched products.

    Bindings and levels stay: they have the last truth.
    """

    _name = "stock.sync.retention"
    _description = "Stock Synchronisation: Retention"

    @api.autovacuum
    def _gc_history(self):
        """:return: how many were removed, and whether there are more"""
        removed = 0
        backends = self.env["stock.sync.backend"].with_context(active_test=False)
        # There are a few. pylint: disable=no-search-all
        for backend in backends.search([]):
            for find in (self._old_lines, self._old_runs, self._old_unmatched):
                records = find(backend, BATCH_SIZE - removed)
                removed += len(records)
                records.unlink()
                if removed >= BATCH_SIZE:
                    return removed, 1
        return removed, 0

    @api.model
    def _keep(self, what):
        """:return: the figure of a system parameter; its default if it is none"""
        name = f"stock_sync_api.{what}"
        text = self.env["ir.config_parameter"].sudo().get_param(name) or ""
        return int(text) if text.isdecimal() and int(text) else DEFAULTS[name]

    @api.model
    def _old_lines(self, backend, limit):
        """Lines of the runs that are to go, and the oldest ones of too many.

        Lines go first: a run with a hundred thousand of them would take too long.
        """
        Line = self.env["stock.sync.run.line"]
        domain = Domain("run_id", "any", self._old_runs_domain(backend))
        if last := self._after(Line, backend, self._keep("keep_lines")):
            finished = Domain("run_id", "any", self._finished_domain(backend))
            domain |= finished & Domain("id", "<=", last.id)
        return Line.search(
            Domain("backend_id", "=", backend.id) & domain, order="id", limit=limit
        )

    @api.model
    def _old_runs(self, backend, limit):
        return self.env["stock.sync.run"].search(
            self._old_runs_domain(backend) & Domain("line_ids", "=", False),
            order="id",
            limit=limit,
        )

    @api.model
    def _old_runs_domain(self, backend):
        date = fields.Datetime.now() - timedelta(days=self._keep("keep_days"))
        old = Domain("start_date", "<", date)
        runs = self.env["stock.sync.run"]
        if last := self._after(runs, backend, self._keep("keep_runs")):
            old |= Domain("id", "<=", last.id)
        needed = self._needed_runs(backend)
        return self._finished_domain(backend) & old & Domain("id", "not in", needed.ids)

    @api.model
    def _finished_domain(self, backend):
        """Runs that nothing is left to do for."""
        return (
            Domain("backend_id", "=", backend.id)
            & Domain("state", "in", ["done", "partial", "failed", "interrupted"])
            & Domain("id", "not in", backend._held_runs().ids)
        )

    @api.model
    def _needed_runs(self, backend):
        """What a delta begins at, and what tells how old the last success is."""
        Run = self.env["stock.sync.run"]
        mine = Domain("backend_id", "=", backend.id)
        whole = mine & Domain("complete", "=", True) & Domain("preview", "=", False)
        return Run.union(
            Run.search(mine & backend._success_domain(), limit=1),
            Run.search(whole & Domain("delta", "=", False), limit=1),
            Run.search(whole & Domain("settled", "=", True), limit=1),
        )

    @api.model
    def _old_unmatched(self, backend, limit):
        """Ids that the API has not named for so long, though it was asked."""
        Unmatched = self.env["stock.sync.unmatched"]
        if not backend.last_success_date:
            return Unmatched
        date = backend.last_success_date - timedelta(days=self._keep("keep_days"))
        return Unmatched.search(
            [("backend_id", "=", backend.id), ("last_seen", "<", date)], limit=limit
        )

    @api.model
    def _after(self, model, backend, count):
        """The newest record of the backend after so many, if there are more."""
        return model.search(
            [("backend_id", "=", backend.id)], order="id desc", offset=count, limit=1
        )
