from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

#: what a preset may say about a backend; never an address or a secret
PRESET_FIELDS = frozenset(
    {
        "auth_type",
        "auth_header",
        "auth_param",
        "item_path",
        "list_path",
        "request_mode",
        "http_method",
        "ids_param",
        "ids_separator",
        "ids_per_request",
        "since_param",
        "rows_path",
        "item_rows_path",
        "external_id_path",
        "quantity_path",
        "location_path",
        "date_path",
        "levels_path",
        "filter_path",
        "success_path",
        "paging",
        "page_param",
        "page_size_param",
        "page_size",
        "first_page",
        "next_path",
        "pages_path",
        "total_path",
        "cursor_alone",
        "requests_per_second",
        "quantity_type",
        "several_rows",
        "list_is_partial",
    }
)
#: what it may say about the backend's headers and parameters
_PARAMETER_FIELDS = frozenset({"kind", "name", "value", "is_secret"})


class StockSyncPreset(models.Model):
    """How to speak to a well-known API. Data: another addon can add records."""

    _name = "stock.sync.preset"
    _description = "Stock Synchronisation Preset"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        translate=True,
        help="What to enter as base URL and secret, and what the quantity means.",
    )
    limits = fields.Text(
        string="Not Covered by the Preset",
        translate=True,
        help="Which products or locations the API does not show this way, and what"
        " becomes of them.",
    )
    values = fields.Json(
        required=True,
        help="Values of the backend's fields; parameter_ids is a list of objects with"
        " kind, name and value. A field that is missing gets its default.",
    )
    values_text = fields.Text(string="Settings", compute="_compute_values_text")

    _name_uniq = models.Constraint("UNIQUE(name)", "Another preset has this name.")

    @api.depends("values")
    def _compute_values_text(self):
        for preset in self:
            preset.values_text = "\n".join(
                f"{name}: {value}" for name, value in sorted(preset.values.items())
            )

    @api.constrains("values")
    def _check_values(self):
        Backend = self.env["stock.sync.backend"]
        for preset in self:
            unknown = preset.values.keys() - PRESET_FIELDS - {"parameter_ids"}
            for row in preset.values.get("parameter_ids", []):
                unknown |= row.keys() - _PARAMETER_FIELDS
            if unknown:
                raise ValidationError(
                    self.env._(
                        "The preset %(preset)s cannot set %(fields)s.",
                        preset=preset.name,
                        fields=", ".join(sorted(unknown)),
                    )
                )
            backend = Backend.new(preset._get_backend_values())
            backend._check_paths()
            backend._check_needed()
            backend._check_expressions()

    def _get_backend_values(self):
        """The values of all fields of a backend that are a preset's business.

        What the preset does not name gets its default, so that nothing is left of the
        one that was chosen before.
        """
        self.ensure_one()
        Backend = self.env["stock.sync.backend"]
        values = dict(self.values)
        rows = values.pop("parameter_ids", [])
        computed = {"request_mode"}  # it follows from the list's path
        defaults = dict.fromkeys(PRESET_FIELDS - computed, False)
        defaults.update(Backend.default_get(list(defaults)))
        commands = [Command.clear(), *(Command.create(row) for row in rows)]
        return {**defaults, **values, "parameter_ids": commands}
