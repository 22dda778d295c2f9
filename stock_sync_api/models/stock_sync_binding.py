import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.base_sync_api.tools.search import search_through_sql

from ..kind import KIND

#: no control characters: neither a path nor a line of a log can carry them
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class StockSyncBinding(models.Model):
    """One Odoo product, known to one backend under one external id."""

    _name = "stock.sync.binding"
    _inherit = ["sync.error"]
    _description = "Stock Synchronisation Binding"
    _order = "flow_id, external_id, id"
    _rec_name = "external_id"
    _check_company_auto = True

    flow_id = fields.Many2one(
        "sync.flow", string="Backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    external_id = fields.Char(string="API External ID", required=True)
    quantity_factor = fields.Float(
        string="Factor",
        digits=0,
        help="How many of Odoo's units one of the API's is, for this product: 12 for a"
        " box of 12. 0: the backend's factor.",
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="The API Counts In",
        help="For this product; empty for the backend's.",
    )
    STATES = [("new", "Never synchronised"), ("ok", "Up to date"), ("error", "Problem")]
    state = fields.Selection(
        STATES,
        default="new",
        required=True,
        readonly=True,
    )
    level_ids = fields.One2many("stock.sync.level", "binding_id", readonly=True)
    last_sync_date = fields.Datetime(
        string="Last Synchronisation",
        compute="_compute_last_sync_date",
        search="_search_last_sync_date",
        help="When the API's quantity was last received and found equal or applied.",
    )

    _product_uniq = models.Constraint(
        "UNIQUE(flow_id, product_id)",
        "The product has an external ID of this backend already.",
    )
    _external_id_uniq = models.Constraint(
        "UNIQUE(flow_id, external_id)",
        "Another product has this external ID of the same backend.",
    )

    _factor_not_negative = models.Constraint(
        "CHECK(quantity_factor >= 0)", "The factor cannot be negative."
    )

    def _get_error_kind(self):
        return KIND

    @api.depends("level_ids.date")
    def _compute_last_sync_date(self):
        dates = dict(
            self.env["stock.sync.level"]._read_group(
                [("binding_id", "in", self.ids)], ["binding_id"], ["date:max"]
            )
        )
        for binding in self:
            binding.last_sync_date = dates.get(binding)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "last_sync_date":
            return SQL(
                "(SELECT MAX(sync_level.date) FROM stock_sync_level AS sync_level"
                " WHERE sync_level.binding_id = %s)",
                SQL.identifier(alias, "id"),
            )
        return super()._field_to_sql(alias, field_expr, query)

    def _search_last_sync_date(self, operator, value):
        return search_through_sql(self, "last_sync_date", operator, value)

    @api.constrains("external_id")
    def _check_external_id(self):
        for binding in self:
            external_id = binding.external_id
            if external_id in (".", "..") or _CONTROL.search(external_id):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be an external ID: no request can carry it.",
                        _CONTROL.sub("�", external_id),
                    )
                )

    @api.constrains("product_id", "flow_id")
    def _check_locations_apart(self):
        self.flow_id._check_locations_apart(self.product_id)

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean_vals(vals) for vals in vals_list]
        self._check_free(
            {(vals.get("flow_id"), vals.get("external_id")) for vals in vals_list}
        )
        bindings = super().create(vals_list)
        bindings._leave_unmatched()
        return bindings

    def write(self, vals):
        vals = self._clean_vals(vals)
        if "external_id" in vals or "product_id" in vals or "flow_id" in vals:
            # What was accepted under the old id says nothing about the new one.
            changed = self.filtered(
                lambda binding: any(
                    name in vals and binding[name] != binding._cast(name, vals[name])
                    for name in ("external_id", "product_id", "flow_id")
                )
            )
            changed._check_free(
                {
                    (
                        vals.get("flow_id", binding.flow_id.id),
                        vals.get("external_id", binding.external_id),
                    )
                    for binding in changed
                }
            )
            changed.sudo().level_ids.unlink()
            if changed:
                super(StockSyncBinding, changed).write(
                    {"state": "new", "error_code": False, "error_facts": False}
                )
        result = super().write(vals)
        if "external_id" in vals or "flow_id" in vals:
            self._leave_unmatched()
        return result

    def _leave_unmatched(self):
        """An id that has a product is no longer one that lacks it."""
        for flow, bindings in self.grouped("flow_id").items():
            self.env["stock.sync.unmatched"]._forget(
                flow, bindings.mapped("external_id")
            )

    def _check_free(self, keys):
        """Say in a sentence what the database's constraint would say in SQL.

        :param keys: set of (backend id, external id) that these bindings shall have
        """
        taken = self.sudo().search(
            [
                ("flow_id", "in", [flow_id for flow_id, _id in keys]),
                ("external_id", "in", [external_id for _id, external_id in keys]),
                ("id", "not in", self.ids),
            ]
        )
        for binding in taken:
            if (binding.flow_id.id, binding.external_id) in keys:
                raise ValidationError(
                    self.env._(
                        "“%(external_id)s” is the external ID of %(product)s in"
                        " %(backend)s already. Each product needs its own.",
                        external_id=binding.external_id,
                        product=binding.product_id.display_name,
                        backend=binding.flow_id.name,
                    )
                )

    def _cast(self, name, value):
        field = self._fields[name]
        return field.convert_to_record(field.convert_to_cache(value, self), self)

    @api.model
    def _clean_vals(self, vals):
        if isinstance(vals.get("external_id"), str):
            vals = dict(vals, external_id=vals["external_id"].strip())
        return vals
