import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.base_sync_api.models.sync_transaction import LOST_RACES
from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED

_logger = logging.getLogger(__name__)

#: a job that could have been done for this long, and is not, has no job runner
JOB_PATIENCE = timedelta(hours=1)


class SyncService(models.AbstractModel):
    """The scheduled actions of all kinds leave their work to jobs."""

    _inherit = "sync.service"

    @api.model
    def _sync_round(self):
        """Have a job for each flow that there is something to do for."""
        open_runs = self.env["sync.run"].sudo().search(self._due_runs_domain())
        for flow in self._due_flows() | open_runs.flow_id:
            self._warn_of_idle_jobs(flow)
            if not flow._has_started_job():
                flow._wake()

    @api.model
    def _warn_of_idle_jobs(self, flow):
        limit = fields.Datetime.now() - JOB_PATIENCE
        for job in flow._get_sync_jobs([PENDING, ENQUEUED, STARTED]):
            if (job.eta or job.date_created) < limit:
                _logger.warning(
                    "The job %s of synchronisation flow %s has waited since %s. Does"
                    " the job runner work?",
                    job.uuid,
                    flow.id,
                    job.eta or job.date_created,
                )

    @api.model
    def _sync_in_job(self, flow):
        """Go on with the flow's run, or start one, until the job's time is over.

        A run that is not finished then has another job.

        :return: the run; none where there was nothing to do
        """
        run = self._open_runs(Domain("flow_id", "=", flow.id))
        is_due = flow in self._due_flows() and not flow._has_open_run()
        if not run and is_due:
            engine = self._engine(flow, flow.user_id)
            run = self._retrying(engine._start_run, flow, "cron")
        self._commit_progress(0)
        if run.state in ("planning", "applying"):
            try:
                if not self._continue_in_turn(run, 0):
                    flow._wake()
            except LOST_RACES:
                raise
            except Exception:
                self._engine(flow, run.user_id)._interrupt(run)
                raise
        return run

    @api.model
    def _was_killed(self):
        """Whether an earlier attempt of this job did not come to its end."""
        if not self._in_sync_job():
            return super()._was_killed()
        domain = [("uuid", "=", self.env.context.get("job_uuid")), ("retry", ">", 0)]
        return bool(self.env["queue.job"].sudo().search_count(domain, limit=1))
