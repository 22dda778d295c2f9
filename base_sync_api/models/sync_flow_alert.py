import logging

import psycopg2
from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import ConcurrencyError

_logger = logging.getLogger(__name__)


class SyncFlow(models.Model):
    """Tells a flow's responsible person what needs one: once, and when it is over.

    Mails are left to the mail queue: nothing here waits for a mail server.
    """

    _inherit = "sync.flow"

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

    _alert_after_positive = models.Constraint(
        "CHECK(alert_after > 0)", "Tell after at least 1 failure."
    )

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

    def _get_alert(self, name):
        """:return: the XML ID of what tells of this kind of flow"""
        return f"{self._get_kind().addon}.{name}"

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
            _logger.exception("No alert for flow %s could be made", self.id)

    def _for_responsible(self):
        """In the language of who is to read it, and by the mail queue."""
        return self.with_context(
            lang=self.responsible_id.lang, mail_notify_force_send=False
        )

    def _tell_of_failure(self, run):
        if not self.responsible_id:
            return
        self.alert_date = fields.Datetime.now()
        flow = self._for_responsible()
        # "quick update": our own mail says more than Odoo's about the activity
        flow.with_context(mail_activity_quick_update=True).activity_schedule(
            self._get_alert("mail_activity_type_failure"),
            user_id=self.responsible_id.id,
            note=Markup("<p>%s</p>") % flow._reason(run.with_env(flow.env)),
        )
        self._send("mail_template_failure")

    def _tell_of_recovery(self):
        self._send("mail_template_recovery")
        flow = self._for_responsible()
        flow.activity_feedback(
            [self._get_alert("mail_activity_type_failure")],
            feedback=flow.env._("It works again."),
        )
        self.alert_date = False

    def _send(self, template):
        """Put a mail to the responsible person into the queue."""
        template = self.env.ref(self._get_alert(template), False)
        if template and self.responsible_id:
            template.send_mail(
                self.id, email_layout_xmlid="mail.mail_notification_light"
            )
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _update_held_activity(self):
        run = self._held_runs()[:1]
        flow = self._for_responsible()
        activity = flow.activity_search([self._get_alert("mail_activity_type_held")])
        if not run:
            if activity:
                activity.action_feedback(
                    feedback=flow.env._("Nothing waits for approval any more.")
                )
            return
        note = flow._held_note(run.with_env(flow.env))
        if activity:
            activity.note = note
        elif self.responsible_id:
            flow.activity_schedule(
                self._get_alert("mail_activity_type_held"),
                user_id=self.responsible_id.id,
                note=note,
            )

    def _held_note(self, run):
        if run.state == "held":
            sentence = run.message
        else:
            sentence = self.env._("Some changes are unusually large, and wait.")
        return Markup(
            '<p>%s</p><p><a href="/mail/view?model=sync.run&amp;res_id=%s">%s</a></p>'
        ) % (
            sentence,
            run.id,
            self.env._("Approve or reject them in %s", run.display_name),
        )
