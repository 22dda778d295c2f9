from odoo import api, fields, models
from odoo.exceptions import ValidationError


class StockSyncLocationMap(models.Model):
    """Which of Odoo's locations one of an API's location codes stands for."""

    _name = "stock.sync.location.map"
    _description = "Stock Synchronisation Location"
    _order = "flow_id, code, id"
    _rec_name = "code"
    _check_company_auto = True

    flow_id = fields.Many2one(
        "sync.flow", string="Backend", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    code = fields.Char(
        string="API's Code",
        required=True,
        help="As the API writes it, for example 655441491 or PARIS-1.",
    )
    location_id = fields.Many2one(
        "stock.location",
        check_company=True,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="Several codes may stand for one location: their quantities are summed.",
    )
    ignored = fields.Boolean(help="What the API says about this code is left out.")

    _code_uniq = models.Constraint(
        "UNIQUE(flow_id, code)", "The backend's location map has this code already."
    )

    @api.constrains("location_id", "ignored")
    def _check_location(self):
        for row in self:
            if row.ignored:
                continue
            if not row.location_id:
                raise ValidationError(
                    self.env._(
                        "Choose a location for the API's code “%s”, or tick that it is"
                        " ignored.",
                        row.code,
                    )
                )
            # one of no company would belong to every company
            if (
                row.location_id.usage != "internal"
                or row.location_id.company_id != row.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "The API's code “%(code)s” needs an internal location of"
                        " %(company)s.",
                        code=row.code,
                        company=row.company_id.display_name,
                    )
                )

    @api.constrains("flow_id", "location_id", "ignored")
    def _check_locations_apart(self):
        self.flow_id._check_locations_apart()

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean_vals(vals) for vals in vals_list]
        flows = self.env["sync.flow"]._of_rows(vals_list)
        with flows._watching_meaning():
            return super().create(vals_list)

    def write(self, vals):
        flows = self.flow_id | self.flow_id._of_rows([vals])
        with flows._watching_meaning():
            return super().write(self._clean_vals(vals))

    def unlink(self):
        with self.flow_id._watching_meaning():
            return super().unlink()

    @api.model
    def _clean_vals(self, vals):
        if isinstance(vals.get("code"), str):
            vals = {**vals, "code": vals["code"].strip()}
        return vals
