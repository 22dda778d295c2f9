from ast import literal_eval

from odoo import models

from ..tools.notification import notification


class SyncFlow(models.Model):
    """The buttons of a flow's card and form."""

    _inherit = "sync.flow"

    def action_sync(self):
        """Synchronise everything now, or soon where that takes long."""
        self.ensure_one()
        self.check_access("write")
        service = self._get_service()
        if self._takes_long():
            return service.start_flow(self)._notification()
        return service.sync_flow(self)._notification()

    def action_preview(self):
        """Show what a synchronisation would change, and change nothing."""
        self.ensure_one()
        self.check_access("write")
        service = self._get_service()
        if self._takes_long():
            run = service.start_flow(self, preview=True)
        else:
            run = service.sync_flow(self, preview=True)
        if run.state == "failed":
            return run._notification()
        return run._action_result() if run.end_date else run._action_form()

    def action_test_connection(self):
        """Ask the API once and say what it answered and what that means."""
        self.ensure_one()
        self.check_access("write")
        return self.env["sync.connection.test"]._test(self)

    def action_pause(self):
        self.check_access("write")
        self.paused = True

    def action_resume(self):
        self.check_access("write")
        self.paused = False

    def action_run_schedule(self):
        """Have these flows do now what the schedule would have them do later."""
        self.check_access("write")
        if not self:
            return self._notify("info", self.env._("Nothing is due now."))
        if not all(self._get_crons().mapped("active")):
            message = self.env._(
                "The scheduled action is switched off. Switch it on in Settings ›"
                " Technical › Scheduled Actions."
            )
            return self[:1]._notify("warning", message)
        runs = self.env["sync.run"]
        for flow in self:
            if flow._has_open_run():
                flow._wake()
            else:
                runs += flow._get_service().start_scheduled(flow)
        failed = runs.filtered(lambda run: run.state == "failed")
        if failed or len(self) == len(runs) == 1:
            return (failed or runs)._notification()
        message = self.env._("Started. It goes on in the background.")
        return self[:1]._notify("success", message)

    def action_open_schedule(self):
        """The scheduled action's form, for those who may see it."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scheduled Action"),
            "res_model": "ir.cron",
            "res_id": self._get_cron().id,
            "views": [(False, "form")],
        }

    def _action_of_flow(self, name):
        """A window action, for this flow only.

        :param str name: the action's XML ID
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        domain = literal_eval(action["domain"] or "[]")
        return {**action, "domain": [("flow_id", "=", self.id), *domain]}

    def action_view_runs(self):
        return self._action_of_flow("base_sync_api.sync_run_action")

    def action_view_held(self):
        """The runs that wait for approval."""
        action = self.action_view_runs()
        return {**action, "domain": [*action["domain"], ("state", "=", "held")]}

    def action_view_open_run(self):
        """The run that is under way, or else the last one."""
        self.ensure_one()
        self.check_access("read")
        run = self.open_run_id or self.last_run_id
        return run._action_form() if run else self.action_view_runs()

    def _notify(self, kind, message):
        """The answer to a button, in the name of the flow's kind."""
        return notification(self._get_title(), kind, message)
