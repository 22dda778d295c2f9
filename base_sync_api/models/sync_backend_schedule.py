from odoo import models


class SyncBackend(models.Model):
    """With an address, the flows of a backend begin to work by themselves."""

    _inherit = "sync.backend"

    def write(self, vals):
        with self.flow_ids._watching_schedule(vals):
            return super().write(vals)
