from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.base_sync_api.tools.search import search_through_sql

from ..tools.keys import BLANKS_SQL
from .stock_sync_binding import StockSyncBinding

BINDING_STATES = StockSyncBinding.STATES

#: fields of a product that show its binding with its company's default backend, as
#: SQL over the binding's table
BINDING_FIELDS = {
    "x_external_id": SQL("sync_binding.external_id"),
    "sync_state": SQL("sync_binding.state"),
    "last_sync_date": SQL(
        "(SELECT MAX(sync_level.date) FROM stock_sync_level AS sync_level"
        " WHERE sync_level.binding_id = sync_binding.id)"
    ),
}


def _untrimmed_index(column):
    trimmed = f"btrim({column}, {BLANKS_SQL})"
    return f"({trimmed}) WHERE {column} != {trimmed}"


class ProductProduct(models.Model):
    _inherit = "product.product"

    sync_binding_ids = fields.One2many(
        "stock.sync.binding", "product_id", string="API Bindings"
    )
    x_external_id = fields.Char(
        string="API External ID",  # “External ID” is Odoo's own, in each import
        compute="_compute_sync_binding",
        inverse="_inverse_x_external_id",
        search="_search_x_external_id",
        help="What the external system calls this product, for example 123.",
    )
    last_sync_date = fields.Datetime(
        string="Last Synchronisation",
        compute="_compute_sync_binding",
        search="_search_last_sync_date",
    )
    sync_state = fields.Selection(
        BINDING_STATES,
        string="Synchronisation",
        compute="_compute_sync_binding",
        search="_search_sync_state",
    )
    sync_error_message = fields.Char(
        string="Synchronisation Error", compute="_compute_sync_binding"
    )
    sync_location_id = fields.Many2one(
        "stock.location",
        string="Synchronised Location",
        compute="_compute_sync_binding",
        help="The API's quantity is that of this location, those below it included.",
    )
    sync_quantity = fields.Float(
        string="Last Accepted Quantity",
        digits="Product Unit",
        compute="_compute_sync_binding",
        help="What the API said when its answer was last equal to the stock or"
        " applied.",
    )
    sync_binding_count = fields.Integer(compute="_compute_sync_binding_count")

    # Keys with spaces around them, of an import, say: few, and looked for each time.
    _sync_untrimmed_default_code = models.Index(_untrimmed_index("default_code"))
    _sync_untrimmed_barcode = models.Index(_untrimmed_index("barcode"))

    @api.depends(
        "company_id",
        "sync_binding_ids.flow_id.sequence",
        "sync_binding_ids.flow_id.active",
        "sync_binding_ids.flow_id.location_id",
        "sync_binding_ids.external_id",
        "sync_binding_ids.state",
        "sync_binding_ids.error_message",
        "sync_binding_ids.last_sync_date",
        "sync_binding_ids.level_ids.quantity",
    )
    @api.depends_context("company", "lang")
    def _compute_sync_binding(self):
        bindings = self._sync_bindings()
        nothing = self.env["stock.sync.binding"].sudo()
        for product in self:
            binding = bindings.get(product._origin.id, nothing)
            location = binding.flow_id.location_id
            product.x_external_id = binding.external_id
            product.last_sync_date = binding.last_sync_date
            product.sync_state = binding.state
            product.sync_error_message = binding.error_message
            product.sync_location_id = location
            product.sync_quantity = binding.level_ids.filtered(
                lambda level, location=location: level.location_id == location
            ).quantity

    def _sync_flows(self):
        """The backend whose binding the form shows: its company's default one.

        :return: dict of backend (perhaps none) by product id
        """
        companies = {
            product.id: product.company_id or self.env.company for product in self
        }
        Backend = self.env["sync.flow"]
        defaults = {
            company: Backend._default_for(company)
            for company in set(companies.values())
        }
        return {
            product_id: defaults[company] for product_id, company in companies.items()
        }

    def _sync_flow(self):
        self.ensure_one()
        return self._sync_flows()[self.id]

    def _sync_bindings(self):
        """:return: dict of binding (in sudo) by product id, of those that have one

        Searched, and not read from ``sync_binding_ids``: read in sudo, that would put
        the bindings of other companies into the user's cache.
        """
        products = self._origin
        flows = products._sync_flows()
        bindings = (
            self.env["stock.sync.binding"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("flow_id", "in", [b.id for b in set(flows.values()) if b]),
                ]
            )
        )
        return {
            binding.product_id.id: binding
            for binding in bindings
            if binding.flow_id == flows[binding.product_id.id]
        }

    def _inverse_x_external_id(self):
        bindings = self._sync_bindings()
        wanted = {product: (product.x_external_id or "").strip() for product in self}
        changed = {
            product: external_id
            for product, external_id in wanted.items()
            if external_id
            != (product.id in bindings and bindings[product.id].external_id or "")
        }
        may_change = self.env.user.has_group("stock.group_stock_user")
        if changed and not (self.env.su or may_change):
            raise UserError(
                self.env._(
                    "Only inventory users may change the external ID of a product."
                )
            )
        for product, external_id in changed.items():
            binding = bindings.get(product.id)
            if not external_id:
                binding.unlink()
            elif binding:
                binding.external_id = external_id
            else:
                product._bind(external_id)
        shown = ["x_external_id", "sync_state", "last_sync_date"]
        self.invalidate_recordset(shown)
        self.product_tmpl_id.invalidate_recordset(shown)

    def _bind(self, external_id):
        self.ensure_one()
        flow = self._sync_flow()
        if not flow:
            raise UserError(
                self.env._(
                    "No stock API is configured for %s, so a product cannot have an"
                    " external ID. Create a backend in Inventory › Configuration ›"
                    " Stock synchronisation.",
                    (self.company_id or self.env.company).display_name,
                )
            )
        return (
            self.env["stock.sync.binding"]
            .sudo()
            .create(
                {
                    "flow_id": flow.id,
                    "product_id": self.id,
                    "external_id": external_id,
                }
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr in BINDING_FIELDS:
            return self._binding_sql(
                field_expr,
                SQL.identifier(alias, "id"),
                SQL.identifier(alias, "product_tmpl_id"),
            )
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _binding_sql(self, fname, product_id, template_id):
        """A field of the binding with the default backend of a product's company.

        :param product_id: SQL of the product's id
        :param template_id: SQL of its template's id
        """
        return SQL(
            """(
                SELECT %(field)s
                  FROM stock_sync_binding AS sync_binding
                 WHERE sync_binding.product_id = %(product_id)s
                   AND sync_binding.flow_id = (
                        SELECT sync_flow.id
                          FROM sync_flow
                         WHERE sync_flow.active
                           AND sync_flow.kind = 'stock_level'
                           AND sync_flow.company_id = COALESCE(
                                (SELECT sync_template.company_id
                                   FROM product_template AS sync_template
                                  WHERE sync_template.id = %(template_id)s),
                                %(company_id)s
                           )
                      ORDER BY sync_flow.sequence, sync_flow.id
                         LIMIT 1
                   )
            )""",
            field=BINDING_FIELDS[fname],
            product_id=product_id,
            template_id=template_id,
            company_id=self.env.company.id,
            to_flush=self.env["stock.sync.binding"]._fields["external_id"],
        )

    def _search_x_external_id(self, operator, value):
        return search_through_sql(self, "x_external_id", operator, value)

    def _search_last_sync_date(self, operator, value):
        return search_through_sql(self, "last_sync_date", operator, value)

    def _search_sync_state(self, operator, value):
        return search_through_sql(self, "sync_state", operator, value)

    @api.depends("sync_binding_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_sync_binding_count(self):
        counts = dict(
            self.env["stock.sync.binding"]._read_group(
                [("product_id", "in", self._origin.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.sync_binding_count = counts.get(product._origin, 0)
