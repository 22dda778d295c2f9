from odoo import api, fields, models

from ..kind import KIND


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    stock_sync_schedule = fields.Char(compute="_compute_stock_sync")
    stock_sync_backends = fields.Char(compute="_compute_stock_sync")

    @api.depends("company_id")
    def _compute_stock_sync(self):
        flow = self._any_stock_flow()
        cron = flow._get_cron()
        schedule = self.env._("The scheduled action is switched off")
        if cron.active:
            schedule = flow._with_next_run(
                flow._interval_in_words(cron.interval_number, cron.interval_type),
                cron.nextcall,
            )
        flows = flow.search([("kind", "=", KIND), ("base_url", "!=", False)])
        for settings in self:
            settings.stock_sync_schedule = schedule
            settings.stock_sync_backends = ", ".join(flows.mapped("name"))

    @api.model
    def _any_stock_flow(self):
        """Not one in particular: what counts is its kind."""
        return self.env["sync.flow"].new({"kind": KIND})

    def action_stock_sync_run_schedule(self):
        self.check_access("write")
        domain = self.env["stock.sync.service"]._due_domain()
        flows = self.env["sync.flow"].search(domain)
        return flows.filtered(lambda flow: flow._is_due()).action_run_schedule()

    def action_stock_sync_open_schedule(self):
        self.check_access("read")
        return self._any_stock_flow().action_open_schedule()
