from dateutil.relativedelta import relativedelta

from odoo import api, models


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _reschedule_asap(self, job):
        """Have the rest of our work called for at once, and not within a minute.

        Odoo's threads and workers look for themselves once a minute, and are not told
        of an action that has more to do. They are told after the commit that leaves it
        to be called: whoever wakes up finds it.
        """
        result = super()._reschedule_asap(job)
        if job["id"] == self._stock_sync_cron().id and self._has_used_its_turn():
            self.env.cr.postcommit.add(self._notifydb)
        return result

    @api.model
    def _stock_sync_cron(self):
        """The scheduled action, in sudo; empty if someone has deleted it."""
        cron = self.env.ref("stock_sync_api.ir_cron_stock_sync", False)
        return (cron or self).sudo()

    def _stock_sync_interval(self):
        """What Odoo adds to one regular time to have the next."""
        return relativedelta(**{self.interval_type: self.interval_number})

    @api.model
    def _has_used_its_turn(self):
        """Whether the call has worked until its time was over.

        One that ends before, with something left, got no further. Called for at once it
        would be called without end; it waits for the threads' own minute.
        """
        # Here, because the client is tested where Odoo's own addons cannot be imported.
        from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

        self.env.cr.execute(
            "SELECT clock_timestamp() - transaction_timestamp()"
            " >= %s * INTERVAL '1 second'",
            [MIN_TIME_PER_JOB],
        )
        return self.env.cr.fetchone()[0]
