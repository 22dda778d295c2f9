from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)
UNKNOWN = _lt(
    "The API has a rate of “%(currency)s”, which is no currency that is used here."
    " Activate it in the list of currencies, or have the API leave it out."
)


class SyncError(models.AbstractModel):
    _inherit = "sync.error"

    error_code = fields.Selection(
        selection_add=[("unknown_currency", "Unknown currency")]
    )

    @api.model
    def _get_sentences(self, kind):
        return {**super()._get_sentences(kind), "unknown_currency": UNKNOWN}
