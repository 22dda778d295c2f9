from odoo import api, fields, models

from odoo.addons.base_sync_api.kind import Kind

KIND = "currency_rate"


class SyncFlow(models.Model):
    _inherit = "sync.flow"

    kind = fields.Selection(
        selection_add=[(KIND, "Currency rates")], ondelete={KIND: "cascade"}
    )
    rate_key = fields.Char("Rate", default="rate", help="What a row calls the rate.")
    rate_count = fields.Integer(compute="_compute_rate_count")

    @api.model
    def _get_kinds(self):
        kind = Kind(
            engine="currency.rate.engine",
            user_group="base_sync_api_example.group_user",
            manager_group="base_sync_api_example.group_manager",
        )
        return {**super()._get_kinds(), KIND: kind}

    @api.model
    def _get_preset_fields(self, kind):
        fnames = super()._get_preset_fields(kind)
        return fnames | {"rate_key"} if kind == KIND else fnames

    @api.model
    def _meaning_fields(self):
        return super()._meaning_fields() | {"rate_key"}

    def _compute_rate_count(self):
        rates, today = self.env["res.currency.rate"].sudo(), fields.Date.today()
        for flow in self:
            domain = [("name", "=", today), ("company_id", "=", flow.company_id.id)]
            flow.rate_count = rates.search_count(domain)
