from odoo import fields, models


class SyncFlow(models.Model):
    """What the base calls a record is a product here."""

    _inherit = "sync.flow"

    item_path = fields.Char(
        string="Path of One Product",
        help="Below the base URL; {external_id} stands for the product's external ID:"
        " /stock/{external_id}, or /levels?sku={external_id}. Empty where the API has"
        " no address for one product: then the list is read.",
    )
    list_path = fields.Char(
        help="Below the base URL, for example /stock. Empty where the API has no"
        " list: then it is asked about each product.",
    )
    request_mode = fields.Selection(
        [
            ("item", "One request per product"),
            ("list", "The list, page by page"),
            ("ids", "Several products per request"),
        ],
        string="All Products",
        help="How the API is asked when all products are synchronised.",
    )
    http_method = fields.Selection(
        help="For the list and for several products; one product is always a GET.",
    )
    rows_path = fields.Char(
        help="The rows in the answer about several products: items,"
        " payload.summaries, or @ where the answer is the list itself. Where it is an"
        " object of quantities by ID, items(stock) makes rows of it, with [0] as"
        " external ID and [1] as quantity.",
    )
    item_rows_path = fields.Char(
        string="Rows of One Product",
        help="The row, or rows, in the answer about one product: @ where the answer is"
        " the row itself, [] where it is a list of them, or items.",
    )
    user_id = fields.Many2one(
        help="The scheduled action works as this user, who needs the role"
        " Inventory / User in the company.",
    )
    paused = fields.Boolean(
        help="Nothing is synchronised while this is set, for example during a"
        " stock-take."
    )
