from odoo import api, models
from odoo.tools import SQL

#: a catalogue that knows less of the bound products is another one, or empty
LEAST_PERCENT = 5

#: what is said of a product that the API knows nothing about, or that is not asked for
NOT_KNOWN = (
    "product_not_found",
    "not_in_answer",
    "archived_product",
    "not_storable",
    "tracked_product",
    "kit_product",
)


class StockSyncRead(models.AbstractModel):
    """Tells whether what was read is the catalogue that Odoo knows.

    An empty list, or one of another account or with IDs of another kind, is valid in
    each row and no success: nobody would be told that nothing is kept equal any more.
    """

    _inherit = "stock.sync.read"

    @api.model
    def _is_lost(self, run):
        """Fail a run that has read everything, and found (almost) nothing it knows.

        Before anything is said about single products: they are not at fault.
        """
        if run.delta or run.scope != "all" or run.state != "planning":
            return False
        run.confirmed = self._count_confirmed(run)
        facts = self._check_confirmed(run)
        if not facts:
            return False
        if not run.preview:
            self._leave_lines(run, facts)
        run._finish("failed", "catalogue_lost", facts)
        return True

    @api.model
    def _check_confirmed(self, run):
        """:return: the facts for which the catalogue is lost, or None"""
        flow, confirmed = run.flow_id, run.confirmed
        expected = flow.expected_products
        Binding = self.env["stock.sync.binding"]
        bound = Binding.search_count([("flow_id", "=", flow.id)])
        if self._is_some(confirmed, bound) and not self._fell(run, expected):
            return None  # nearly always, and nothing more has to be counted
        settable = self.env["stock.sync.compare"]._binding_domain(flow)
        total = Binding.search_count(settable)
        if not total:
            return None
        facts = {"confirmed": confirmed, "total": total}
        # A catalogue of which little is known, as last time, was accepted then.
        is_news = confirmed * 2 < expected or not expected
        if not confirmed or (not self._is_some(confirmed, total) and is_news):
            return {**facts, **self._examples(run)}
        # Whoever has removed external IDs wants fewer products.
        if self._fell(run, min(expected, total)):
            percent = flow.guard_fall_percent
            return {**facts, "reason": "fall", "expected": expected, "percent": percent}
        return None

    @api.model
    def _is_some(self, confirmed, total):
        return confirmed and confirmed * 100 >= total * LEAST_PERCENT

    @api.model
    def _fell(self, run, expected):
        flow = run.flow_id
        lost = expected - run.confirmed
        return (
            flow.guard_fall_percent
            and lost >= max(flow.guard_minimum, 1)
            and lost * 100 > expected * flow.guard_fall_percent
        )

    @api.model
    def _count_confirmed(self, run):
        """The bound products that the run's answers were about, right or wrong.

        A row that is no good is its product's problem, and the catalogue is there.
        """
        self.env.flush_all()
        [[accepted, with_line]] = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT count(DISTINCT binding_id) FROM stock_sync_level
                         WHERE accepted_by_run = %(run)s),
                       (SELECT count(DISTINCT binding_id)
                          FROM stock_sync_run_line line
                         WHERE run_id = %(run)s
                           AND binding_id IS NOT NULL
                           AND (error_code IS NULL
                                OR error_code != ALL(%(not_known)s)
                                OR error_facts ->> 'reason' = 'codes')
                           AND (SELECT count(*) FROM stock_sync_level level
                                 WHERE level.binding_id = line.binding_id
                                   AND level.accepted_by_run = %(run)s) = 0)
                """,
                run=run.id,
                not_known=list(NOT_KNOWN),
            )
        )
        return accepted + with_line

    @api.model
    def _examples(self, run):
        """An id of the API and one of Odoo's: where they differ, it shows.

        :return: facts with the reason
        """
        flow = run.flow_id
        settable = self.env["stock.sync.compare"]._binding_domain(flow)
        ours = self.env["stock.sync.binding"].search(settable, order="id", limit=1)
        if not run.unmatched:
            return {"reason": "none", "ours": ours.external_id}
        self.env.flush_all()
        pairs = self.env.execute_query(
            SQL(
                """
                SELECT unmatched.external_id, binding.external_id
                  FROM stock_sync_unmatched unmatched
                  JOIN stock_sync_binding binding
                    ON binding.flow_id = unmatched.flow_id
                   AND lower(binding.external_id) = lower(unmatched.external_id)
                 WHERE unmatched.flow_id = %s
              ORDER BY binding.id
                 LIMIT 1
                """,
                flow.id,
            )
        )
        if pairs:
            [[theirs, known]] = pairs
            return {"reason": "foreign", "theirs": theirs, "ours": known}
        theirs = self.env["stock.sync.unmatched"].search(
            [("flow_id", "=", flow.id)], order="last_seen DESC, id", limit=1
        )
        return {
            "reason": "foreign",
            "theirs": theirs.external_id,
            "ours": ours.external_id,
        }

    @api.model
    def _leave_lines(self, run, facts):
        """Nothing of such an answer is applied."""
        lines = self.env["stock.sync.run.line"].search(
            [("run_id", "=", run.id), ("state", "=", "planned")]
        )
        lines.write(
            {"state": "skipped", "error_code": "catalogue_lost", "error_facts": facts}
        )
        run._count(skipped=len(lines))
