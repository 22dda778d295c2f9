import time

from odoo import api, models


class SyncTransaction(models.AbstractModel):
    """A job of ours commits as the scheduled action does, and is as short of time.

    It has a cursor of its own for that (``allow_commit`` of its job function). The
    time at which it has to end is in the context.
    """

    _inherit = "sync.transaction"

    @api.model
    def _in_sync_job(self):
        return "sync_job_end" in self.env.context

    @api.model
    def _in_cron(self):
        return self._in_sync_job() or super()._in_cron()

    @api.model
    def _out_of_time(self):
        if self._in_sync_job():
            return time.monotonic() > self.env.context["sync_job_end"]
        return super()._out_of_time()

    @api.model
    def _commit_progress(self, processed, remaining=None):
        in_time = super()._commit_progress(processed, remaining)
        return in_time and not self._out_of_time()
