from odoo import api, models
from odoo.tools import SQL


class StockSyncRead(models.AbstractModel):
    """Passes a page's levels that plainly equal the stock, in two statements.

    Most products of most runs end here. It decides nothing: whatever is not plain goes
    on to ``stock.sync.compare``, which has the rules.
    """

    _inherit = "stock.sync.read"

    @api.model
    def _pass_plain(self, run, site, levels, closer_look):
        """Record the levels that equal the stock, and take them out of ``levels``.

        :param levels: dict of external id to ``Level`` at the site
        :param closer_look: ids of bindings that do not pass, whatever their stock is
        :return: how many there were
        """
        if not self._is_plain(run.flow_id):
            return 0
        factor = run.flow_id._get_factor()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        same, changed = [], []
        for external_id, binding_id, level_id, stock, known, date in self._read_plain(
            run, site, list(levels)
        ):
            level = levels[external_id]
            if level.quantity is None or binding_id in closer_look:
                continue
            quantity = float(level.quantity * factor if factor != 1 else level.quantity)
            if quantity != stock or quantity < 0 or round(quantity, digits) != quantity:
                continue
            if level.date and date and level.date < date:
                continue
            del levels[external_id]
            if quantity == known and (not level.date or level.date == date):
                same.append(level_id)
            else:
                changed.append((binding_id, quantity, level.date))
        Level = self.env["stock.sync.level"]
        Level._touch(same, run.id)
        Level._set(
            [
                (binding_id, site.location.id, quantity, date, run.id)
                for binding_id, quantity, date in changed
            ]
        )
        return len(same) + len(changed)

    @api.model
    def _is_plain(self, flow):
        """Whether the quantities need no more than a factor to be Odoo's."""
        return not flow.uom_id

    @api.model
    def _read_plain(self, run, site, external_ids):
        """What Odoo has for those that had nothing to tell last time.

        :return: rows of (external id, binding id, level id, stock, level's quantity,
            API's own time)
        """
        flow = run.flow_id
        quantity = SQL("quant.quantity")
        if flow.quantity_type == "available":
            quantity = SQL("quant.quantity - quant.reserved_quantity")
        self.env.flush_all()
        # Sub-selects and OFFSET 0 keep PostgreSQL from joins over whole tables: what it
        # knows of the levels, which each run writes, is always out of date.
        self.env.cr.execute(
            SQL(
                """
                SELECT binding.external_id,
                       binding.id,
                       level.id,
                       COALESCE((SELECT SUM(%(quantity)s)
                                   FROM stock_quant quant
                                  WHERE quant.product_id = binding.product_id
                                    AND quant.location_id = ANY(%(locations)s)
                                    AND quant.owner_id IS NULL), 0.0)::float8,
                       level.quantity::float8,
                       level.source_date
                  FROM stock_sync_binding binding,
               LATERAL (SELECT id, quantity, source_date
                          FROM stock_sync_level
                         WHERE binding_id = binding.id
                           AND location_id = %(location)s
                           AND date IS NOT NULL
                           AND accepted_by_run < %(run)s
                        OFFSET 0) level
                 WHERE binding.flow_id = %(flow)s
                   AND binding.external_id = ANY(string_to_array(%(ids)s, chr(31)))
                   AND binding.state = 'ok'
                   AND binding.error_code IS NULL
                   AND binding.uom_id IS NULL
                   AND COALESCE(binding.quantity_factor, 0) = 0
                   %(no_line)s
                """,
                quantity=quantity,
                locations=list(site.location_ids),
                location=site.location.id,
                flow=flow.id,
                # One text: thousands of literals take longer to parse than to find.
                ids="\x1f".join(external_ids),
                run=run.id,
                no_line=self._without_line(run),
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _without_line(self, run):
        """A product that comes twice in a run has a line by now, or was accepted."""
        if not self.env["stock.sync.run.line"].search_count(
            [("run_id", "=", run.id)], limit=1
        ):
            return SQL()
        return SQL(
            """
            AND (SELECT count(*)
                   FROM stock_sync_run_line line
                  WHERE line.run_id = %s AND line.binding_id = binding.id) = 0
            """,
            run.id,
        )

    @api.model
    def _refresh_statistics(self):
        """Have PostgreSQL look at tables of which it knows next to nothing.

        It would do so by itself within minutes. A large run that begins before goes by
        what was known of empty tables, and takes a hundred times as long.
        """
        tables = [
            self.env[name]._table
            for name in ("stock.sync.binding", "stock.sync.level", "stock.quant")
        ]
        outdated = self.env.execute_query(
            SQL(
                """
                SELECT stat.relname
                  FROM pg_stat_user_tables stat
                  JOIN pg_class ON pg_class.oid = stat.relid
                 WHERE stat.schemaname = current_schema()
                   AND stat.relname = ANY(%s)
                   AND stat.n_mod_since_analyze > 1000 + pg_class.reltuples
                 ORDER BY stat.relname
                """,
                tables,
            )
        )
        for [table] in outdated:
            self.env.cr.execute(SQL("ANALYZE (SKIP_LOCKED) %s", SQL.identifier(table)))

    @api.model
    def _closer_look(self, flow):
        """The bindings of products whose stock cannot be set to one number.

        Looked up once for a whole reading: two lookups less for each product. One that
        becomes such a product meanwhile is only told of in the next run.

        :return: set of binding ids
        """
        unsettable = self.env["stock.sync.compare"]._unsettable_domain(flow)
        return set(self.env["stock.sync.binding"]._search(unsettable))
