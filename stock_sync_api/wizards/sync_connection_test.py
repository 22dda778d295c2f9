from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.base_sync_api.tools.numbers import format_number
from odoo.addons.base_sync_api.wizards.sync_connection_test import SHOWN

from ..kind import KIND


class SyncConnectionTest(models.TransientModel):
    """What an answer says about stock: levels, and where they belong."""

    _inherit = "sync.connection.test"

    row_ids = fields.One2many("stock.sync.connection.test.row", "test_id")
    location_ids = fields.One2many("stock.sync.connection.test.location", "test_id")

    @api.model
    def _sample_id(self, flow):
        """By default that of the first product that has one."""
        external_id = super()._sample_id(flow)
        if external_id or flow.kind != KIND or flow.request_mode == "list":
            return external_id
        domain = [("flow_id", "=", flow.id)]
        return self.env["stock.sync.binding"].search(domain, limit=1).external_id

    @api.model
    def _explain_no_id(self, flow):
        if flow.kind != KIND:
            return super()._explain_no_id(flow)
        return self.env._("Enter the external ID of a product first, then test again.")

    @api.model
    def _prepare(self, flow, external_id, sample):
        values = super()._prepare(flow, external_id, sample)
        if flow.kind != KIND:
            return values
        rows = self._prepare_rows(flow, sample.levels[:SHOWN])
        locations = self._prepare_locations(flow, sample)
        return {
            **values,
            "row_ids": [Command.create(row) for row in rows],
            "location_ids": [Command.create(location) for location in locations],
        }

    @api.model
    def _prepare_rows(self, flow, levels):
        bindings = self.env["stock.sync.binding"].search(
            [
                ("flow_id", "=", flow.id),
                ("external_id", "in", [level.external_id for level in levels]),
            ]
        )
        products = {binding.external_id: binding.product_id.id for binding in bindings}
        locations = {code: row.location_id.id for code, row in flow._get_map().items()}
        return [
            {
                "external_id": level.external_id,
                # null is not zero
                "quantity": "null" if level.quantity is None else str(level.quantity),
                "location_code": level.location_code,
                "date": level.date,
                "product_id": products.get(level.external_id),
                "location_id": locations.get(level.location_code, False)
                if level.location_code
                else flow.location_id.id,
            }
            for level in levels
        ]

    @api.model
    def _prepare_locations(self, flow, sample):
        """The codes that the location map does not know yet."""
        codes = {level.location_code for level in sample.levels} - {None}
        unknown = sorted(codes - flow._get_map().keys())
        only = flow.location_id.id if len(codes) == 1 else False
        return [{"code": code, "location_id": only} for code in unknown]

    @api.model
    def _get_summary(self, flow, sample):
        lines = super()._get_summary(flow, sample)
        if flow.kind == KIND and sample.levels:
            level = sample.levels[0]
            lines.append(
                self.env._(
                    "The first one: product %(external_id)s has %(quantity)s.",
                    external_id=level.external_id,
                    quantity="null"
                    if level.quantity is None
                    else format_number(self.env, level.quantity),
                )
            )
        return lines

    @api.model
    def _has_found(self, flow, sample):
        return (
            bool(sample.levels)
            if flow.kind == KIND
            else super()._has_found(flow, sample)
        )

    @api.model
    def _next_step(self, flow, sample):
        if flow.kind != KIND or sample.error or sample.faults or not sample.levels:
            return super()._next_step(flow, sample)
        locations = self._prepare_locations(flow, sample)
        if len(locations) > 1 or (locations and flow.location_map_ids):
            return self.env._(
                "Next: choose a location for each code of the API, and add them to the"
                " location map."
            )
        if not flow.location_id:
            return self.env._(
                "Next: choose the backend's location, so that it is clear which stock"
                " to set."
            )
        rows = self._prepare_rows(flow, sample.levels[:SHOWN])
        if not any(row["product_id"] for row in rows):
            return self.env._(
                "Next: none of these products is known yet. Give products their"
                " external ID, or have them found by internal reference or barcode."
            )
        return super()._next_step(flow, sample)

    def action_add_locations(self):
        """Add the codes for which a location was chosen to the location map."""
        self.ensure_one()
        self.check_access("read")
        self.flow_id.check_access("write")
        chosen = self.location_ids.filtered(lambda row: row.location_id or row.ignored)
        self.env["stock.sync.location.map"].create(
            [
                {
                    "flow_id": self.flow_id.id,
                    "code": row.code,
                    "location_id": row.location_id.id,
                    "ignored": row.ignored,
                }
                for row in chosen
            ]
        )
        return {"type": "ir.actions.act_window_close"}
