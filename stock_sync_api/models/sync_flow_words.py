from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..kind import KIND

_lt = LazyTranslate(__name__)

WORDS = {
    "item_path": {
        "string": _lt("Path of One Product"),
        "help": _lt(
            "Below the base URL; {external_id} stands for the product's external ID:"
            " /stock/{external_id}, or /levels?sku={external_id}. Empty where the API"
            " has no address for one product: then the list is read."
        ),
    },
    "list_path": {
        "help": _lt(
            "Below the base URL, for example /stock. Empty where the API has no list:"
            " then it is asked about each product."
        ),
    },
    "request_mode": {
        "string": _lt("All Products"),
        "help": _lt("How the API is asked when all products are synchronised."),
    },
    "http_method": {
        "help": _lt(
            "For the list and for several products; one product is always a GET."
        ),
    },
    "rows_path": {
        "help": _lt(
            "The rows in the answer about several products: items, payload.summaries,"
            " or @ where the answer is the list itself. Where it is an object of"
            " quantities by ID, items(stock) makes rows of it, with [0] as external ID"
            " and [1] as quantity."
        ),
    },
    "item_rows_path": {
        "string": _lt("Rows of One Product"),
        "help": _lt(
            "The row, or rows, in the answer about one product: @ where the answer is"
            " the row itself, [] where it is a list of them, or items."
        ),
    },
    "sample_external_id": {
        "string": _lt("Product to Try"),
        "help": _lt(
            "The external ID that Test Connection asks about, for example 123. Empty:"
            " that of the first product which has one."
        ),
    },
    "user_id": {
        "help": _lt(
            "The scheduled action works as this user, who needs the role"
            " Inventory / User in the company."
        ),
    },
    "paused": {
        "help": _lt(
            "Nothing is synchronised while this is set, for example during a"
            " stock-take."
        ),
    },
}


class SyncFlow(models.Model):
    """What the base calls a record is a product here."""

    _inherit = "sync.flow"

    @api.model
    def _get_words(self, kind):
        return WORDS if kind == KIND else super()._get_words(kind)
