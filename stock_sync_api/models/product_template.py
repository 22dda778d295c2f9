from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.base_sync_api.tools.search import search_through_sql

from .product_product import BINDING_FIELDS, BINDING_STATES

#: shown like the binding's fields, but neither searched nor sorted by
_SHOWN_FIELDS = ("sync_error_message", "sync_location_id", "sync_quantity")


class ProductTemplate(models.Model):
    _inherit = "product.template"

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
    sync_binding_count = fields.Integer(compute="_compute_sync_binding_count")
    sync_location_id = fields.Many2one(
        "stock.location",
        string="Synchronised Location",
        compute="_compute_sync_binding",
    )
    sync_quantity = fields.Float(
        string="Last Accepted Quantity",
        digits="Product Unit",
        compute="_compute_sync_binding",
    )
    sync_binding_ids = fields.One2many(
        "stock.sync.binding",
        compute="_compute_sync_binding_ids",
        string="API Bindings",
    )

    @api.depends(
        "product_variant_ids.x_external_id",
        "product_variant_ids.last_sync_date",
        "product_variant_ids.sync_state",
        "product_variant_ids.sync_error_message",
        "product_variant_ids.sync_location_id",
        "product_variant_ids.sync_quantity",
    )
    @api.depends_context("company", "lang")
    def _compute_sync_binding(self):
        for name in (*BINDING_FIELDS, *_SHOWN_FIELDS):
            self._compute_template_field_from_variant_field(name)

    @api.depends("product_variant_ids.sync_binding_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_sync_binding_ids(self):
        bindings = self.env["stock.sync.binding"].search(
            [("product_id.product_tmpl_id", "in", self._origin.ids)]
        )
        by_template = bindings.grouped(lambda b: b.product_id.product_tmpl_id)
        for template in self:
            template.sync_binding_ids = by_template.get(template._origin)

    def _sync_variants(self):
        """The variants that count: the active ones, or the archived where none is."""
        templates = self.filtered("product_variant_ids")
        archived = (self - templates).with_context(active_test=False)
        return templates.product_variant_ids + archived.product_variant_ids.with_env(
            self.env
        )

    def _inverse_x_external_id(self):
        for template in self:
            variants = template._sync_variants()
            if len(variants) == 1:
                variants.x_external_id = template.x_external_id
            elif template.x_external_id and not self.env.context.get(
                "stock_sync_creating"
            ):
                template._refuse_external_id()

    def _refuse_external_id(self):
        raise UserError(
            self.env._(
                "%s has several variants, or none yet: each variant has its own"
                " external ID. Enter it on the variant.",
                self.display_name,
            )
        )

    def _get_related_fields_variant_template(self):
        return super()._get_related_fields_variant_template() + ["x_external_id"]

    @api.model_create_multi
    def create(self, vals_list):
        # While a template is being made it has no variant yet; Odoo hands the value on
        # afterwards. What did not arrive then must not be lost silently.
        templates = super(
            ProductTemplate, self.with_context(stock_sync_creating=True)
        ).create(vals_list)
        templates = templates.with_env(self.env)
        if self.env.context.get("create_product_product", True):
            for template, vals in zip(templates, vals_list, strict=True):
                # not the field: the cache still has what was lost
                if vals.get("x_external_id") and len(template.product_variant_ids) != 1:
                    template._refuse_external_id()
        return templates

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr in BINDING_FIELDS:
            return SQL(
                """(
                    SELECT CASE WHEN COUNT(*) = 1 THEN MIN(%(value)s) END
                      FROM product_product AS sync_product
                     WHERE sync_product.product_tmpl_id = %(template_id)s
                       AND (sync_product.active OR NOT EXISTS (
                            SELECT 1 FROM product_product AS sync_active
                             WHERE sync_active.product_tmpl_id = %(template_id)s
                               AND sync_active.active
                       ))
                )""",
                value=self.env["product.product"]._binding_sql(
                    field_expr,
                    SQL("sync_product.id"),
                    SQL("sync_product.product_tmpl_id"),
                ),
                template_id=SQL.identifier(alias, "id"),
            )
        return super()._field_to_sql(alias, field_expr, query)

    def _search_x_external_id(self, operator, value):
        return search_through_sql(self, "x_external_id", operator, value)

    def _search_last_sync_date(self, operator, value):
        return search_through_sql(self, "last_sync_date", operator, value)

    def _search_sync_state(self, operator, value):
        return search_through_sql(self, "sync_state", operator, value)

    @api.depends("sync_binding_ids")
    def _compute_sync_binding_count(self):
        for record in self:
            record.sync_binding_count = len(record.sync_binding_ids)
