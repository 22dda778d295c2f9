from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

#: how much further back than the last run a delta begins: the API's clock may be behind
DELTA_OVERLAP = timedelta(minutes=10)


class SyncFlow(models.Model):
    """Whether it will do to ask only for what has changed."""

    _inherit = "sync.flow"

    full_sync_hours = fields.Integer(
        string="Hours Between Full Runs",
        required=True,
        default=24,
        help="In between, the scheduled action asks only for what has changed, where"
        " the API can do that. 0: each run reads everything.",
    )

    _full_sync_hours_not_negative = models.Constraint(
        "CHECK(full_sync_hours >= 0)",
        "The hours between full runs cannot be negative.",
    )

    def _get_delta(self):
        """Values of a run that asks only for what has changed, where that will do.

        Every so often it will not, because a list of changes promises nothing about
        the rest.
        """
        self.ensure_one()
        if not self._can_delta() or not self._does_delta_do():
            return {}
        last_full = self._last_whole_run()
        limit = fields.Datetime.now() - timedelta(hours=self.full_sync_hours)
        if not last_full or last_full.start_date < limit:
            return {}
        if last_full.state in ("failed", "interrupted"):
            return {}
        return self._delta_values()

    def _can_delta(self):
        """Whether the API can be asked for changes, and they say all there is to it."""
        return self.request_mode == "list" and (
            bool(self.since_param) or self.paging == "version"
        )

    def _does_delta_do(self):
        """Whether changes are enough this time."""
        return True

    def _delta_values(self, before=None):
        """What a list of changes begins at: the last run that left nothing open.

        :param before: of the runs before this one
        :return: values of a run; none where there is no such run
        """
        domain = self._whole_runs_domain(before) & Domain("settled", "=", True)
        last = self.env["sync.run"].sudo().search(domain, limit=1)
        if not last:
            return {}
        if self.paging == "version":
            return {"delta": True, "since_version": last.version or False}
        return {"delta": True, "since_date": last.start_date - DELTA_OVERLAP}

    def _whole_runs_domain(self, before=None):
        """Runs that have read to the end, be it of all or of what has changed."""
        domain = Domain(
            [
                ("flow_id", "in", self._origin.ids),  # none of one that is new
                ("complete", "=", True),
                ("preview", "=", False),
            ]
        )
        return domain & Domain("id", "<", before.id) if before else domain

    def _last_whole_run(self, before=None):
        """The last run that read all that the API has to say.

        :param before: the last one before this run
        """
        domain = self._whole_runs_domain(before) & Domain("delta", "=", False)
        return self.env["sync.run"].sudo().search(domain, limit=1)
