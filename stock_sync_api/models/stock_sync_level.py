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
        self._upsert(
            {"binding_id": "int4", "location_id": "int4"},
            keys,
            SQL("binding_id = excluded.binding_id"),
        )

    @api.model
    def _accept(self, outcomes):
        """Record the levels of the outcomes that equal the stock now."""
        self._set(
            [
                (
                    outcome.binding.id,
                    outcome.site.location.id,
                    float(outcome.quantity),
                    outcome.level.date or None,
                    outcome.run_id,
                )
                for outcome in outcomes
                if outcome.binding and outcome.state in ("unchanged", "applied")
            ]
        )

    @api.model
    def _set(self, rows):
        """Record levels that equal the stock now, in one statement.

        :param rows: tuples (binding id, location id, quantity, API's own time, run id)
        """
        now = fields.Datetime.now()
        self._upsert(
            {
                "binding_id": "int4",
                "location_id": "int4",
                "quantity": "float8",
                "source_date": "timestamp",
                "accepted_by_run": "int4",
                "date": "timestamp",
            },
            [(*row, now) for row in rows],
            SQL(
                "quantity = excluded.quantity, date = excluded.date,"
                " accepted_by_run = excluded.accepted_by_run, source_date ="
                " COALESCE(excluded.source_date, stock_sync_level.source_date)"
            ),
        )
        self._invalidate_shown()

    @api.model
    def _forget(self, keys):
        """Nothing is accepted any more: the stock was changed back.

        :param keys: tuples (binding id, location id)
        """
        levels = self.search([("binding_id", "in", [key[0] for key in keys])])
        keys = set(keys)
        levels.filtered(
            lambda level: (level.binding_id.id, level.location_id.id) in keys
        ).write({"date": False, "source_date": False})
        self._invalidate_shown()

    @api.model
    def _touch(self, level_ids, run_id):
        """Record that levels came again as they were, in one statement."""
        if level_ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE stock_sync_level SET date = %s, accepted_by_run = %s"
                    " WHERE id = ANY(string_to_array(%s, ',')::int4[])",
                    fields.Datetime.now(),
                    run_id,
                    ",".join(map(str, level_ids)),
                )
            )
            self._invalidate_shown()

    @api.model
    def _invalidate_shown(self):
        self.invalidate_model()
        shown = ["last_sync_date", "sync_quantity"]
        self.env["product.product"].invalidate_model(shown, flush=False)
        self.env["product.template"].invalidate_model(shown, flush=False)
        shown = ["last_sync_date", "level_ids"]
        self.env["stock.sync.binding"].invalidate_model(shown, flush=False)

    @api.model
    def _upsert(self, columns, rows, update):
        """:param columns: dict of column name to its type in PostgreSQL"""
        if not rows:
            return
        self.flush_model()
        self.env["stock.sync.binding"].flush_model()
        # In one order, so that two transactions never wait for each other.
        values = zip(*sorted(rows, key=lambda row: row[:2]), strict=True)
        self.env.cr.execute(
            SQL(
                "INSERT INTO stock_sync_level (%s) SELECT * FROM unnest(%s)"
                " ON CONFLICT (binding_id, location_id) DO UPDATE SET %s",
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(
                    SQL("%s::%s[]", list(column), SQL.identifier(kind))
                    for kind, column in zip(columns.values(), values, strict=True)
                ),
                update,
            )
        )
        self.invalidate_model()
