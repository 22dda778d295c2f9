from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    stock_sync_schedule = fields.Char(compute="_compute_stock_sync")
    stock_sync_backends = fields.Char(compute="_compute_stock_sync")

    @api.depends("company_id")
    def _compute_stock_sync(self):
        Backend = self.env["stock.sync.backend"]
        cron = Backend._schedule()
        schedule = (
            Backend._schedule_in_words(cron, cron.nextcall)
            if cron.active
            else self.env._("The scheduled action is switched off")
        )
        for settings in self:
            backends = Backend.search([("base_url", "!=", False)])
            settings.stock_sync_schedule = schedule
            settings.stock_sync_backends = ", ".join(backends.mapped("name"))

    def action_stock_sync_run_schedule(self):
        self.check_access("write")
        return self.env["stock.sync.backend"].action_run_schedule()

    def action_stock_sync_open_schedule(self):
        self.check_access("read")
        return self.env["stock.sync.backend"].action_open_schedule()
