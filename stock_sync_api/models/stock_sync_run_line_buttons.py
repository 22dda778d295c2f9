from odoo import models
from odoo.exceptions import UserError


class StockSyncRunLine(models.Model):
    """The buttons of a line."""

    _inherit = "stock.sync.run.line"

    def action_revert(self):
        """Undo these lines, where the stock has not moved since."""
        self._check_may_decide()
        if len(self.run_id) > 1:
            raise UserError(self.env._("Choose lines of one run."))
        return self.run_id._revert(self)

    def action_approve(self):
        """Apply these held lines; the others of their runs go on waiting."""
        self._check_may_decide()
        for run, lines in self._check_are_held().grouped("run_id").items():
            run._approve(lines)
        return self.run_id[-1:]._notification()

    def action_reject(self):
        """Leave the stock of these held lines as it is."""
        self._check_may_decide()
        for run, lines in self._check_are_held().sudo().grouped("run_id").items():
            run.decided_by_id = self.env.user
            run._reject(lines)
            run.flow_id._tell_of_held()

    def _check_may_decide(self):
        self.check_access("read")
        self.run_id._check_may_decide()

    def _check_are_held(self):
        """:return: those that wait for a person; an error where none does"""
        held = self.filtered("is_held")
        if not held:
            raise UserError(self.env._("None of these lines waits for approval."))
        return held

    def action_view_moves(self):
        """The stock moves that were made for these lines."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock Moves"),
            "res_model": "stock.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("sync_line_ids", "in", self.ids)],
        }

    def action_view_product(self):
        """What synchronisation did to the product of this line over time."""
        self.check_access("read")
        return self.product_id.action_view_sync_changes()
