from odoo import api, models

from odoo.addons.base_sync_api.client import InvalidResponse, NotInAnswer

from ..tools.quantities import format_quantity, level_text

#: rows without a usable id that become lines of a run: the first ones tell the rest
NAMELESS_LINES = 20

#: reasons of faults that say something else about one product and place
SAID_TWICE = ("several_rows", "contradiction", "repeated_row")


class StockSyncRead(models.AbstractModel):
    """Makes a run's plan of the API's answers: match, compare, store.

    Nothing here touches the stock.
    """

    _inherit = "stock.sync.read"

    @api.model
    def _plan_levels(self, run, by_site, faults, received, closer_look=()):
        """Plan what a batch of answers asks for.

        :param by_site: dict of ``Site`` to dict of external id to ``Level``
        :param faults: list of (external id or None, ``ClientError``, ``Site`` or None)
        :param received: when the answers were asked for, naive UTC
        :param closer_look: see ``_closer_look``
        """
        if any(error.facts.get("reason") in SAID_TWICE for _id, error, _s in faults):
            run.rows_twice = True
        by_site = {site: dict(levels) for site, levels in by_site.items()}
        count = sum(map(len, by_site.values()))
        unchanged = self._pass_unchanged(run, by_site, closer_look)
        run._count(received=count, unchanged=unchanged)
        ids = {external_id for levels in by_site.values() for external_id in levels}
        ids.update(external_id for external_id, _error, _site in faults if external_id)
        found, unmatched = self.env["stock.sync.match"]._match(run, ids)
        compare = self.env["stock.sync.compare"]
        outcomes = [
            compare._make_outcome(
                run, external_id, found, received, site=site, level=level
            )
            for site, levels in by_site.items()
            for external_id, level in levels.items()
            if external_id in found
        ]
        outcomes += [
            self._fault(run, external_id, error, found, received, site)
            for external_id, error, site in self._faults_for_lines(run, faults, found)
        ]
        outcomes = self._without_contradicted(outcomes)
        outcomes = self._without_repeated(run, outcomes)
        compare._compare(run.flow_id, outcomes)
        self.env["stock.sync.record"]._store(run, outcomes)
        if not run._is_list():
            # One by one, only products are asked about that we know.
            unmatched = {
                external_id: problem
                for external_id, problem in unmatched.items()
                if problem[0] == "ambiguous_product"
            }
        if run.scope == "all":
            self._report_unmatched(run, by_site, unmatched, faults)

    @api.model
    def _pass_unchanged(self, run, by_site, closer_look):
        """Take out what needs no closer look; the rest stays in ``by_site``."""
        if run.scope == "chosen":
            return 0
        return sum(
            self._pass_plain(run, site, levels, closer_look)
            for site, levels in by_site.items()
        )

    @api.model
    def _faults_for_lines(self, run, faults, found):
        """The faults of products, and the first few of rows that name none.

        An id that no product has is no line, whatever is wrong with its row: it would
        be one in each run.
        """
        nameless = [fault for fault in faults if fault[0] is None]
        room = max(0, NAMELESS_LINES - run.nameless)
        run._count(nameless=len(nameless), failed=len(nameless[room:]))
        return [fault for fault in faults if fault[0] in found] + nameless[:room]

    @api.model
    def _without_contradicted(self, outcomes):
        """A good row beside a bad one about the same says two things: none is used."""
        at_fault = {(o.binding, o.site) for o in outcomes if not o.level and o.binding}
        return [
            outcome
            for outcome in outcomes
            if not outcome.level or (outcome.binding, outcome.site) not in at_fault
        ]

    @api.model
    def _fault(self, run, external_id, error, found, received, site):
        """The outcome of a row, or of a product, about which nothing usable came.

        :param site: None where it is not known which
        """
        outcome = self.env["stock.sync.compare"]._make_outcome(
            run, external_id, found, received, site=site
        )
        facts = {"external_id": external_id, **error.facts}
        if outcome.error_code:
            return outcome
        if isinstance(error, NotInAnswer):
            return outcome.skip(error.code, **facts)
        return outcome.fail(error.code, **facts)

    @api.model
    def _without_repeated(self, run, outcomes):
        """What the run has not seen before.

        Where the list repeats a row because rows move, the client has left it out: what
        comes here says something about a product and place for the second time.
        """
        bindings = self.env["stock.sync.binding"].union(*(o.binding for o in outcomes))
        if run.scope == "chosen" or not bindings:
            return outcomes
        accepted = self.env["stock.sync.level"].search_fetch(
            [("binding_id", "in", bindings.ids), ("accepted_by_run", "=", run.id)],
            ["binding_id", "location_id", "quantity"],
        )
        accepted = {(level.binding_id, level.location_id): level for level in accepted}
        lines = self.env["stock.sync.run.line"].search(
            [("run_id", "=", run.id), ("binding_id", "in", bindings.ids)]
        )
        lines = {(line.binding_id, line.location_id): line for line in lines}
        new = []
        for outcome in outcomes:
            location = self.env["stock.location"]
            if outcome.site:
                location = outcome.site.location
            key = (outcome.binding, location)
            if key in lines:
                self._check_line(lines[key], outcome)
            elif key not in accepted or not self._repeats(run, accepted[key], outcome):
                new.append(outcome)
        return new

    @api.model
    def _repeats(self, run, accepted, outcome):
        """Whether a level says what was accepted already; if not, it is at fault."""
        if not outcome.level:
            run._count(unchanged=-1)  # as which it was counted
            return False
        if outcome.level.quantity is None:
            return True
        compare = self.env["stock.sync.compare"]
        quantity = compare._in_product_unit(accepted.binding_id.flow_id, outcome)
        if run.flow_id._may_repeat() and float(quantity) == accepted.quantity:
            return True
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        self._contradict(run, outcome, format_quantity(accepted.quantity, digits))
        run._count(unchanged=-1)
        return False

    @api.model
    def _check_line(self, line, outcome):
        """The run has a line already: right or wrong, by what the API says now."""
        run = line.run_id
        is_same = level_text(outcome.level) == line.api_quantity
        if line.state != "planned" or (is_same and run.flow_id._may_repeat()):
            return
        if outcome.level:
            self._contradict(run, outcome, line.api_quantity)
        outcome.line = line
        self.env["stock.sync.record"]._settle(run, [outcome])

    @api.model
    def _contradict(self, run, outcome, first):
        reason = "contradiction" if run.flow_id._may_repeat() else "several_rows"
        error = InvalidResponse(
            reason=reason,
            external_id=outcome.external_id,
            location=outcome.site.location.complete_name,
            quantity=first,
            other_quantity=level_text(outcome.level) or "null",
        )
        outcome.level = None
        outcome.fail(error.code, **error.facts)
        run.rows_twice = True

    @api.model
    def _report_unmatched(self, run, by_site, unmatched, faults):
        """Ids that are not one product, for a person to decide."""
        rows = []
        for levels in by_site.values():
            for external_id in levels.keys() & unmatched.keys():
                level = levels[external_id]
                code, facts = unmatched.pop(external_id)
                rows.append(
                    (
                        external_id,
                        code,
                        facts,
                        level_text(level),
                        level.location_code,
                        level.date,
                    )
                )
        for external_id, error, _site in faults:
            if external_id in unmatched:
                code, facts = unmatched.pop(external_id)
                said = [error.facts.get(key) for key in ("quantity", "location_code")]
                rows.append((external_id, code, facts, *said, None))
        if rows:
            self._note_reported_twice(run, rows)
            self.env["stock.sync.unmatched"]._report(run.flow_id, rows, run.id)
            run._count(unmatched=len(rows))

    @api.model
    def _note_reported_twice(self, run, rows):
        """An id that no product has may be that of a row that moved, as well."""
        if run.flow_id.several_rows == "sum" or run.rows_twice:
            return
        codes = {external_id: code for external_id, _c, _f, _q, code, _date in rows}
        reported = self.env["stock.sync.unmatched"].search(
            [
                ("flow_id", "=", run.flow_id.id),
                ("external_id", "in", list(codes)),
                ("reported_by_run", "=", run.id),
            ]
        )
        for row in reported:
            if codes[row.external_id] == (row.location_code or None):
                run.rows_twice = True

    @api.model
    def _plan_unsettable(self, run):
        """Say why bound products are not asked about one by one."""
        if run._is_list():
            return
        bindings = self.env["stock.sync.binding"].search(
            self.env["stock.sync.compare"]._unsettable_domain(run.flow_id)
        )
        found = {b.external_id: (b, b.product_id) for b in bindings}
        compare = self.env["stock.sync.compare"]
        outcomes = [
            compare._make_outcome(run, external_id, found, run.start_date)
            for external_id in found
        ]
        self.env["stock.sync.record"]._store(
            run, [outcome for outcome in outcomes if outcome.error_code]
        )
