from markupsafe import Markup

from odoo import api, fields, models

#: runs over everything that have found missed changes, before changes only are not
#: asked for any more
MOST_DRIFT_RUNS = 2

DRIFT_ACTIVITY = "stock_sync_api.mail_activity_type_drift"


class SyncFlow(models.Model):
    """What is known of a flow whose lists of changes keep something back."""

    _inherit = "sync.flow"

    drift_runs = fields.Integer(
        string="Whole Runs With Missed Changes",
        readonly=True,
        copy=False,
        help="How many runs over everything have found changes that the API's lists of"
        " changes had not mentioned.",
    )
    drift_message = fields.Char(
        string="Missed Changes", compute="_compute_drift_message"
    )

    @api.depends("drift_runs")
    @api.depends_context("lang")
    def _compute_drift_message(self):
        for flow in self:
            run = flow._last_drift_run() if flow.drift_runs else None
            flow.drift_message = run and flow._drift_sentence(run)

    def _last_drift_run(self):
        return self.env["sync.run"].search(
            [("flow_id", "=", self._origin.id), ("drift_count", ">", 0)], limit=1
        )

    def _drift_sentence(self, run):
        sentence = self.env._(
            "The API's lists of changes cannot be relied upon: %(text)s.",
            text=run._drift_text(),
        )
        if self._is_delta_distrusted():
            return sentence + " " + self.env._("So each run reads everything now.")
        return sentence

    def _does_delta_do(self):
        return super()._does_delta_do() and not self._is_delta_distrusted()

    def _forget_progress(self):
        self.filtered("drift_runs").drift_runs = 0
        return super()._forget_progress()

    def _is_delta_distrusted(self):
        """Whether lists of changes have kept something back too often."""
        return self.drift_runs >= MOST_DRIFT_RUNS

    def _after_run(self, run):
        result = super()._after_run(run)
        if run.drift_count:
            self.drift_runs += 1
            self._safely(self._tell_of_drift, run)
        return result

    def _tell_of_drift(self, run):
        """One activity for the responsible person, whatever the number of runs."""
        if not self.responsible_id:
            return
        flow = self._for_responsible()
        run = run.with_env(flow.env)
        note = Markup(
            '<p>%s</p><p><a href="/mail/view?model=sync.run&amp;res_id=%s">%s</a></p>'
        ) % (flow._drift_sentence(run), run.id, run.display_name)
        activity = flow.activity_search([DRIFT_ACTIVITY])
        if activity:
            activity.note = note
        else:
            flow.activity_schedule(
                DRIFT_ACTIVITY, user_id=self.responsible_id.id, note=note
            )

    def action_trust_delta(self):
        """Ask for changes only again: whoever runs the API has mended it."""
        self.check_access("write")
        self.drift_runs = 0
        for flow in self:
            text = self.env._("The API is asked for changes only again.")
            flow.activity_feedback([DRIFT_ACTIVITY], feedback=text)
            flow.message_post(body=text)

    def action_view_drift(self):
        """The products whose change was missed."""
        self.ensure_one()
        self.check_access("read")
        action = self._last_drift_run().action_view_lines()
        action["domain"] = [*action["domain"], ("missed_by_delta", "=", True)]
        return action
