from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: what it may say about a flow's headers and parameters
_PARAMETER_FIELDS = frozenset({"kind", "name", "value", "is_secret"})


class SyncPreset(models.Model):
    """How to speak to a well-known API. Data: another addon can add records."""

    _name = "sync.preset"
    _description = "Synchronisation Preset"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    kind = fields.Selection(
        "_selection_kind",
        required=True,
        default=lambda self: self.env["sync.flow"]._default_kind(),
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        translate=True,
        help="What to enter as base URL and secret, and what the quantity means.",
    )
    limits = fields.Text(
        string="Not Covered by the Preset",
        translate=True,
        help="What the API does not show this way, and what becomes of it.",
    )
    values = fields.Json(
        required=True,
        help="Values of the flow's fields; parameter_ids is a list of objects with"
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

    @api.model
    def _selection_kind(self):
        return self.env["sync.flow"]._fields["kind"]._description_selection(self.env)

    @api.constrains("kind", "values")
    def _check_values(self):
        Flow = self.env["sync.flow"]
        for preset in self:
            unknown = preset.values.keys() - Flow._get_preset_fields(preset.kind)
            unknown -= {"parameter_ids"}
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
            values = {"kind": preset.kind, **Flow._values_of_preset(preset)}
            flow = Flow.new(values)
            flow._check_paths()
            flow._check_needed()
            flow._check_expressions()
