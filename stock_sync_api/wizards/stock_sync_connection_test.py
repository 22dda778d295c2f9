from odoo import api, fields, models
from odoo.fields import Command

from ..tools import format_number

#: rows of the answer, and faults, that are shown: the first ones tell the rest
_SHOWN = 20


class StockSyncConnectionTest(models.TransientModel):
    """What one request to an API brought, and what the mapping makes of it."""

    _name = "stock.sync.connection.test"
    _description = "Stock Synchronisation Connection Test"

    backend_id = fields.Many2one(
        "stock.sync.backend", required=True, readonly=True, ondelete="cascade"
    )
    summary = fields.Text(readonly=True)
    problem = fields.Text(readonly=True)
    next_step = fields.Text(readonly=True)
    limits = fields.Text(related="backend_id.preset_limits")
    excerpt = fields.Text(string="Answer", readonly=True)
    row_ids = fields.One2many("stock.sync.connection.test.row", "test_id")
    location_ids = fields.One2many("stock.sync.connection.test.location", "test_id")

    @api.model
    def _test(self, backend):
        """Send one request as a synchronisation would, and show what came back.

        :return: an action: a notification where that says all, else a dialog
        """
        test = self._run_test(backend)
        if test.excerpt:
            return test._show()
        return self.env["stock.sync.service"]._notification("danger", test.problem)

    @api.model
    def _run_test(self, backend):
        """Send one request as a synchronisation would.

        :return: what came back, or only a problem
        """
        problem = backend._problem(self.env.user)
        # Without a location nothing is synchronised, but much can be learned.
        if problem and problem[1].get("reason") != "no_location":
            sentence = self.env["stock.sync.error.mixin"]._explain(*problem)
            return self.create({"backend_id": backend.id, "problem": sentence})
        external_id = self._sample_id(backend)
        if not external_id and not backend.list_path:
            message = self.env._(
                "Enter the external ID of a product first, then test again."
            )
            return self.create({"backend_id": backend.id, "problem": message})
        with backend._get_api() as api_client:
            sample = api_client.sample(external_id)
        if sample.withheld:
            sample.excerpt = self.env._(
                "The answer is not shown: a secret of the backend may be in it, in"
                " another form than it was sent. Tell who runs the API that it echoes"
                " what it is sent."
            )
        if sample.error and not sample.excerpt:
            sentence = self._sentence(external_id, sample.error)
            return self.create({"backend_id": backend.id, "problem": sentence})
        return self.create(self._prepare(backend, external_id, sample))

    @api.model
    def _sample_id(self, backend):
        """The id to ask about; None where the list is asked for."""
        if backend.request_mode == "list":
            return None
        if backend.sample_external_id:
            return backend.sample_external_id.strip()
        domain = [("backend_id", "=", backend.id)]
        return self.env["stock.sync.binding"].search(domain, limit=1).external_id

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test Connection"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _sentence(self, external_id, error):
        facts = {"external_id": external_id or "?", **error.facts}
        return self.env["stock.sync.error.mixin"]._explain(error.code, facts)

    @api.model
    def _prepare(self, backend, external_id, sample):
        problems = []
        if sample.error:
            problems.append(self._sentence(external_id, sample.error))
        for fault_id, error in sample.faults[:_SHOWN]:
            sentence = self._sentence(fault_id, error)
            problems.append(f"{fault_id}: {sentence}" if fault_id else sentence)
        rows = self._prepare_rows(backend, sample.levels[:_SHOWN])
        locations = self._prepare_locations(backend, sample)
        return {
            "backend_id": backend.id,
            "summary": self._summary(sample),
            "problem": "\n".join(dict.fromkeys(problems)),
            "next_step": self._next_step(backend, sample, rows, locations),
            "excerpt": sample.excerpt,
            "row_ids": [Command.create(row) for row in rows],
            "location_ids": [Command.create(location) for location in locations],
        }

    @api.model
    def _prepare_rows(self, backend, levels):
        bindings = self.env["stock.sync.binding"].search(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "in", [level.external_id for level in levels]),
            ]
        )
        products = {binding.external_id: binding.product_id.id for binding in bindings}
        locations = {
            code: row.location_id.id for code, row in backend._get_map().items()
        }
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
                else backend.location_id.id,
            }
            for level in levels
        ]

    @api.model
    def _prepare_locations(self, backend, sample):
        """The codes that the location map does not know yet."""
        codes = {level.location_code for level in sample.levels} - {None}
        unknown = sorted(codes - backend._get_map().keys())
        only = backend.location_id.id if len(codes) == 1 else False
        return [{"code": code, "location_id": only} for code in unknown]

    @api.model
    def _summary(self, sample):
        lines = [
            self.env._(
                "%(url)s answered %(status)s in %(seconds)s s (%(size)s bytes).",
                url=sample.url,
                status=sample.status,
                seconds=format_number(self.env, f"{sample.seconds:.2f}"),
                size=format_number(self.env, sample.size),
            )
        ]
        if not sample.error:
            more = self.env._("and there is a next page")
            last = self.env._("and there is no next page")
            lines.append(
                self.env._(
                    "Rows found: %(rows)s, %(next)s.",
                    rows=format_number(self.env, sample.rows),
                    next=more if sample.has_next else last,
                )
            )
        if sample.levels:
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
        return "\n".join(lines)

    @api.model
    def _next_step(self, backend, sample, rows, locations):
        if sample.error and sample.error.code != "invalid_response":
            return False  # the sentence about it says what to do
        if sample.error or sample.faults:
            return self.env._(
                "Next: compare the answer below with what is entered on the page"
                " Answers of the backend, then test again."
            )
        if not rows:
            return self.env._(
                "Next: the API gave no rows. If it should have, check the path, the"
                " parameters, and on the page Answers where the rows are and which of"
                " them count."
            )
        if len(locations) > 1 or (locations and backend.location_map_ids):
            return self.env._(
                "Next: choose a location for each code of the API, and add them to the"
                " location map."
            )
        if not backend.location_id:
            return self.env._(
                "Next: choose the backend's location, so that it is clear which stock"
                " to set."
            )
        if not any(row["product_id"] for row in rows):
            return self.env._(
                "Next: none of these products is known yet. Give products their"
                " external ID, or have them found by internal reference or barcode."
            )
        return self.env._(
            "Next: click Preview to see what a synchronisation would change."
        )

    def action_add_locations(self):
        """Add the codes for which a location was chosen to the location map."""
        self.ensure_one()
        self.check_access("read")
        self.backend_id.check_access("write")
        chosen = self.location_ids.filtered(lambda row: row.location_id or row.ignored)
        self.env["stock.sync.location.map"].create(
            [
                {
                    "backend_id": self.backend_id.id,
                    "code": row.code,
                    "location_id": row.location_id.id,
                    "ignored": row.ignored,
                }
                for row in chosen
            ]
        )
        return {"type": "ir.actions.act_window_close"}
