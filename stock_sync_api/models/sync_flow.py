from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.base_sync_api.kind import Kind

from ..client import Mapping, StockApi, StockApiSettings
from ..kind import KIND

#: the client's words for the expressions, and the fields that hold them
MAPPING_FIELDS = {
    "external_id": "external_id_path",
    "date": "date_path",
    "filter": "filter_path",
    "quantity": "quantity_path",
    "location": "location_path",
    "levels": "levels_path",
}

#: what a preset may say beside what it may of any flow
PRESET_FIELDS = frozenset(
    {
        *MAPPING_FIELDS.values(),
        "quantity_type",
        "several_rows",
        "list_is_partial",
    }
)

#: what decides what an answer means for the stock
MEANING_FIELDS = frozenset(
    {
        *MAPPING_FIELDS.values(),
        "location_id",
        "match_by",
        "quantity_type",
        "quantity_factor",
        "rounding",
        "uom_id",
        "several_rows",
    }
)


class SyncFlow(models.Model):
    """A flow of stock levels: what is asked for, and what the answers mean."""

    _inherit = "sync.flow"

    kind = fields.Selection(
        selection_add=[(KIND, "Stock levels")], ondelete={KIND: "cascade"}
    )

    # --- what the answers mean: JMESPath expressions ---
    external_id_path = fields.Char(
        string="External ID",
        default="product_id",
        help="On a row: product_id, sku, identity.sku. May be empty only where the API"
        " is asked product by product: then the answer is taken to be about the"
        " product that was asked for.",
    )
    date_path = fields.Char(
        string="Time",
        default="updated_at",
        help="When the quantity was last changed, on a level or on its row:"
        " updated_at. An answer older than the last one accepted is not used.",
    )
    filter_path = fields.Char(
        string="Only Rows Where",
        help="Rows for which this is not true are left out: state == 'IN_STOCK'",
    )
    quantity_path = fields.Char(
        string="Quantity",
        required=True,
        default="quantity",
        help="On a row, or on a level inside it: quantity, stock.available.",
    )
    location_path = fields.Char(
        string="Location Code",
        help="On a row, or on a level inside it: location_id, warehouse.code. Empty"
        " where the API has one quantity per product.",
    )
    levels_path = fields.Char(
        string="Levels Inside a Row",
        help="Where a row holds several quantities, one per location: locations, or"
        " warehouses[].stock[]. Empty where each row is one quantity.",
    )
    since_param = fields.Char(
        compute="_compute_since_param",
        store=True,
        readonly=False,
        precompute=True,
    )

    # --- what they mean for the stock ---
    match_by = fields.Selection(
        [
            ("external_id", "External ID"),
            ("default_code", "Internal reference"),
            ("barcode", "Barcode"),
        ],
        string="Find Products By",
        required=True,
        default="external_id",
        help="What the API's ID is compared with where no product has it as external"
        " ID yet. A product that is found that way gets it as its external ID; an ID"
        " that fits none, or several, goes to Unmatched Products.",
    )
    inventory_location_id = fields.Many2one(
        "stock.location",
        string="Counterpart Location",
        check_company=True,
        domain="[('usage', '=', 'inventory'),"
        " ('company_id', 'in', [company_id, False])]",
        help="The other side of the adjustments; by default the product's own inventory"
        " loss location.",
    )
    quantity_type = fields.Selection(
        [
            ("on_hand", "On hand: everything on the shelf"),
            ("available", "Available: without what Odoo has reserved"),
        ],
        string="The API's Quantity Is",
        required=True,
        default="on_hand",
    )
    quantity_factor = fields.Float(
        string="Factor",
        digits=0,
        required=True,
        default=1.0,
        help="How many of Odoo's units one of the API's is: 12 for an API that counts"
        " boxes of 12, 0.001 for one that counts grams of what Odoo keeps in kg. A"
        " product's external ID may have its own.",
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="The API Counts In",
        help="For example Dozens; empty for each product's own unit. It is converted to"
        " the product's unit, after the factor.",
    )
    missing_policy = fields.Selection(
        [("report", "Leave alone and report"), ("zero", "Set to zero")],
        string="Missing From the List",
        required=True,
        default="report",
        help="What to do with a product that has an external ID, but is missing from"
        " the API's list. It is set to zero only after the whole list was read without"
        " an error.",
    )
    several_rows = fields.Selection(
        [
            ("refuse", "Refuse and report"),
            ("sum", "Add up"),
            ("same", "The same number again"),
        ],
        required=True,
        default="refuse",
        help="What it means when the API gives several rows about one product at one"
        " location. Add up: batches, bins or lots, which together are the stock. The"
        " same number again: each row repeats it, for example once per sales channel."
        " A row that only moved to another page while the list was read counts once.",
    )
    list_is_partial = fields.Boolean(
        string="List Leaves Out Products",
        help="The API's list does not show all products that it knows, for example no"
        " variations. After the whole list, products with an external ID that it did"
        " not mention are asked about one by one, where the API has an address for one"
        " product; else they are left alone. Nothing that is missing is set to zero.",
    )
    negative_policy = fields.Selection(
        [
            ("refuse", "Refuse and report"),
            ("clamp", "Set the stock to zero"),
            ("accept", "Accept"),
        ],
        string="Stock Below Zero",
        required=True,
        default="refuse",
    )
    rounding = fields.Selection(
        [
            ("refuse", "Refuse and report"),
            ("half_up", "Round half up to the product's unit"),
        ],
        string="Too Many Decimals",
        required=True,
        default="refuse",
        help="What to do with a quantity that has more decimals than Odoo keeps, for"
        " example 718.2700000000004 from an API that computes with floats.",
    )
    move_in_progress_policy = fields.Selection(
        [("skip", "Leave alone and report"), ("apply", "Set all the same")],
        string="Picked But Not Validated",
        required=True,
        default="skip",
        help="What to do where a transfer of the product is picked but not validated:"
        " the API may have counted it already.",
    )
    binding_ids = fields.One2many("stock.sync.binding", "flow_id")

    _factor_positive = models.Constraint(
        "CHECK(quantity_factor > 0)", "The factor must be greater than 0."
    )

    @api.model
    def _get_kinds(self):
        kind = Kind(
            engine="stock.sync.engine",
            user_group="stock.group_stock_user",
            manager_group="stock.group_stock_manager",
            addon="stock_sync_api",
            service="stock.sync.service",
            asks_by_id=True,
        )
        return {**super()._get_kinds(), KIND: kind}

    def _get_title(self):
        if self.kind != KIND:
            return super()._get_title()
        return self.env._("Stock synchronisation")

    @api.model
    def _get_default_values(self, kind):
        """GlobalShop's."""
        values = super()._get_default_values(kind)
        if kind != KIND:
            return values
        return {
            **values,
            "item_path": "/stock/{external_id}",
        }

    @api.depends("paging", "rows_path", "external_id_path", "quantity_path")
    def _compute_since_param(self):
        """GlobalShop's, while the list looks like its own."""
        for record in self:
            looks = (record.rows_path, record.external_id_path, record.quantity_path)
            is_globalshop = looks == ("items", "product_id", "quantity")
            is_globalshop = is_globalshop and record.paging == "page"
            record._default_to("since_param", "updated_since", is_globalshop)

    @api.model
    def _get_preset_fields(self, kind):
        fnames = super()._get_preset_fields(kind)
        return fnames | PRESET_FIELDS if kind == KIND else fnames

    @api.model
    def _meaning_fields(self):
        return super()._meaning_fields() | MEANING_FIELDS

    def _get_mapping_fields(self):
        fnames = super()._get_mapping_fields()
        return {**fnames, **MAPPING_FIELDS} if self.kind == KIND else fnames

    @api.model
    def _get_expression_fields(self):
        return [*super()._get_expression_fields(), *MAPPING_FIELDS.values()]

    def _get_needed(self):
        needed = super()._get_needed()
        if self.kind == KIND and self.request_mode != "item":
            needed.append("external_id_path")
        return needed

    @api.constrains("external_id_path")
    def _check_external_id_needed(self):
        self._check_needed()

    def _get_mapping(self):
        if self.kind != KIND:
            return super()._get_mapping()
        return Mapping(**self._get_texts(self._get_mapping_fields()))

    def _get_api(self):
        if self.kind != KIND:
            return super()._get_api()
        return StockApi(self._get_api_settings())

    def _get_api_settings(self):
        if self.kind != KIND:
            return super()._get_api_settings()
        return StockApiSettings(**self._prepare_api_settings())

    def _prepare_api_settings(self):
        values = super()._prepare_api_settings()
        if self.kind != KIND:
            return values
        return {
            **values,
            "mode": self.request_mode,
            "rows_apart": self._has_rows_apart(),
            "rows_add_up": self.several_rows == "sum",
        }

    def _has_rows_apart(self):
        """Locations may be rows of their own; and what a product has in several rows is
        only known not to be so from a list that was read to its end.
        """
        if self.several_rows != "refuse" or (
            self.location_path and not self.levels_path
        ):
            return True
        whole = self._last_whole_run()
        return not whole or whole.rows_twice

    def _may_repeat(self):
        """Whether an API may give one number more than once.

        As its setting says; or because what is newer than a version may include that.
        """
        by_version = self.request_mode == "list" and self.paging == "version"
        return self.several_rows == "same" or by_version

    def _empties_missing(self):
        """Whether what the API does not mention is to be set to zero.

        Never by a list that leaves out products: what it does not mention is not gone.
        """
        self.ensure_one()
        return self.missing_policy == "zero" and not self.list_is_partial

    def _get_factor(self):
        """By what the API's quantity is multiplied, where no unit of measure is set."""
        return Decimal(repr(self.quantity_factor))

    # --- changes only ---

    def _does_delta_do(self):
        """Not for a new binding, which the API may have no news about."""
        if self.kind != KIND:
            return super()._does_delta_do()
        new = [("flow_id", "=", self.id), ("state", "=", "new")]
        has_new = self.env["stock.sync.binding"].sudo().search_count(new, limit=1)
        return super()._does_delta_do() and not has_new
