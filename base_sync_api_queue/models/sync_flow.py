import time
from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from odoo.addons.base_sync_api.models.sync_transaction import LOST_RACES
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED

#: seconds that a job works for; the next goes on. A job is a request for Odoo: well
#: below its limits of 60 s of CPU and 120 s in all
JOB_SECONDS = 30

#: seconds, by chance, after which a job looks whether the other one has ended
STEP_ASIDE_SECONDS = (5, 15)


class SyncFlow(models.Model):
    """A flow's work is done by jobs, on a channel of its own."""

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

    def _wake(self, date=None):
        """Have a job do the flow's work, now or at a time; one that waits for the same
        time will do.
        """
        self.ensure_one()
        self.with_user(SUPERUSER_ID).with_company(self.company_id).with_delay(
            eta=date,
            channel=self.queue_channel,
            identity_key=self._sync_job_key(date),
            description=self.env._(
                "%(work)s: %(flow)s", work=self._get_title(), flow=self.name
            ),
        )._sync_job()

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

    def _sync_job(self):
        """Go on with the flow's run, or start one; the work of one job.

        :return: what became of it, for a person
        :raise RetryableJobError: where another attempt may work
        """
        flow = self.exists()
        if not flow:
            return self.env._("The flow was deleted.")
        if flow._has_started_job():
            raise RetryableJobError(
                self.env._("Another job of the flow is at work."),
                seconds=STEP_ASIDE_SECONDS,
                ignore_retry=True,
            )
        service = flow._get_service().with_context(
            sync_job_end=time.monotonic() + JOB_SECONDS
        )
        try:
            run = service._sync_in_job(flow)
        except LOST_RACES as error:
            raise RetryableJobError(str(error)) from error
        if not run:
            return self.env._("There was nothing to do.")
        return f"{run.display_name}: {run.message}"

    def _has_started_job(self):
        """Whether a job is at work, other than the one that asks.

        No channel need limit them to one: a job is marked as started before it begins,
        so that of two at least one sees the other.
        """
        jobs = self._get_sync_jobs([STARTED])
        return any(job.uuid != self.env.context.get("job_uuid") for job in jobs)
