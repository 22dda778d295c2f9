from odoo import api, models


class SyncSecretMixin(models.AbstractModel):
    _inherit = "sync.secret.mixin"

    @api.model
    def _get_secret_prefixes(self):
        """With the one that secrets had before there was a base."""
        return [*super()._get_secret_prefixes(), "STOCK_SYNC_"]
