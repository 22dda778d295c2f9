from odoo import models
from odoo.exceptions import AccessError

from ..tools.notification import notification


class SyncRun(models.Model):
    """The buttons of a run, and the answers to those that start one."""

    _inherit = "sync.run"

    def action_stop(self):
        """End a run that is under way, or waits; what was applied stays."""
        self._check_may_decide()
        for run in self.filtered(lambda run: run._is_under_way()):
            run.sudo().write({"decided_by_id": self.env.user.id})
            run.sudo()._finish("interrupted")

    def _check_may_decide(self):
        self.check_access("read")
        user = self.env.user
        if not all(flow._may_decide(user) for flow in self.flow_id):
            raise AccessError(self._explain_who_decides())

    def _explain_who_decides(self):
        return self.env._("Only who manages this synchronisation may decide this.")

    def _action_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _action_result(self):
        """What a preview has found, for a person to look at."""
        return self._action_form()

    def _notification(self):
        """The answer to a button: what happened to one record, or how many.

        Of a run that is under way: where to watch it.
        """
        kinds = {"done": "success", "partial": "warning", "held": "warning"}
        kind = "danger"
        if len(set(self.mapped("state"))) == 1:
            kind = kinds.get(self[0].state, "danger")
        elif any(run.state != "failed" for run in self):
            kind = "warning"
        message = "\n".join(run._outcome_text() for run in self)
        action = notification(self[:1].flow_id._get_title(), kind, message)
        if len(self) == 1 and self.progress:
            path = f"/odoo/action-base_sync_api.sync_run_action/{self.id}"
            action["params"].update(
                type="info",
                sticky=False,
                message=(
                    f"{self.progress} %s"
                    if self._is_waiting()
                    else self.env._("Synchronisation started: it goes on by itself. %s")
                ),
                links=[{"label": self.env._("Watch the run"), "url": path}],
            )
        return action

    def _outcome_text(self):
        self.ensure_one()
        return self.message
