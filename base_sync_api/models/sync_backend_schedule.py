from odoo import models


class SyncBackend(models.Model):
    """With an address, the flows of a backend begin to work by themselves."""

    _inherit = "sync.backend"

    def write(self, vals):
        # in sudo: there may be flows of a kind that the user does not see
        with self.sudo().flow_ids._watching_schedule(vals):
            return super().write(vals)
