from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.base_sync_api.tools.notification import notification

from ..kind import KIND


class SyncRun(models.Model):
    """The buttons of a run over stock levels."""

    _inherit = "sync.run"

    def action_approve(self):
        """Apply the held lines; they are compared again before anything is written."""
        self._check_may_decide()
        for run in self:
            run._check_is_held()
            run._approve()
        return self[-1:]._notification()

    def _approve(self, lines=None):
        """
        :param lines: only these of the held lines; by default all
        """
        self.ensure_one()
        service = self.env["stock.sync.service"]
        engine = service._engine(self.flow_id, self.env.user)
        if not engine._apply_held(self, lines):
            self.flow_id._wake()

    def action_reject(self):
        """Leave the stock as it is."""
        self._check_may_decide()
        self._check_is_held()
        self.sudo().decided_by_id = self.env.user
        self.sudo()._reject()
        for flow in self.sudo().flow_id:
            flow._tell_of_held()
        return True

    def action_revert(self):
        """Bring the stock back to what it was before, where it has not moved since."""
        self.ensure_one()
        return self._revert(self.line_ids)

    def _revert(self, lines):
        """:return: a notification that leads to the new run"""
        self._check_may_decide()
        service = self.env["stock.sync.service"]
        # Whoever reverts need not wait for the scheduled action to find a dead run.
        service._open_runs(Domain("flow_id", "=", self.flow_id.id))
        engine = service._engine(self.flow_id, self.env.user)
        run = engine.env["stock.sync.revert"]._revert(self, lines).with_env(self.env)
        action = run._notification()
        action["params"]["message"] += "\n" + self.env._(
            "The next synchronisation sets the API's quantities again: pause the"
            " backend, or correct the other system first."
        )
        action["params"]["sticky"] = True
        action["params"]["next"] = {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": run.id,
            "views": [(False, "form")],
        }
        return action

    def action_accept_catalogue(self):
        """From now on the API is expected to know as many products as in this run."""
        self._check_may_decide()
        self.ensure_one()
        if self.error_code != "catalogue_lost" or not self.confirmed:
            raise UserError(self.env._("This run has found no catalogue to accept."))
        self.sudo().decided_by_id = self.env.user
        self.sudo().flow_id._accept_catalogue(self)
        return notification(
            self.flow_id._get_title(),
            "success",
            self.env._("The next run over all products goes by this catalogue."),
        )

    def _check_is_held(self):
        if not all(run.has_held_lines for run in self):
            raise UserError(self.env._("Nothing is held in this run."))

    def _explain_who_decides(self):
        if set(self.flow_id.mapped("kind")) != {KIND}:
            return super()._explain_who_decides()
        return self.env._("Only an inventory manager may approve, reject or revert.")

    def _outcome_text(self):
        self.ensure_one()
        if self.error_message or self.preview or self.flow_id.kind != KIND:
            return super()._outcome_text()
        # what the API keeps no stock of (null) has a line, but counts nowhere
        if self.changed + self.unchanged + self.skipped + self.failed <= 1:
            if self.unchanged and not self.line_ids:
                return self.env._("already up to date")
            if len(self.line_ids) == 1 and not self.unchanged:
                return self.line_ids.description
        return self.message

    def action_view_lines(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_run_line_action"
        )
        action["domain"] = [("run_id", "in", self.ids)]
        return action

    def _action_result(self):
        if self.flow_id.kind != KIND:
            return super()._action_result()
        return self.action_view_lines()

    def action_view_moves(self):
        """The stock moves that the run has made."""
        self.check_access("read")
        action = self.line_ids.action_view_moves()
        action["domain"] = [("sync_line_ids.run_id", "in", self.ids)]
        return action
