from odoo import api, models

from ..tools.words import in_words


class SyncFlow(models.Model):
    """A flow's fields in the words of its kind."""

    _inherit = "sync.flow"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        return in_words(self.env, described, self._get_words(self._get_speaking_kind()))

    @api.model
    def _get_speaking_kind(self):
        """The kind in whose words fields are described; None with several kinds."""
        kinds = self._get_kinds()
        kind = self.env.context.get("default_kind")
        return kind or (next(iter(kinds)) if len(kinds) == 1 else None)

    @api.model
    def _get_words(self, kind):
        """What a kind calls the base's fields; see ``in_words``."""
        return {}
