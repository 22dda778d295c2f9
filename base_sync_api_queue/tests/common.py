from odoo.tools import mute_logger

from odoo.addons.queue_job.job import PENDING, Job


class JobMixin:
    """Has the jobs of ``self.flow`` done, as the queue's controller does."""

    def waiting_jobs(self):
        return self.flow._get_sync_jobs([PENDING])

    def perform(self, record):
        """Do the work of a job.

        :return: what the job says became of it
        """
        job = Job.load(self.env, record.uuid)
        job.set_started()
        job.store()
        self.env.flush_all()
        with mute_logger("odoo.addons"):
            job.perform()
        self.env.invalidate_all()
        job.set_done()
        job.store()
        return job.result

    def run_cron(self):
        self.assertIs(self.cron.method_direct_trigger(), True)
        self.env.invalidate_all()
