import logging
from decimal import Decimal

from odoo import api, models

from ..client import Level
from ..levels.outcome import Outcome
from ..tools.quantities import level_text, plain_text

_logger = logging.getLogger(__name__)


class StockSyncRecord(models.AbstractModel):
    """Writes down what became of products: lines, levels, states and counters."""

    _name = "stock.sync.record"
    _description = "Stock Synchronisation: Record"

    @api.model
    def _store(self, run, outcomes):
        """Lines for what differs or went wrong; the rest is done."""
        self.env["stock.sync.run.line"].create(
            [
                self._prepare_line(run, outcome)
                for outcome in outcomes
                if outcome.state != "unchanged"
            ]
        )
        self._record(run, [o for o in outcomes if o.state != "planned"])

    @api.model
    def _prepare_line(self, run, outcome):
        level = outcome.level
        return {
            "run_id": run.id,
            "binding_id": outcome.binding.id,
            "product_id": outcome.product.id,
            "external_id": outcome.external_id,
            "location_id": outcome.site and outcome.site.location.id,
            "quantity_before": outcome.before,
            "quantity_after": outcome.after,
            "state": outcome.state,
            "api_quantity": level_text(level),
            "api_date": level and level.date,
            "rounded_from": self._rounded_from(outcome),
            "received_date": outcome.received,
            "api_changed": outcome.api_changed,
            "error_code": outcome.error_code,
            "error_facts": outcome.error_facts,
        }

    @api.model
    def _rounded_from(self, outcome):
        exact = outcome.level and outcome.rounded_from
        return plain_text(exact) if exact else False

    @api.model
    def _outcome_of(self, line, sites):
        """A stored line as it was when it was planned."""
        outcome = Outcome(
            line.binding_id,
            line.product_id,
            line.external_id,
            site=sites.by_location.get(line.location_id.id),
            received=line.received_date,
            run_id=line.run_id.id,
            before=line.quantity_before,
            after=line.quantity_after,
            line=line,
        )
        if not line.binding_id or line.external_id != line.binding_id.external_id:
            # unlinked, or given another id, since the plan was made
            return outcome.skip(
                "not_configured",
                reason="no_external_id",
                backend=line.flow_id.name,
            )
        if not outcome.site:  # the backend sets another location since
            return outcome.skip("unknown_location", reason="changed")
        if self.env["stock.sync.compare"]._check_product(outcome).error_code:
            return outcome  # archived, tracked, … since the plan was made
        outcome.level = Level(
            external_id=line.external_id,
            quantity=Decimal(line.api_quantity),
            date=line.api_date or None,
        )
        return outcome

    @api.model
    def _settle(self, run, outcomes):
        """Write down what became of lines that were planned."""
        self._settle_lines(outcomes)
        self._record(run, outcomes)

    @api.model
    def _settle_lines(self, outcomes):
        for outcome in outcomes:
            state = outcome.state
            values = {
                # found equal when it was compared again: nothing left to do
                "state": "applied" if state == "unchanged" else state,
                "quantity_before": outcome.before,
                "quantity_after": outcome.after,
                "error_code": outcome.error_code or False,
                "error_facts": outcome.error_facts or False,
            }
            changed = {
                name: value
                for name, value in values.items()
                if outcome.line[name] != value
            }
            outcome.line.write(changed)

    @api.model
    def _record(self, run, outcomes):
        """Counters, levels, states of the bindings, and one log entry per problem."""
        self.env["stock.sync.level"]._accept(
            [outcome for outcome in outcomes if outcome.state == "unchanged"]
        )
        states = [outcome.state for outcome in outcomes]
        run._count(
            unchanged=states.count("unchanged"),
            changed=states.count("applied"),
            skipped=sum(
                outcome.state == "skipped" and outcome.is_problem()
                for outcome in outcomes
            ),
            failed=states.count("failed"),
        )
        self._record_states(run, outcomes)
        for outcome in outcomes:
            if outcome.error_code:
                self._log_problem(run, outcome)

    @api.model
    def _record_states(self, run, outcomes):
        """Written only when it changes: most products stay as they are.

        A product with a problem at one site has a problem.
        """
        fine = self.env["stock.sync.binding"]
        for outcome in sorted(outcomes, key=lambda outcome: outcome.is_problem()):
            if not outcome.binding or outcome.error_code == "access_denied":
                continue  # the latter is about the user and not about the product
            if not outcome.error_code:
                fine |= outcome.binding
                continue
            values = {
                "state": "error" if outcome.is_problem() else "ok",
                "error_code": outcome.error_code,
                "error_facts": outcome.error_facts or False,
            }
            fine -= outcome.binding
            if any(outcome.binding[name] != value for name, value in values.items()):
                outcome.binding.write(values)
        fine = fine.filtered(lambda b: b.state != "ok" or b.error_code)
        if fine:
            fine -= self._with_problem(run, fine)
            fine.write({"state": "ok", "error_code": False, "error_facts": False})

    @api.model
    def _with_problem(self, run, bindings):
        """Those that have a problem at another site in this run."""
        groups = self.env["stock.sync.run.line"]._read_group(
            [
                ("run_id", "=", run.id),
                ("binding_id", "in", bindings.ids),
                ("state", "in", ["skipped", "failed"]),
                ("error_code", "!=", "not_managed"),
            ],
            ["binding_id"],
        )
        return self.env["stock.sync.binding"].union(*(b for [b] in groups))

    @api.model
    def _log_problem(self, run, outcome):
        level = logging.WARNING if outcome.state == "failed" else logging.INFO
        _logger.log(
            level,
            "Stock synchronisation of backend %s, run %s, product %s, external id %s:"
            " %s: %s",
            run.flow_id.id,
            run.id,
            outcome.product.id,
            outcome.external_id or "-",
            outcome.error_code,
            run._explain(outcome.error_code, outcome.error_facts),
        )
