from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.quantities import format_quantity

#: so many products that have stock, all emptied, are no chance: held at any minimum
ALL_AT_LEAST = 3

#: fewer of a product are sold out in no time: no sign of anything, day by day
FEW = 5

#: how many times the most that there ever was comes from nothing without a question:
#: a restock may well be larger than the ones before
RECORD_FACTOR = 2


class StockSyncGuard(models.AbstractModel):
    """Looks at a whole plan before anything is written, and at what went before it.

    Only at runs over all products: whoever presses the button on chosen ones is
    looking at them. What the runs of some hours change together is judged as if one run
    had changed it, less what a person has approved or done.
    """

    _name = "stock.sync.guard"
    _description = "Stock Synchronisation: Guard"

    @api.model
    def _guard(self, run):
        """Look at the plan; hold single lines of it that are unlikely.

        May be called again for what was planned since: what the run has changed before
        counts as well.

        :return: the facts for which the run as a whole is held, or None
        """
        planned = self._planned_domain(run)
        if not self.env["stock.sync.run.line"].search_count(planned, limit=1):
            return None
        verdict = self._check_run(run)
        if verdict:
            return verdict
        sums = self._sum_up(run)
        verdict = sums and self._check_together(run, sums)
        if not verdict:
            self._hold_lines(run, sums)
        return verdict

    @api.model
    def _planned_domain(self, run):
        return Domain(
            [
                ("run_id", "=", run.id),
                ("state", "=", "planned"),
                ("error_code", "=", False),  # else it waits for a person already
            ]
        )

    # --- the run by itself ---

    @api.model
    def _check_run(self, run):
        """:return: the facts for which the run is held whatever went before, or None"""
        flow = run.flow_id
        counts = self._count_changes(run)
        checks = [
            (
                "zeros",
                counts["emptied"],
                self._count_received,
                flow.guard_zero_percent,
            ),
            (
                "share",
                counts["changed"],
                self._count_stocked,
                flow.guard_change_percent,
            ),
        ]
        for reason, count, count_all, percent in checks:
            if count < flow.guard_minimum:
                continue
            total = count_all(run)
            if count * 100 > total * percent:
                return {
                    "reason": reason,
                    "count": count,
                    "total": total,
                    "percent": percent,
                }
        emptied = counts["emptied"] + counts["left_alone"]
        if counts["to_empty"] and self._is_all(run, emptied, counts["gone"]):
            return {"reason": "all", "count": emptied}
        return None

    @api.model
    def _count_changes(self, run):
        """What the run changes, and has changed, where there was stock.

        :return: dict of ``changed``, ``emptied``, of the latter those ``to_empty`` now,
            those that the API says are empty but were ``left_alone``, and those that
            are ``gone`` already, as {location id: product ids}
        """
        self.env.flush_all()
        [row] = self.env.execute_query_dict(
            SQL(
                """
                SELECT count(*) FILTER (WHERE state != 'skipped') AS changed,
                       count(*) FILTER (WHERE zero AND state != 'skipped') AS emptied,
                       count(*) FILTER (WHERE zero AND state = 'planned') AS to_empty,
                       count(*) FILTER (WHERE zero AND state = 'skipped')
                       AS left_alone,
                       array_agg(ARRAY[location_id, product_id])
                       FILTER (WHERE zero AND state = 'applied') AS gone
                  FROM (SELECT state, location_id, product_id,
                               quantity_after <= 0 AS zero
                          FROM stock_sync_run_line
                         WHERE run_id = %s
                           AND quantity_before > 0
                           AND approved IS NOT TRUE
                           AND (state IN ('applied', 'skipped')
                                OR state = 'planned' AND error_code IS NULL)) line
                """,
                run.id,
            )
        )
        row["gone"] = self._by_location(row["gone"])
        return row

    @api.model
    def _is_all(self, run, emptied, gone):
        """Whether everything that has stock would have none.

        :param emptied: how many products would be empty, or are
        :param gone: those that are, see ``_count_stocked``
        """
        if emptied < ALL_AT_LEAST or run.flow_id.guard_zero_percent >= 100:
            return False
        unsettable = self.env["stock.sync.binding"].search(
            self.env["stock.sync.compare"]._unsettable_domain(run.flow_id)
        )
        left_out = set(unsettable.product_id.ids)
        return emptied >= self._count_stocked(run, gone, left_out)

    @api.model
    def _count_bound(self, run):
        return self.env["stock.sync.binding"].search_count(
            [("flow_id", "=", run.flow_id.id)]
        )

    @api.model
    def _count_received(self, run):
        """The products that the run is about.

        A delta names only those that changed, a run that has to wait those so far.

        Never more than are bound: ids of no product must not thin a guard out.
        """
        bound = self._count_bound(run)
        is_part = run.delta or run._is_waiting() or not run.complete
        return bound if is_part else min(run.received, bound)

    @api.model
    def _count_stocked(self, run, gone=None, left_out=()):
        """Bound products that have stock, counted once per site.

        Two plain questions: with statistics of yesterday, PostgreSQL needs minutes for
        both in one.

        :param gone: those that count although they have none any more, as
            {location id: product ids}
        :param left_out: ids of products that do not count
        """
        bindings = self.env["stock.sync.binding"]._read_group(
            [("flow_id", "=", run.flow_id.id)], [], ["product_id:array_agg"]
        )
        bound = set(bindings[0][0] or ()).difference(left_out)
        total = 0
        for site in run.flow_id._get_sites().spoken_of():
            stocked = self.env["stock.quant"]._read_group(
                [("location_id", "in", site.location_ids), ("owner_id", "=", False)],
                ["product_id"],
                having=[("quantity:sum", ">", 0)],
            )
            counted = {product.id for [product] in stocked}
            counted.update((gone or {}).get(site.location.id, ()))
            total += len(counted & bound)
        return total

    # --- together with the runs before it ---

    @api.model
    def _remembered_runs(self, run):
        """The runs that count together with this one, it and what people did included.

        Whoever has approved a run as a whole has seen what it came to: the memory
        begins anew after it.
        """
        of_flow = Domain("flow_id", "=", run.flow_id.id)
        Run = self.env["sync.run"]
        approved = Run.search(of_flow & Domain("approved", "=", True), limit=1)
        remembered = Run.search(
            of_flow
            & Domain("preview", "=", False)
            & Domain("id", ">", approved.id or 0)
            & (
                Domain("end_date", "=", False)
                | Domain("end_date", ">=", self._remembered_since(run))
            )
        )
        return remembered | run

    @api.model
    def _remembered_since(self, run):
        return fields.Datetime.now() - timedelta(hours=run.flow_id.guard_hours)

    @api.model
    def _changes(self, run, runs):
        """A query for what the runs did to each product and site, and this one plans.

        What people did themselves or approved is not the API's doing: each product
        starts from there. So it does where it has come from nothing: what is filled
        for the first time can be lost like any other stock.

        :return: SQL that gives product_id, location_id, planned_id (the planned line),
            before (the stock at the beginning), now (that of now), after (the plan is
            applied), net (the sum of all differences), step (the largest decrease)
        """
        chosen = runs.filtered(lambda one: one.scope == "chosen")
        return SQL(
            """
            WITH line AS (
                SELECT id, product_id, location_id, state,
                       quantity_before::float8 AS before,
                       quantity_after::float8 AS after,
                       MAX(CASE WHEN approved OR run_id = ANY(%(chosen)s) THEN id END)
                       OVER (PARTITION BY product_id, location_id) AS by_person
                  FROM stock_sync_run_line
                 WHERE run_id = ANY(%(runs)s)
                   AND product_id IS NOT NULL
                   AND location_id IS NOT NULL
                   AND (state = 'applied'
                        AND (run_id = %(run)s OR received_date >= %(since)s)
                        OR run_id = %(run)s
                           AND state = 'planned' AND error_code IS NULL)
            ), counted AS (
                SELECT *,
                       MIN(CASE WHEN before > 0 THEN id END)
                       OVER (PARTITION BY product_id, location_id) AS first_id
                  FROM line
                 WHERE by_person IS NULL OR id > by_person
            )
            SELECT product_id, location_id,
                   MAX(id) FILTER (WHERE state = 'planned') AS planned_id,
                   (array_agg(before ORDER BY id))[1] AS before,
                   (array_agg(CASE state WHEN 'planned' THEN before ELSE after END
                              ORDER BY id DESC))[1] AS now,
                   (array_agg(after ORDER BY id DESC))[1] AS after,
                   SUM(after - before) AS net,
                   MAX(before - after) AS step
              FROM counted
             WHERE id >= first_id
          GROUP BY product_id, location_id
            """,
            run=run.id,
            runs=runs.ids,
            chosen=chosen.ids,
            since=self._remembered_since(run),
        )

    @api.model
    def _check_together(self, run, sums):
        """:return: the facts for which the run is held because of the runs before it"""
        flow = run.flow_id
        facts = {"hours": flow.guard_hours}
        if sums["to_empty"]:
            count, percent = sums["at_once"], flow.guard_zero_percent
            total = self._count_bound(run)
            if count >= flow.guard_minimum and count * 100 > total * percent:
                return {
                    **facts,
                    "reason": "zeros_together",
                    "count": count,
                    "total": total,
                    "percent": percent,
                }
            emptied = sums["emptied"] + sums["left_alone"]
            if self._is_all(run, emptied, sums["gone"]):
                return {**facts, "reason": "all_together", "count": emptied}
        if sums["to_remove"] and sums["removed"] >= flow.guard_minimum:
            total = self._count_stocked(run, sums["gone"])
            percent = flow.guard_change_percent
            if sums["share"] * 100 > total * percent:
                return {
                    **facts,
                    "reason": "removed_together",
                    "share": int(sums["share"] * 100 / total),
                    "total": total,
                    "percent": percent,
                }
        return None

    @api.model
    def _sum_up(self, run):
        """What the runs come to together.

        Only what the runs themselves have taken is counted, and only as far as it is
        missing from what was there at the beginning. Each product counts alike: a
        pallet of screws must not outweigh a hundred machines, nor be all that counts.

        What is sold goes step by step, or is little: emptied ``at_once`` is only what
        was neither.

        :return: dict of ``emptied`` and ``removed`` (products that have nothing, or
            less), ``to_empty`` and ``to_remove`` (those of them that this run changes),
            ``at_once`` (those of the emptied that have lost half of it in one run),
            ``share`` (the sum of the parts of each product's stock that were taken),
            ``gone`` (see ``_count_stocked``), ``left_alone``, and ``suspicious`` (see
            ``_suspicious_condition``); None where nothing went before
        """
        flow = run.flow_id
        if not flow.guard_hours:
            return None
        runs = self._remembered_runs(run)
        applied = [("run_id", "in", runs.ids), ("state", "=", "applied")]
        if not self.env["stock.sync.run.line"].search_count(applied, limit=1):
            return None
        self.env.flush_all()
        [row] = self.env.execute_query_dict(
            SQL(
                """
                SELECT count(*) FILTER (WHERE emptied) AS emptied,
                       count(*) FILTER (WHERE emptied AND planned_id IS NOT NULL)
                       AS to_empty,
                       count(*) FILTER (WHERE emptied AND before >= %(few)s
                                              AND step * 2 >= before) AS at_once,
                       count(*) FILTER (WHERE taken > 0) AS removed,
                       count(*) FILTER (WHERE taken > 0 AND planned_id IS NOT NULL)
                       AS to_remove,
                       COALESCE(SUM(taken / before), 0) AS share,
                       array_agg(ARRAY[location_id, product_id])
                       FILTER (WHERE now <= 0) AS gone,
                       json_agg(json_build_array(planned_id, start))
                       FILTER (WHERE %(suspicious)s) AS suspicious,
                       (SELECT count(*)
                          FROM stock_sync_run_line
                         WHERE run_id = %(run)s AND state = 'skipped'
                           AND quantity_before > 0 AND quantity_after <= 0)
                       AS left_alone
                  FROM (SELECT *,
                               after <= 0 AND taken * 2 >= before AS emptied
                          FROM (SELECT *,
                                       after - net AS start,
                                       GREATEST(LEAST(before - after, before, -net), 0)
                                       AS taken
                                  FROM (%(changes)s) change) change) change
                """,
                few=FEW,
                run=run.id,
                suspicious=self._suspicious_condition(flow),
                changes=self._changes(run, runs),
            )
        )
        row["gone"] = self._by_location(row["gone"])
        return row

    @api.model
    def _by_location(self, pairs):
        """:return: dict of location id to set of product ids"""
        products = {}
        for location_id, product_id in pairs or ():
            products.setdefault(location_id, set()).add(product_id)
        return products

    # --- single lines ---

    @api.model
    def _hold_lines(self, run, sums):
        """Hold the lines of the plan that are unlikely by themselves.

        :param sums: see ``_sum_up``
        """
        held = {}
        for facts in (
            self._beyond_record(run),
            self._suspicious_together(run, sums),
            self._suspicious(run),
        ):
            held.update(facts)
        for line in self.env["stock.sync.run.line"].browse(sorted(held)):
            line._hold(**held[line.id])

    @api.model
    def _suspicious(self, run):
        """Planned changes of a product with stock by a large factor and quantity.

        :return: dict of line id to facts
        """
        flow = run.flow_id
        larger = SQL("GREATEST(quantity_before, quantity_after)")
        smaller = SQL("LEAST(quantity_before, quantity_after)")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM stock_sync_run_line
                 WHERE run_id = %s AND state = 'planned' AND error_code IS NULL
                   AND quantity_before > 0
                   AND %s - %s >= %s AND %s >= %s * %s
                """,
                run.id,
                larger,
                smaller,
                flow.guard_difference,
                larger,
                smaller,
                flow.guard_factor,
            )
        )
        return {line_id: {} for [line_id] in rows}

    @api.model
    def _suspicious_condition(self, flow):
        """The same against what there would be without the runs that are remembered.

        What is sold in small steps all day, or restocked twice, is no surprise: only
        a step that is large itself counts.
        """
        return SQL(
            """
            planned_id IS NOT NULL AND start > 0 AND now > 0
            AND (after - now >= %(difference)s AND after - start >= %(difference)s
                 AND after >= %(factor)s * start
                 OR now - after >= %(difference)s AND start - after >= %(difference)s
                 AND start >= %(factor)s * after)
            """,
            difference=flow.guard_difference,
            factor=flow.guard_factor,
        )

    @api.model
    def _suspicious_together(self, run, sums):
        """:return: dict of line id to facts"""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return {
            line_id: {
                "reason": "together",
                "start": format_quantity(start, digits),
                "hours": run.flow_id.guard_hours,
            }
            for line_id, start in (sums and sums["suspicious"]) or ()
        }

    @api.model
    def _beyond_record(self, run):
        """Increases beyond what a product ever had, from nothing or to very much.

        The most that it ever had is counted back from today's stock, move by move: what
        was there at the beginning may have come without one.

        :return: dict of line id to facts
        """
        flow = run.flow_id
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        ceiling = flow.guard_ceiling
        held = {}
        for site in flow._get_sites():
            lines = self._read_large_increases(run, site)
            lowest = self._read_lowest(site, [line[1] for line in lines])
            for line_id, product_id, before, after in lines:
                record = max(before - lowest.get(product_id, 0), before, 0)
                above = ceiling and after > ceiling and after > record
                if above or self._is_beyond(flow, before, after, record):
                    held[line_id] = {
                        "reason": "ceiling" if above else "record",
                        "record": format_quantity(record, digits),
                        "ceiling": format_quantity(ceiling, digits),
                    }
        return held

    @api.model
    def _is_beyond(self, flow, before, after, record):
        """Whether so much from nothing is too much; the first filling never is."""
        return (
            before <= 0 < record
            and after > RECORD_FACTOR * record
            and after - record >= flow.guard_difference
        )

    @api.model
    def _read_large_increases(self, run, site):
        """:return: rows of (line id, product id, quantity before, quantity after)"""
        flow = run.flow_id
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT id, product_id, quantity_before::float8, quantity_after::float8
                  FROM stock_sync_run_line
                 WHERE run_id = %(run)s
                   AND location_id = %(location)s
                   AND state = 'planned'
                   AND error_code IS NULL
                   AND quantity_after > quantity_before
                   AND (quantity_before <= 0 AND quantity_after >= %(difference)s
                        OR %(ceiling)s > 0 AND quantity_after > %(ceiling)s)
                """,
                run=run.id,
                location=site.location.id,
                difference=flow.guard_difference,
                ceiling=flow.guard_ceiling,
            )
        )

    @api.model
    def _read_lowest(self, site, product_ids):
        """How much less than today there was, at most, counted back move by move.

        :return: dict of product id to 0, or below zero where there was more than today
        """
        if not product_ids:
            return {}
        inside = list(site.location_ids)
        # The ids as a constant: joined with lines that were just made, of which
        # PostgreSQL knows nothing, this takes an hour instead of a second.
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT product_id, LEAST(MIN(since), 0)::float8
                      FROM (SELECT product_id,
                                   SUM(quantity) OVER (PARTITION BY product_id
                                                       ORDER BY date DESC, id DESC)
                                   AS since
                              FROM (SELECT product_id, date, id,
                                           CASE WHEN location_dest_id = ANY(%(inside)s)
                                                THEN quantity_product_uom ELSE 0 END
                                           - CASE WHEN location_id = ANY(%(inside)s)
                                                  THEN quantity_product_uom ELSE 0 END
                                           AS quantity
                                      FROM stock_move_line
                                     WHERE product_id = ANY(
                                               string_to_array(%(products)s, ',')
                                               ::int4[])
                                       AND state = 'done'
                                       AND owner_id IS NULL
                                       AND (location_dest_id = ANY(%(inside)s)
                                            OR location_id = ANY(%(inside)s))) move
                           ) balance
                  GROUP BY product_id
                    """,
                    inside=inside,
                    products=",".join(map(str, product_ids)),
                )
            )
        )
