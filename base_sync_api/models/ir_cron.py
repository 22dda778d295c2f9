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
        if self.browse(job["id"])._is_of_sync() and self._has_used_its_turn():
            self.env.cr.postcommit.add(self._notifydb)
        return result

    def _is_of_sync(self):
        """Whether the scheduled action calls a service of synchronisation."""
        service = self.env.registry["sync.service"]
        model = self.env.registry.get(self.sudo().model_name)
        return bool(model) and issubclass(model, service)

    @api.model
    def _of_sync(self, xmlid):
        """A scheduled action, in sudo; empty if someone has deleted it.

        :param xmlid: as ``CRON`` of a service has it
        """
        return (self.env.ref(xmlid, False) or self).sudo()

    def _sync_interval(self):
        """What Odoo adds to one regular time to have the next."""
        return relativedelta(**{self.interval_type: self.interval_number})

    def _sync_date_from(self, earliest):
        """The first regular time that is not before a date, naive UTC like it.

        Regular times are whole intervals from the next call, to either side.
        """
        date, interval = self.nextcall, self._sync_interval()
        if self.interval_type != "months":
            # There may be many minutes.
            date += (earliest - date) // (date + interval - date) * interval
        while date >= earliest + interval:
            date -= interval
        while date < earliest:
            date += interval
        return date

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
