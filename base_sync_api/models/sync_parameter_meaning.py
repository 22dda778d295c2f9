from odoo import api, models


class SyncParameter(models.Model):
    """What goes with a request may change what its answer means."""

    _inherit = "sync.parameter"

    @api.model_create_multi
    def create(self, vals_list):
        with self._flows_after(vals_list)._watching_meaning():
            return super().create(vals_list)

    def write(self, vals):
        flows = self._get_flows() | self._flows_after([vals])
        with flows._watching_meaning():
            return super().write(vals)

    def unlink(self):
        with self._get_flows()._watching_meaning():
            return super().unlink()

    def _get_flows(self):
        """The flows whose requests these rows go with."""
        shared = self.filtered(lambda row: not row.flow_id)
        return self.flow_id | shared.backend_id.flow_ids

    @api.model
    def _flows_after(self, vals_list):
        """The flows whose requests rows with these values go with."""
        flows = self.env["sync.flow"]._of_rows(vals_list)
        ids = [vals["backend_id"] for vals in vals_list if vals.get("backend_id")]
        return flows | self.env["sync.backend"].browse(ids).flow_ids
