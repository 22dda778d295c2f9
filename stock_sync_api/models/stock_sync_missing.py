from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ..client import Level, NotInAnswer

#: bindings looked at in one go
BATCH_SIZE = 1000


class StockSyncMissing(models.AbstractModel):
    """Plans for what the API's list did not mention.

    It is left alone and reported, or set to zero where the backend says so: only after
    a whole list, in which nothing else casts a doubt on what is missing.
    """

    _name = "stock.sync.missing"
    _description = "Stock Synchronisation: Missing from the Answer"

    @api.model
    def _is_nothing_missing(self, run):
        """Whether numbers show it, which spares looking at each product."""
        sites = [site.location.id for site in run.backend_id._get_sites().spoken_of()]
        accepted = self.env["stock.sync.level"].search_count(
            [("accepted_by_run", "=", run.id), ("location_id", "in", sites)]
        )
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT count(*)
              FROM (SELECT DISTINCT line.binding_id, site.location_id
                      FROM stock_sync_run_line line
                      JOIN unnest(%(sites)s) AS site (location_id)
                        ON COALESCE(line.location_id, site.location_id)
                           = site.location_id
                     WHERE line.run_id = %(run)s
                       AND line.binding_id IS NOT NULL) line
             WHERE (SELECT count(*) FROM stock_sync_level level
                     WHERE level.binding_id = line.binding_id
                       AND level.location_id = line.location_id
                       AND level.accepted_by_run = %(run)s) = 0
            """,
            {"run": run.id, "sites": sites},
        )
        [with_line] = self.env.cr.fetchone()
        bindings = self.env["stock.sync.binding"].search_count(
            [("backend_id", "=", run.backend_id.id)]
        )
        return accepted + with_line == bindings * len(sites)

    @api.model
    def _next(self, run, position):
        """What the run's answers did not mention, of the next products.

        :param position: the id of the last binding looked at
        :return: list of (binding id, ids of the sites' locations)
        """
        sites = run.backend_id._get_sites().spoken_of()
        self.env.flush_all()
        # Counts, because PostgreSQL makes a join of NOT EXISTS, by what it knows of
        # tables that have just changed: half a minute for 30,000 products.
        self.env.cr.execute(
            """
            SELECT binding.id, array_agg(site.location_id)
              FROM stock_sync_binding binding,
                   unnest(%(sites)s) AS site (location_id)
             WHERE binding.backend_id = %(backend)s
               AND binding.id > %(position)s
               AND (SELECT count(*) FROM stock_sync_level level
                     WHERE level.binding_id = binding.id
                       AND level.location_id = site.location_id
                       AND level.accepted_by_run >= %(run)s) = 0
               AND (SELECT count(*) FROM stock_sync_run_line line
                     WHERE line.run_id = %(run)s
                       AND line.binding_id = binding.id
                       AND COALESCE(line.location_id, site.location_id)
                           = site.location_id) = 0
          GROUP BY binding.id
          ORDER BY binding.id
             LIMIT %(limit)s
            """,
            {
                "sites": [site.location.id for site in sites],
                "backend": run.backend_id.id,
                "position": position,
                "run": run.id,
                "limit": BATCH_SIZE,
            },
        )
        return self.env.cr.fetchall()

    @api.model
    def _plan(self, run, missing, moved):
        """
        :param missing: as ``_next`` gives it
        :param moved: whether the list has become longer or shorter while it was read
        """
        backend = run.backend_id
        sites = backend._get_sites()
        is_zero = backend.missing_policy == "zero"
        may_empty = self._may_empty(run) and not moved
        bindings = self.env["stock.sync.binding"].browse(row[0] for row in missing)
        found = {b.external_id: (b, b.product_id) for b in bindings}
        had_stock = self._had_stock(bindings)
        outcomes = []
        for binding, (_id, location_ids) in zip(bindings, missing, strict=True):
            outcome = self.env["stock.sync.plan"]._outcome(
                run, binding.external_id, found, run.start_date
            )
            if outcome.error_code:
                outcomes.append(outcome)
                continue
            at_sites = [
                replace(outcome, site=sites.by_location[location_id])
                for location_id in location_ids
            ]
            if is_zero and may_empty:
                for outcome in at_sites:
                    outcome.level = Level(binding.external_id, Decimal(0))
            elif len(at_sites) == len(sites.spoken_of()):
                at_sites = [outcome]
            else:
                # Of a product that is mentioned, an API may leave out empty places.
                at_sites = [
                    o for o in at_sites if (binding, o.site.location) in had_stock
                ]
            for outcome in at_sites:
                if not outcome.level:
                    self._leave(outcome, is_zero and moved)
            outcomes += at_sites
        self.env["stock.sync.compare"]._compare(backend, outcomes)
        self.env["stock.sync.record"]._store(run, outcomes)

    @api.model
    def _may_empty(self, run):
        """Whether the list was a catalogue in which each row says what it is about."""
        nameless = self.env["stock.sync.run.line"].search_count(
            [("run_id", "=", run.id), ("binding_id", "=", False)], limit=1
        )
        return run.received and not nameless

    @api.model
    def _had_stock(self, bindings):
        """:return: set of (binding, location) for which the API gave a quantity last"""
        levels = self.env["stock.sync.level"].search_fetch(
            [
                ("binding_id", "in", bindings.ids),
                ("date", "!=", False),
                ("quantity", "!=", 0),
            ],
            ["binding_id", "location_id"],
        )
        return {(level.binding_id, level.location_id) for level in levels}

    @api.model
    def _leave(self, outcome, moved):
        facts = {}
        if moved:
            facts = {"reason": "moved"}
        elif outcome.site:
            location = outcome.site.location.complete_name
            facts = {"reason": "location", "location": location}
        outcome.skip(NotInAnswer.code, **facts)

    @api.model
    def _leave_zeros(self, run):
        """An answer that broke off never sets anything to zero."""
        lines = self.env["stock.sync.run.line"].search(
            [
                ("run_id", "=", run.id),
                ("state", "=", "planned"),
                ("quantity_after", "<=", 0),
                ("quantity_before", ">", 0),
            ]
        )
        lines.write(
            {
                "state": "skipped",
                "error_code": "not_in_answer",
                "error_facts": {"reason": "incomplete"},
            }
        )
        run._count(skipped=len(lines))
