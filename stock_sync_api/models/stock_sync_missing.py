from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from odoo.addons.base_sync_api.client import NotInAnswer

from ..client import Level

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
        sites = [site.location.id for site in run.flow_id._get_sites().spoken_of()]
        accepted = self.env["stock.sync.level"].search_count(
            [("accepted_by_run", "=", run.id), ("location_id", "in", sites)]
        )
        self.env.flush_all()
        [[with_line]] = self.env.execute_query(
            SQL(
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
                run=run.id,
                sites=sites,
            )
        )
        bindings = self.env["stock.sync.binding"].search_count(
            [("flow_id", "=", run.flow_id.id)]
        )
        return accepted + with_line == bindings * len(sites)

    @api.model
    def _plan_left_out(self, run, external_ids):
        """Plan for the locations that answers about these products leave out.

        Such an answer is whole: who asks about one product is told all about it.

        :param external_ids: what the answers of a batch gave levels of
        """
        flow = run.flow_id
        sites = flow._get_sites()
        if len(sites.spoken_of()) < 2:
            return
        bindings = self.env["stock.sync.binding"].search(
            [
                ("flow_id", "=", flow.id),
                ("external_id", "in", list(external_ids)),
            ]
        )
        unnamed = self._get_never_named(flow, sites)
        for ids in split_every(BATCH_SIZE, bindings.ids):
            self._plan_missing(run, self._next_missing(run, 0, ids), unnamed=unnamed)

    @api.model
    def _next_missing(self, run, position, binding_ids=None):
        """What the run's answers did not mention, of the next products.

        Of a product that is mentioned at one location, an API may leave out those where
        there is none: they only count where it gave a quantity last time or, if they
        are to be set to zero, where there is stock.

        :param position: the id of the last binding looked at
        :param binding_ids: only these, which all were mentioned somewhere
        :return: list of (binding id, ids of the sites' locations)
        """
        flow = run.flow_id
        sites = SQL(", ").join(
            SQL("(%s, %s::int4[])", site.location.id, list(site.location_ids))
            for site in flow._get_sites().spoken_of()
        )
        has_stock = SQL("FALSE")
        if flow._empties_missing():
            has_stock = SQL(
                """
                (SELECT count(*) FROM stock_quant quant
                  WHERE quant.product_id = binding.product_id
                    AND quant.location_id = ANY(site.location_ids)
                    AND quant.quantity != 0) > 0
                """
            )
        only = is_unmentioned = SQL()
        if binding_ids is None:
            is_unmentioned = SQL(
                """
                OR (SELECT count(*) FROM stock_sync_level level
                     WHERE level.binding_id = binding.id
                       AND level.accepted_by_run >= %(run)s)
                 + (SELECT count(*) FROM stock_sync_run_line line
                     WHERE line.run_id = %(run)s
                       AND line.binding_id = binding.id) = 0
                """,
                run=run.id,
            )
        else:
            only = SQL("AND binding.id = ANY(%s)", list(binding_ids))
        self.env.flush_all()
        # Counts, because PostgreSQL makes a join of NOT EXISTS, by what it knows of
        # tables that have just changed: half a minute for 30,000 products.
        return self.env.execute_query(
            SQL(
                """
                SELECT binding.id, array_agg(site.id)
                  FROM stock_sync_binding binding,
                       (VALUES %(sites)s) AS site (id, location_ids)
                 WHERE binding.flow_id = %(flow)s
                   AND binding.id > %(position)s
                   %(only)s
                   AND (SELECT count(*) FROM stock_sync_level level
                         WHERE level.binding_id = binding.id
                           AND level.location_id = site.id
                           AND level.accepted_by_run >= %(run)s) = 0
                   AND (SELECT count(*) FROM stock_sync_run_line line
                         WHERE line.run_id = %(run)s
                           AND line.binding_id = binding.id
                           AND COALESCE(line.location_id, site.id) = site.id) = 0
                   AND ((SELECT count(*) FROM stock_sync_level level
                          WHERE level.binding_id = binding.id
                            AND level.location_id = site.id
                            AND level.date IS NOT NULL
                            AND level.quantity != 0) > 0
                        OR %(has_stock)s
                        %(is_unmentioned)s)
              GROUP BY binding.id
              ORDER BY binding.id
                 LIMIT %(limit)s
                """,
                sites=sites,
                flow=flow.id,
                position=position,
                run=run.id,
                has_stock=has_stock,
                only=only,
                is_unmentioned=is_unmentioned,
                limit=BATCH_SIZE,
            )
        )

    @api.model
    def _plan_missing(self, run, missing, moved=False, is_certain=True, unnamed=()):
        """
        :param missing: as ``_next_missing`` gives it
        :param moved: whether rows may have slipped by while the list was read
        :param is_certain: whether each row says what it is about
        :param unnamed: ids of locations that the API may not have been asked about
        """
        flow = run.flow_id
        sites = flow._get_sites()
        may_empty = flow._empties_missing() and is_certain and not moved
        bindings = self.env["stock.sync.binding"].browse(row[0] for row in missing)
        found = {b.external_id: (b, b.product_id) for b in bindings}
        outcomes = []
        for binding, (_id, location_ids) in zip(bindings, missing, strict=True):
            outcome = self.env["stock.sync.compare"]._make_outcome(
                run, binding.external_id, found, run.start_date
            )
            if outcome.error_code:
                outcomes.append(outcome)
            elif may_empty:
                level = Level(binding.external_id, Decimal(0))
                of_sites = [
                    replace(outcome, site=sites.by_location[location_id], level=level)
                    for location_id in location_ids
                ]
                outcomes += [
                    self._leave_unnamed(one) if one.site.location.id in unnamed else one
                    for one in of_sites
                ]
            elif len(location_ids) == len(sites.spoken_of()):
                outcomes.append(self._leave(outcome, moved))
            else:
                outcomes += [
                    self._leave(
                        replace(outcome, site=sites.by_location[location_id]), moved
                    )
                    for location_id in location_ids
                ]
        self.env["stock.sync.compare"]._compare(flow, outcomes)
        self.env["stock.sync.record"]._store(run, outcomes)

    @api.model
    def _is_certain(self, run):
        """Whether the list was a catalogue in which each row says what it is about."""
        return bool(run.received and not run.nameless)

    @api.model
    def _get_unnamed(self, run, sites):
        """Sites of the map that the whole list was not about: nobody may have asked.

        :return: set of the ids of their locations
        """
        if not sites.is_mapped:
            return set()
        Level = self.env["stock.sync.level"]
        Line = self.env["stock.sync.run.line"]
        of_run = Domain("run_id", "=", run.id) & Domain(
            "error_code", "!=", NotInAnswer.code
        )
        unnamed = set()
        for site in sites.spoken_of():
            at_site = Domain("location_id", "=", site.location.id)
            accepted = at_site & Domain("accepted_by_run", "=", run.id)
            if not (
                Level.search_count(accepted, limit=1)
                or Line.search_count(at_site & of_run, limit=1)
            ):
                unnamed.add(site.location.id)
        return unnamed

    @api.model
    def _get_never_named(self, flow, sites):
        """Sites of the map of which the API has never said anything.

        :return: set of the ids of their locations
        """
        Level = self.env["stock.sync.level"]
        of_flow = Domain("binding_id.flow_id", "=", flow.id)
        of_flow &= Domain("date", "!=", False)
        return {
            site.location.id
            for site in sites.spoken_of()
            if not Level.search_count(
                of_flow & Domain("location_id", "=", site.location.id), limit=1
            )
        }

    @api.model
    def _leave_unnamed(self, outcome):
        outcome.level = None
        location = outcome.site.location.complete_name
        codes = ", ".join(sorted(outcome.site.codes))
        return outcome.skip(
            NotInAnswer.code, reason="unnamed", location=location, codes=codes
        )

    @api.model
    def _leave(self, outcome, moved):
        facts = {}
        if moved:
            facts = {"reason": "moved"}
        elif outcome.site:
            location = outcome.site.location.complete_name
            facts = {"reason": "location", "location": location}
        return outcome.skip(NotInAnswer.code, **facts)

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
