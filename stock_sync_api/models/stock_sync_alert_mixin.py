import logging

import psycopg2
from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError

_logger = logging.getLogger(__name__)

FAILURE_ACTIVITY = "stock_sync_api.mail_activity_type_failure"
HELD_ACTIVITY = "stock_sync_api.mail_activity_type_held"


class StockSyncAlertMixin(models.AbstractModel):
    """Tells a backend's responsible person what needs one: once, and when it is over.

    Mails are left to the mail queue: nothing here waits for a mail server.
    """

    _name = "stock.sync.alert.mixin"
    _inherit = ["mail.thread", "mail.activity.mixin", "stock.sync.health.mixin"]
    _description = "Stock Synchronisation Alert"

    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self._default_responsible(),
        domain="[('share', '=', False)]",
        help="Is told, once, when the scheduled action keeps failing, and when it works"
        " again; and has to approve or reject what was held. Whoever enters the"
        " address first, unless someone else is named.",
    )
    alert_after = fields.Integer(
        string="Tell After",
        required=True,
        default=3,
        help="Failures in a row before the responsible person is told.",
    )
    alert_date = fields.Datetime(
        string="Told On",
        readonly=True,
        copy=False,
        help="When the responsible person was told that the scheduled action fails.",
    )

    @api.model
    def _default_responsible(self):
        """A person: nobody reads what is sent to the superuser."""
        user = self.env.user
        return user if user.id != SUPERUSER_ID else user.browse()

    def write(self, vals):
        result = super().write(vals)
        if vals.get("base_url") and "responsible_id" not in vals:
            orphans = self.filtered(lambda backend: not backend.responsible_id)
            if orphans and (responsible := self._default_responsible()):
                orphans.responsible_id = responsible
        return result

    def _after_run(self, run):
        result = super()._after_run(run)
        # What a new run takes the place of is looked at when that one has ended.
        if not self._was_rejected(run):
            self._tell_of_held()
        return result

    def _after_good_run(self, run):
        if self.alert_date:
            self._safely(self._tell_of_recovery)
        return super()._after_good_run(run)

    def _after_failed_run(self, run):
        result = super()._after_failed_run(run)
        if not self.alert_date and self.failure_count >= self.alert_after:
            self._safely(self._tell_of_failure, run)
        return result

    def _tell_of_held(self):
        """One activity where something waits for approval, and none where not."""
        self.ensure_one()
        self._safely(self._update_held_activity)

    def _safely(self, tell, *args):
        """An alert that goes wrong must not stop the synchronisation."""
        self.env.flush_all()  # what is wrong with this is no trouble of the alert
        try:
            with self.env.cr.savepoint():
                tell(*args)
        except (psycopg2.OperationalError, ConcurrencyError):
            raise
        except Exception:
            _logger.exception("No alert for backend %s could be made", self.id)

    def _for_responsible(self):
        """In the language of who is to read it, and by the mail queue."""
        return self.with_context(
            lang=self.responsible_id.lang, mail_notify_force_send=False
        )

    def _tell_of_failure(self, run):
        if not self.responsible_id:
            return
        self.alert_date = fields.Datetime.now()
        backend = self._for_responsible()
        # "quick update": our own mail says more than Odoo's about the activity
        backend.with_context(mail_activity_quick_update=True).activity_schedule(
            FAILURE_ACTIVITY,
            user_id=self.responsible_id.id,
            note=Markup("<p>%s</p>") % backend._reason(run.with_env(backend.env)),
        )
        self._send("stock_sync_api.mail_template_failure")

    def _tell_of_recovery(self):
        self._send("stock_sync_api.mail_template_recovery")
        backend = self._for_responsible()
        backend.activity_feedback(
            [FAILURE_ACTIVITY], feedback=backend.env._("It works again.")
        )
        self.alert_date = False

    def _send(self, template):
        """Put a mail to the responsible person into the queue."""
        template = self.env.ref(template, False)
        if template and self.responsible_id:
            template.send_mail(
                self.id, email_layout_xmlid="mail.mail_notification_light"
            )
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _update_held_activity(self):
        run = self._held_runs()[:1]
        backend = self._for_responsible()
        activity = backend.activity_search([HELD_ACTIVITY])
        if not run:
            if activity:
                activity.action_feedback(
                    feedback=backend.env._("Nothing waits for approval any more.")
                )
            return
        note = backend._held_note(run.with_env(backend.env))
        if activity:
            activity.note = note
        elif self.responsible_id:
            backend.activity_schedule(
                HELD_ACTIVITY, user_id=self.responsible_id.id, note=note
            )

    def _held_note(self, run):
        if run.state == "held":
            sentence = run.message
        else:
            sentence = self.env._("Some changes are unusually large, and wait.")
        return Markup(
            '<p>%s</p><p><a href="/mail/view?model=stock.sync.run&amp;res_id=%s">%s</a>'
            "</p>"
        ) % (
            sentence,
            run.id,
            self.env._("Approve or reject them in %s", run.display_name),
        )
