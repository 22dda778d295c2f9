import time

from odoo import SUPERUSER_ID, models

from odoo.addons.base_sync_api.models.sync_transaction import LOST_RACES
from odoo.addons.queue_job.exception import RetryableJobError

#: seconds that a job works for; the next goes on. A job is a request for Odoo: well
#: below its limits of 60 s of CPU and 120 s in all
JOB_SECONDS = 30

#: seconds, by chance, after which a job looks whether the other one has ended
STEP_ASIDE_SECONDS = (5, 15)


class SyncFlow(models.Model):
    """A flow's work is done by jobs, of which each leaves the rest to the next."""

    _inherit = "sync.flow"

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
