from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED


class SyncFlow(models.Model):
    """A flow has a channel for its jobs, and knows which they are."""

    _inherit = "sync.flow"

    queue_channel_id = fields.Many2one("queue.job.channel", readonly=True, copy=False)
    queue_channel = fields.Char(
        string="Job Channel",
        related="queue_channel_id.complete_name",
        help="The channel of the flow's jobs, as the server's configuration names it."
        " It does not change with the flow's name.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        flows._create_queue_channels()
        return flows

    def unlink(self):
        channels = self.sudo().queue_channel_id
        result = super().unlink()
        channels.unlink()
        return result

    def _create_queue_channels(self):
        """Named by id: another name would part it from the server's configuration."""
        parent = self.env.ref("base_sync_api_queue.channel_sync").sudo()
        for flow in self.sudo():
            flow.queue_channel_id = parent.create(
                {
                    "name": f"flow_{flow.id}",
                    "parent_id": parent.id,
                    "removal_interval": parent.removal_interval,
                }
            )

    # --- its jobs ---

    def _get_wake_ups(self, cron):
        """A job wakes its own flow only."""
        wake_ups = super()._get_wake_ups(cron)
        now = fields.Datetime.now()
        dates = defaultdict(list)
        for job in self._get_sync_jobs([PENDING, ENQUEUED]):
            dates[job.records].append(job.eta or now)
        return {flow: [*wake_ups[flow], *dates[flow]] for flow in wake_ups}

    def _get_sync_jobs(self, states=None):
        """The jobs of these flows, in these states or in any."""
        domain = Domain.OR(
            Domain("identity_key", "=like", flow._sync_job_key("%")) for flow in self
        )
        if states:
            domain &= Domain("state", "in", states)
        return self.env["queue.job"].sudo().search(domain)

    def _sync_job_key(self, date):
        """:param date: when the job is to work; None for at once"""
        return f"base_sync_api_queue.{self.id}.{date or 'now'}"

    def _has_started_job(self):
        """Whether a job is at work, other than the one that asks.

        No channel need limit them to one: a job is marked as started before it begins,
        so that of two at least one sees the other.
        """
        jobs = self._get_sync_jobs([STARTED])
        return any(job.uuid != self.env.context.get("job_uuid") for job in jobs)
