import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.queue_job.job import ENQUEUED, PENDING, STARTED
from odoo.addons.stock_sync_api.models.stock_sync_transaction import LOST_RACES

_logger = logging.getLogger(__name__)

#: a job that could have been done for this long, and is not, has no job runner
JOB_PATIENCE = timedelta(hours=1)


class StockSyncService(models.AbstractModel):
    _inherit = "stock.sync.service"

    @api.model
    def _sync_round(self):
        """Have a job for each backend that there is something to do for."""
        open_runs = self.env["stock.sync.run"].sudo().search(self._due_runs_domain())
        for backend in self._due_backends() | open_runs.backend_id:
            self._warn_of_idle_jobs(backend)
            if not backend._has_started_job():
                backend._enqueue_sync()

    @api.model
    def _warn_of_idle_jobs(self, backend):
        limit = fields.Datetime.now() - JOB_PATIENCE
        for job in backend._get_sync_jobs([PENDING, ENQUEUED, STARTED]):
            if (job.eta or job.date_created) < limit:
                _logger.warning(
                    "The job %s of stock synchronisation backend %s has waited since"
                    " %s. Does the job runner work?",
                    job.uuid,
                    backend.id,
                    job.eta or job.date_created,
                )

    @api.model
    def _continue_later(self, backend, date=None):
        backend._enqueue_sync(date)

    @api.model
    def _sync_in_job(self, backend):
        """Go on with the backend's run, or start one, until the job's time is over.

        A run that is not finished then has another job.

        :return: the run; none where there was nothing to do
        """
        run = self._open_runs(Domain("backend_id", "=", backend.id))
        is_due = backend in self._due_backends() and not backend._has_open_run()
        if not run and is_due:
            engine = self._engine(backend, backend.user_id)
            run = self._retrying(engine._start_run, backend, "cron")
        self._commit_progress(0)
        if run.state in ("planning", "applying"):
            engine = self._engine(backend, run.user_id)
            try:
                if not engine._continue_run(run):
                    self._continue_later(backend)
            except LOST_RACES:
                raise
            except Exception:
                engine._interrupt(run)
                raise
        return run

    @api.model
    def _was_killed(self):
        """Whether an earlier attempt of this job did not come to its end."""
        if not self._in_sync_job():
            return super()._was_killed()
        domain = [("uuid", "=", self.env.context.get("job_uuid")), ("retry", ">", 0)]
        return bool(self.env["queue.job"].sudo().search_count(domain, limit=1))
