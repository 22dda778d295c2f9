from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..kind import KIND

_lt = LazyTranslate(__name__)

WORDS = {
    "scope": {
        "selection": {
            "all": _lt("All products"),
            "chosen": _lt("Chosen products"),
        }
    }
}


class SyncRun(models.Model):
    """What the base calls a record is a product here."""

    _inherit = "sync.run"

    @api.model
    def _get_words(self, kind):
        return WORDS if kind == KIND else super()._get_words(kind)
