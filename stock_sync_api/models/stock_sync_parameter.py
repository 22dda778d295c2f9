import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: what a request is made of; the client sets these
_RESERVED_HEADERS = {
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
}
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: no space, control character, or sign that divides a query
PARAMETER_NAME = re.compile(r"[^\s\x00-\x1f\x7f&=#?+%]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class StockSyncParameter(models.Model):
    """A header or parameter that goes with each request to a backend's API."""

    _name = "stock.sync.parameter"
    _inherit = ["stock.sync.secret.mixin"]
    _description = "Stock Synchronisation Parameter"
    _order = "backend_id, kind, sequence, id"

    backend_id = fields.Many2one(
        "stock.sync.backend", required=True, ondelete="cascade", index=True
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
        backends = self.env["stock.sync.backend"]._of_rows(vals_list)
        with backends._watching_meaning():
            rows = super().create(vals_list)
            rows._hide_secret_values()
        return rows

    def write(self, vals):
        backends = self.backend_id | self.backend_id._of_rows([vals])
        with backends._watching_meaning():
            self._forget_what_was_for_others(vals)
            result = super().write(vals)
            self._hide_secret_values()
        return result

    def unlink(self):
        with self.backend_id._watching_meaning():
            return super().unlink()

    def _forget_what_was_for_others(self, vals):
        """A secret is for the server that it was entered for, and stays a secret."""
        if vals.keys() & {"backend_id", "is_secret"}:
            self.filtered(
                lambda row: (
                    vals.get("backend_id", row.backend_id.id) != row.backend_id.id
                    or not vals.get("is_secret", row.is_secret)
                )
            )._forget_secret()

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


def may_be_header(name):
    """Whether a header of this name may be added to each request."""
    return bool(_HEADER_NAME.fullmatch(name)) and name.lower() not in _RESERVED_HEADERS
