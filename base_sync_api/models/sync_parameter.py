import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.names import PARAMETER_NAME, may_be_header

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class SyncParameter(models.Model):
    """A header or parameter that goes with requests: of one flow, or of all."""

    _name = "sync.parameter"
    _inherit = ["sync.secret.mixin"]
    _description = "Synchronisation Parameter"
    _order = "backend_id, kind, sequence, id"

    flow_id = fields.Many2one(
        "sync.flow",
        ondelete="cascade",
        index=True,
        help="Empty where it goes with the requests of all flows of the backend.",
    )
    backend_id = fields.Many2one(
        "sync.backend",
        compute="_compute_backend_id",
        copy=False,  # that of the flow, or system, that is copied along
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("param", "Parameter"), ("header", "Header")],
        required=True,
        default="param",
        help="A parameter goes into the query, or into the JSON body of a POST.",
    )
    name = fields.Char(
        required=True,
        help="For example marketplaceIds, or X-Client-Id for a header. In a JSON body,"
        " query.filter.state is a value inside the objects query and filter.",
    )
    value = fields.Char(
        help="In a JSON body, what is valid JSON goes in as such: 5, true,"
        ' ["IN_STOCK"]. A row without a value is not sent.',
    )
    is_secret = fields.Boolean(
        string="Keep Secret", help="The value is treated like a password."
    )

    @api.depends("flow_id.backend_id")
    def _compute_backend_id(self):
        for row in self:
            if row.flow_id:
                row.backend_id = row.flow_id.backend_id

    @api.constrains("kind", "name")
    def _check_name(self):
        for row in self:
            if row.kind == "param" and not PARAMETER_NAME.fullmatch(row.name):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be the name of a parameter: no spaces, and none of"
                        " & = # ? + %%",
                        row.name,
                    )
                )
            if row.kind == "header" and not may_be_header(row.name):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be an extra header. It must be a name like"
                        " X-Client-Id, and not one that each request sets itself.",
                        row.name,
                    )
                )

    @api.constrains("kind", "value")
    def _check_value(self):
        for row in self:
            if row.kind == "header" and _CONTROL.search(row.value or ""):
                raise ValidationError(
                    self.env._("The value of a header must be one line of text.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._hide_secret_values()
        return rows

    def write(self, vals):
        self._forget_what_was_for_others(vals)
        result = super().write(vals)
        self._hide_secret_values()
        return result

    def _forget_what_was_for_others(self, vals):
        """A secret is for the server that it was entered for, and stays a secret."""
        if vals.keys() & {"backend_id", "flow_id", "is_secret"}:
            self.filtered(
                lambda row: (
                    row._backend_after(vals) != row.backend_id
                    or not vals.get("is_secret", row.is_secret)
                )
            )._forget_secret()

    def _backend_after(self, vals):
        """The backend that the row belongs to once ``vals`` are written."""
        if vals.get("flow_id"):
            return self.env["sync.flow"].browse(vals["flow_id"]).backend_id
        return self.backend_id.browse(vals.get("backend_id", self.backend_id.id))

    def _hide_secret_values(self):
        """What was typed into the open although it is a secret."""
        for row in self.filtered(lambda row: row.is_secret and row.value):
            row.write({"secret_input": row.value, "value": False})

    def _secret_urls(self):
        return [self.backend_id.base_url]

    @api.model
    def _secret_depends(self):
        return [*super()._secret_depends(), "backend_id.base_url"]

    def _get_value(self):
        """:return: what is sent; empty text where nothing is"""
        self.ensure_one()
        return self._get_secret() if self.is_secret else self.value or ""
