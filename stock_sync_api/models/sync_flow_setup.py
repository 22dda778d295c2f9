from odoo import api, fields, models

from ..kind import KIND


class SyncFlow(models.Model):
    """The steps of a set-up that are about stock."""

    _inherit = "sync.flow"

    setup_step = fields.Selection(
        selection_add=[("location", "Location"), ("preview",)],
        ondelete={"location": "set default"},
    )
    test_row_ids = fields.One2many(
        "stock.sync.connection.test.row",
        string="Tested Rows",
        compute="_compute_last_test",
        groups="stock.group_stock_manager",
    )
    test_code_count = fields.Integer(
        compute="_compute_last_test",
        groups="stock.group_stock_manager",
        help="The location codes of the answer that the location map lacks.",
    )

    @api.depends("location_id", "location_map_ids")
    def _compute_needs_setup(self):
        result = super()._compute_needs_setup()
        for flow in self:
            if flow.kind == KIND and not flow.location_id:
                flow.needs_setup = True
        return result

    @api.depends("location_map_ids.code")
    def _compute_last_test(self):
        result = super()._compute_last_test()
        for flow in self:
            codes = {row.code for row in flow.last_test_id.location_ids}
            flow.test_row_ids = flow.last_test_id.row_ids
            flow.test_code_count = len(
                codes - set(flow.location_map_ids.mapped("code"))
            )
        return result

    def _get_steps(self):
        steps = super()._get_steps()
        if self.kind == KIND:
            steps.insert(steps.index("preview"), "location")
        return steps

    def _is_for_later(self, problem):
        return super()._is_for_later(problem) or (
            self.setup_step in ("connect", "test") and self._may_be_tried(problem)
        )

    def action_setup_codes(self):
        """Choose locations for the codes that the test has shown."""
        self.ensure_one()
        self.check_access("write")
        return self.last_test_id._show()

    def _get_dashboard_action(self):
        if self.kind != KIND:
            return super()._get_dashboard_action()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_backend_action"
        )
