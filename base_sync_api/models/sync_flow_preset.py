from odoo import api, fields, models
from odoo.fields import Command

#: what a preset may say about a flow of any kind; never an address or a secret
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
    }
)


class SyncFlow(models.Model):
    """Filling in how to speak to a well-known API."""

    _inherit = "sync.flow"

    preset_id = fields.Many2one(
        "sync.preset",
        domain="[('kind', '=', kind)]",
        help="A well-known API. Choosing one fills in how to speak to it, and replaces"
        " what was there; the address, the secret and the rest stay as they are.",
    )
    preset_description = fields.Text(related="preset_id.description")
    preset_limits = fields.Text(related="preset_id.limits")

    @api.model
    def _clean_vals(self, vals):
        """With what a preset among the values says about all others."""
        return super()._clean_vals(self._with_preset(vals))

    @api.model
    def _get_preset_fields(self, kind):
        """What a preset may say about a flow; never an address or a secret."""
        return PRESET_FIELDS

    @api.model
    def _values_of_preset(self, preset):
        """The values of all fields that are a preset's business.

        What the preset does not name gets its default, so that nothing is left of the
        one that was chosen before.
        """
        values = dict(preset.values)
        rows = values.pop("parameter_ids", [])
        computed = {"request_mode"}  # it follows from the list's path
        fnames = self._get_preset_fields(preset.kind) - computed
        defaults = dict.fromkeys(fnames, False)
        of_kind = self.with_context(default_kind=preset.kind)
        defaults.update(of_kind.default_get(list(defaults)))
        commands = [Command.clear(), *(Command.create(row) for row in rows)]
        return {**defaults, **values, "parameter_ids": commands}

    def _with_preset(self, vals):
        """The values, and what the preset among them says about all others.

        What is the backend's stays as it is where other flows go by it.
        """
        preset = self.env["sync.preset"].browse(vals.get("preset_id") or [])
        if not preset:
            return vals
        values = self._values_of_preset(preset)
        if vals.get("backend_id") or any(flow._shares_backend() for flow in self):
            values = self._without_shared(values)
        return {**values, **vals}

    @api.onchange("preset_id")
    def _onchange_preset_id(self):
        if self.preset_id:
            values = self._values_of_preset(self.preset_id)
            if self._shares_backend():
                values = self._without_shared(values)
            # Last what otherwise follows from the others.
            follows = {"request_mode", "since_param", "pages_path", "total_path"}
            self.update({n: v for n, v in values.items() if n not in follows})
            self.update({n: v for n, v in values.items() if n in follows})

    def _shares_backend(self):
        """Whether the backend has flows beside this one."""
        flows = self.backend_id._origin.with_context(active_test=False).flow_ids
        return bool(flows - self._origin)

    @api.model
    def _without_shared(self, values):
        return {n: v for n, v in values.items() if not self._fields[n].inherited}
