import time
from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED
from odoo.addons.stock_sync_api.models.stock_sync_transaction import LOST_RACES

#: seconds that a job works for; the next goes on. A job is a request for Odoo: well
#: below its limits of 60 s of CPU and 120 s in all
JOB_SECONDS = 30

#: seconds, by chance, after which a job looks whether the other one has ended
STEP_ASIDE_SECONDS = (5, 15)


class StockSyncBackend(models.Model):
    _inherit = "stock.sync.backend"

    queue_channel = fields.Char(
        string="Job Channel",
        compute="_compute_queue_channel",
        help="The channel of the backend's jobs, as the server's configuration names"
        " it. It does not change with the backend's name.",
    )

    def _compute_queue_channel(self):
        parent = self._get_parent_channel()
        for backend in self:
            name = backend._queue_channel_name()
            backend.queue_channel = f"{parent.complete_name}.{name}" if name else False

    def _queue_channel_name(self):
        """By id: another name would part it from the server's configuration.

        :return: None for a backend that is not saved yet
        """
        return f"backend_{self._origin.id}" if self._origin else None

    @api.model
    def _get_parent_channel(self):
        return self.env.ref("stock_sync_api_queue.channel_stock_sync").sudo()

    @api.model_create_multi
    def create(self, vals_list):
        backends = super().create(vals_list)
        backends._create_queue_channels()
        return backends

    def unlink(self):
        channels = self._get_queue_channels()
        result = super().unlink()
        channels.unlink()
        return result

    def _create_queue_channels(self):
        parent = self._get_parent_channel()
        parent.create(
            [
                {
                    "name": backend._queue_channel_name(),
                    "parent_id": parent.id,
                    "removal_interval": parent.removal_interval,
                }
                for backend in self
            ]
        )

    def _get_queue_channels(self):
        names = self.mapped("queue_channel")
        return self._get_parent_channel().search([("complete_name", "in", names)])

    def _get_wake_ups(self, cron):
        """A job wakes its own backend only."""
        wake_ups = super()._get_wake_ups(cron)
        now = fields.Datetime.now()
        dates = defaultdict(list)
        for job in self._get_sync_jobs([PENDING, ENQUEUED]):
            dates[job.identity_key].append(job.eta or now)
        return {
            backend: [
                *of_backend,
                *dates[backend._sync_job_key(False)],
                *dates[backend._sync_job_key(True)],
            ]
            for backend, of_backend in wake_ups.items()
        }

    def _get_sync_jobs(self, states=None):
        """The jobs of these backends, in these states or in any."""
        keys = [
            backend._sync_job_key(later) for backend in self for later in (False, True)
        ]
        domain = Domain("identity_key", "in", keys)
        if states:
            domain &= Domain("state", "in", states)
        return self.env["queue.job"].sudo().search(domain)

    def _sync_job_key(self, later):
        return f"stock_sync_api_queue.{self.id}.{'later' if later else 'now'}"

    def _enqueue_sync(self, date=None):
        """Have a job that synchronises the backend; one that waits already will do.

        :param date: not before this time, naive UTC. The job that waits for a time
            does not hold back the one that is wanted at once.
        """
        self.ensure_one()
        self.with_user(SUPERUSER_ID).with_company(self.company_id).with_delay(
            eta=date,
            channel=self.queue_channel,
            identity_key=self._sync_job_key(bool(date)),
            description=self.env._("Stock synchronisation: %s", self.name),
        )._sync_job()

    def _sync_job(self):
        """Go on with the backend's run, or start one; the work of one job.

        :return: what became of it, for a person
        :raise RetryableJobError: where another attempt may work
        """
        backend = self.exists()
        if not backend:
            return self.env._("The backend was deleted.")
        if backend._has_started_job():
            raise RetryableJobError(
                self.env._("Another job of the backend is at work."),
                seconds=STEP_ASIDE_SECONDS,
                ignore_retry=True,
            )
        service = self.env["stock.sync.service"].with_context(
            stock_sync_job_end=time.monotonic() + JOB_SECONDS
        )
        try:
            run = service._sync_in_job(backend)
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
