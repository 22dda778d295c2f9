from odoo import models
from odoo.fields import Domain

#: runs over everything that are not finished
OPEN_RUNS = Domain("scope", "=", "all") & Domain(
    "state", "in", ["planning", "applying"]
)


class SyncFlow(models.Model):
    """The runs of a flow that something is left to do for."""

    _inherit = "sync.flow"

    def _held_runs(self):
        """Runs with something that waits for approval."""
        domain = Domain("flow_id", "in", self.ids) & self._held_runs_domain()
        return self.env["sync.run"].sudo().search(domain)

    def _held_runs_domain(self):
        return Domain("state", "=", "held")

    def _has_run_at_work(self):
        """Whether a run over everything may be changing records.

        One that the API has asked to wait is not.
        """
        self.ensure_one()
        waiting = Domain("state", "=", "planning") & Domain("resume_date", "!=", False)
        domain = OPEN_RUNS & ~waiting & Domain("flow_id", "=", self.id)
        return bool(self.env["sync.run"].sudo().search_count(domain, limit=1))

    def _has_open_run(self):
        """Whether a run over everything is under way."""
        self.ensure_one()
        runs = self.env["sync.run"].sudo()
        return bool(
            runs.search_count(OPEN_RUNS & Domain("flow_id", "=", self.id), limit=1)
        )

    def _open_runs(self):
        return (
            self.env["sync.run"]
            .sudo()
            .search(OPEN_RUNS & Domain("flow_id", "in", self.ids))
        )
