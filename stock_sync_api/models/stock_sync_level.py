from odoo import api, fields, models
from odoo.tools import SQL


class StockSyncLevel(models.Model):
    """The last level accepted per binding and location.

    Narrow, because it is the one table that every synchronisation touches.
    """

    _name = "stock.sync.level"
    _description = "Stock Synchronisation Level"
    _order = "binding_id, id"
    _log_access = False

    binding_id = fields.Many2one(
        "stock.sync.binding",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    location_id = fields.Many2one(
        "stock.location", required=True, ondelete="cascade", index=True, readonly=True
    )
    quantity = fields.Float(digits="Product Unit", readonly=True)
    date = fields.Datetime(
        string="Received",
        readonly=True,
        help="When it was last received and found equal or applied; empty while no"
        " level has been accepted yet.",
    )
    source_date = fields.Datetime(
        string="API's Own Time",
        readonly=True,
        help="The time that the API gave with the quantity, if it gave one.",
    )

    _binding_location_uniq = models.Constraint("UNIQUE(binding_id, location_id)")

    accepted_by_run = fields.Integer(
        readonly=True,
        help="The number of the run that accepted it. No link, so that removing runs"
        " does not touch this table.",
    )

    def init(self):
        # Room for updates within the page: without it each run makes the table and
        # its indexes grow, and recording cost twice as much.
        self.env.cr.execute(
            SQL("ALTER TABLE %s SET (fillfactor = 50)", SQL.identifier(self._table))
        )

    @api.model
    def _lock(self, keys):
        """Keep others from accepting these levels until the transaction ends.

        Rows that are missing are made, without a date: nothing is accepted yet. Where
        another transaction got there first, ours fails with a serialization failure
        (which retries) instead of setting the same stock a second time.

        :param keys: tuples (binding id, location id)
        """
        if keys:
            self._upsert(
                SQL("(binding_id, location_id)"),
                sorted(keys),
                SQL("binding_id = excluded.binding_id"),
            )

    @api.model
    def _accept(self, backend, outcomes):
        """Record the levels that are equal to the stock now, in one statement."""
        now = fields.Datetime.now()
        location = backend.location_id
        rows = sorted(
            (
                outcome.binding.id,
                location.id,
                float(outcome.level.quantity),
                now,
                outcome.level.date or None,
                outcome.run_id,
            )
            for outcome in outcomes
            if outcome.state in ("unchanged", "applied")
        )
        if rows:
            self._upsert(
                SQL(
                    "(binding_id, location_id, quantity, date, source_date,"
                    " accepted_by_run)"
                ),
                rows,
                SQL(
                    "quantity = excluded.quantity, date = excluded.date,"
                    " accepted_by_run = excluded.accepted_by_run, source_date ="
                    " COALESCE(excluded.source_date, stock_sync_level.source_date)"
                ),
            )
            shown = ["last_sync_date", "sync_quantity"]
            self.env["product.product"].invalidate_model(shown)
            self.env["product.template"].invalidate_model(shown)
            self.env["stock.sync.binding"].invalidate_model(["last_sync_date"])

    def _upsert(self, columns, rows, update):
        self.flush_model()
        self.env["stock.sync.binding"].flush_model()
        self.env.cr.execute(
            SQL(
                "INSERT INTO stock_sync_level %s VALUES %s"
                " ON CONFLICT (binding_id, location_id) DO UPDATE SET %s",
                columns,
                SQL(", ").join(SQL("%s", row) for row in rows),
                update,
            )
        )
        self.invalidate_model()
        self.env["stock.sync.binding"].invalidate_model(["level_ids"])
