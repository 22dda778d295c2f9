from odoo import api, models

from ..tools.words import in_words


class SyncRun(models.Model):
    """A run's fields in the words of the kind of flow."""

    _inherit = "sync.run"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        kind = self.env["sync.flow"]._get_speaking_kind()
        return in_words(self.env, described, self._get_words(kind))

    @api.model
    def _get_words(self, kind):
        """What a kind calls the base's fields; see ``in_words``."""
        return {}
