import logging
import time
from datetime import timedelta
from decimal import Decimal
from itertools import takewhile
from math import inf

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..client import ClientError, Level
from ..outcome import Outcome

_logger = logging.getLogger(__name__)

#: products per transaction: small enough that a batch takes seconds, large enough
#: that the work per batch does not count
BATCH_SIZE = 200

#: seconds for the requests of one batch, and of one press of the button: well below
#: Odoo's limit of 120 for a request or a scheduled run (``limit_time_real``)
BATCH_SECONDS = 30
BUTTON_SECONDS = 60


class StockSyncEngine(models.AbstractModel):
    """A run's way: fetch → compare → plan → guard → apply → record.

    Works in the environment of ``stock.sync.service._engine``.
    """

    _name = "stock.sync.engine"
    _inherit = ["stock.sync.transaction"]
    _description = "Stock Synchronisation: Engine"

    @api.model
    def _sync_chosen(self, bindings, unbound):
        """The button: HTTP first, then everything that writes."""
        bindings = bindings.with_env(self.env)
        backend = bindings.backend_id or unbound[:1]._sync_backend()
        backend = backend.with_env(self.env)
        problem = backend._problem(self.env.user)
        outcomes, api_calls = [], 0
        if not problem:
            outcomes, api_client = self._fetch(backend, bindings, BUTTON_SECONDS)
            api_calls = api_client.calls
            for outcome in outcomes:
                if outcome.is_open():
                    outcome.fail("timeout", reason="no_time", host=backend.base_url)
        run = self.env["stock.sync.run"].create(
            {
                "backend_id": backend.id,
                "scope": "products",
                "trigger": "manual",
                "user_id": self.env.user.id,
            }
        )
        if problem:
            code, facts = problem
            outcomes = [
                Outcome(binding, binding.product_id, binding.external_id).fail(
                    code, **facts
                )
                for binding in bindings
            ]
        outcomes += [
            Outcome(self.env["stock.sync.binding"], product).fail(
                "not_configured", reason="no_external_id", backend=backend.name
            )
            for product in unbound.with_env(self.env)
        ]
        self._plan(run, outcomes, api_calls)
        run.state = "applying"
        while lines := self._next_lines(run):
            self._apply_lines(run, lines)
        if problem:
            run._finish("failed", *problem)
        else:
            run._finish()
        return run

    @api.model
    def _start_run(self, backend, trigger, preview=False):
        """A new run; it has failed already where the backend cannot work."""
        backend = backend.with_env(self.env)
        values = {
            "backend_id": backend.id,
            "trigger": trigger,
            "preview": preview,
            "user_id": self.env.user.id,
        }
        problem = backend._problem(self.env.user)
        if not problem:
            try:
                with self.env.cr.savepoint():
                    if not preview:
                        # A newer plan takes the place of what was held before.
                        backend._held_runs()._reject()
                    return self.env["stock.sync.run"].create(values)
            except psycopg2.errors.UniqueViolation:
                problem = ("run_in_progress", {"backend": backend.name})
        run = self.env["stock.sync.run"].create({**values, "state": "failed"})
        self._fail_run(run, problem)
        return run

    @api.model
    def _continue_run(self, run):
        """Read, guard, apply, batch by batch, from wherever the run is.

        :return: False when time was up before the end
        """
        run = run.with_env(self.env)
        end = inf if self._in_cron() else time.monotonic() + BUTTON_SECONDS
        while run.state == "planning" and self._may_go_on(run):
            bindings = self._next_bindings(run)
            if bindings and not run.error_code:
                if time.monotonic() > end:
                    facts = {"reason": "no_time", "host": run.backend_id.base_url}
                    run.write({"error_code": "timeout", "error_facts": facts})
                    continue
                outcomes, api_client = self._fetch(
                    run.backend_id, bindings, BATCH_SECONDS
                )
                # What there was no time to ask about is for the next batch.
                outcomes = list(takewhile(lambda o: not o.is_open(), outcomes))
                # The requests took their time: compare with the stock of now.
                self._commit_progress(0)
                if not self._may_go_on(run):
                    break
                self._retrying(self._plan, run, outcomes, api_client.calls)
                run.plan_position = outcomes[-1].binding.id
                if api_client.gave_up:
                    self._give_up(run, api_client.gave_up)
                if not self._checkpoint(run, len(outcomes)):
                    return False
            elif run.preview:
                run._finish(None, run.error_code, run.error_facts)
            elif verdict := self.env["stock.sync.guard"]._guard(run):
                run._finish("held", "held_by_guard", verdict)
            else:
                run.state = "applying"
        while run.state == "applying" and self._may_go_on(run):
            lines = self._next_lines(run)
            if not lines:
                run._finish(None, run.error_code, run.error_facts)
                break
            self._retrying(self._apply_lines, run, lines)
            if not self._checkpoint(run, len(lines)) and self._next_lines(run):
                return False
        return True

    @api.model
    def _may_go_on(self, run):
        """Whether the backend can still work; if not, the run has failed now."""
        problem = run.backend_id._problem(self.env.user)
        if problem:
            self._fail_run(run, problem)
        return not problem

    @api.model
    def _apply_held(self, run):
        """Apply what a person has approved, as that person.

        :raise UserError: where the backend cannot work now
        """
        run = run.with_env(self.env)
        backend = run.backend_id
        problem = backend._problem(self.env.user)
        if not problem and backend._has_open_run():
            problem = ("run_in_progress", {"backend": backend.name})
        if problem:
            raise UserError(run._explain(*problem))
        run.line_ids.filtered(lambda line: line.state == "planned").write(
            {"error_code": False, "error_facts": False}
        )
        run.write({"state": "applying", "error_code": False, "error_facts": False})
        while lines := self._next_lines(run):
            self._apply_lines(run, lines)
        run._finish()

    @api.model
    def _fail_run(self, run, problem):
        run._finish("failed", *problem)
        _logger.warning(
            "Stock synchronisation of backend %s, run %s: %s: %s",
            run.backend_id.id,
            run.id,
            run.error_code,
            run.error_message,
        )

    @api.model
    def _interrupt(self, run):
        """Close a run whose work failed in a way that nobody foresaw."""
        if self._in_cron():
            self.env.cr.rollback()
            self.env.transaction.reset()
        self._retrying(run._finish, "interrupted")
        self._commit_progress(1)

    @api.model
    def _next_bindings(self, run):
        return self.env["stock.sync.binding"].search(
            [
                ("backend_id", "=", run.backend_id.id),
                ("id", ">", run.plan_position),
            ],
            order="id",
            limit=BATCH_SIZE,
        )

    @api.model
    def _fetch(self, backend, bindings, seconds):
        """Ask the API. Nothing is written before it has answered.

        :param seconds: how long to go on asking; outcomes may stay open after that
        :return: outcomes with a level or an error each, and the client that asked
        """
        compare = self.env["stock.sync.compare"]
        outcomes = {
            binding.external_id: compare._check_product(
                Outcome(binding, binding.product_id, binding.external_id)
            )
            for binding in bindings
        }
        wanted = [
            external_id
            for external_id, outcome in outcomes.items()
            if outcome.is_open()
        ]
        with backend._get_api() as api_client:
            for external_id, answer in api_client.get_levels(wanted, seconds):
                if isinstance(answer, ClientError):
                    facts = {"external_id": external_id, **answer.facts}
                    outcomes[external_id].fail(answer.code, **facts)
                else:
                    outcomes[external_id].level = answer
                outcomes[external_id].received = fields.Datetime.now()
            return list(outcomes.values()), api_client

    @api.model
    def _plan(self, run, outcomes, api_calls=0):
        """Compare, and store what differs or went wrong."""
        backend = run.backend_id
        outcomes = self._still_valid(outcomes)
        for outcome in outcomes:
            outcome.run_id = run.id
        self.env["stock.sync.compare"]._compare(backend, outcomes)
        run._count(
            api_calls=api_calls,
            received=sum(1 for outcome in outcomes if outcome.level),
        )
        self.env["stock.sync.run.line"].create(
            [
                self._prepare_line(run, outcome)
                for outcome in outcomes
                if outcome.state != "unchanged"
            ]
        )
        self._record(run, [o for o in outcomes if o.state != "planned"])

    @api.model
    def _still_valid(self, outcomes):
        """Without what was unlinked, or given another id, while the API was asked."""
        bindings = self.env["stock.sync.binding"].union(*(o.binding for o in outcomes))
        products = self.env["product.product"].union(*(o.product for o in outcomes))
        bindings, products = bindings.exists(), products.exists()
        return [
            outcome
            for outcome in outcomes
            if outcome.product in products
            and (
                not outcome.binding
                or (
                    outcome.binding in bindings
                    and outcome.binding.external_id == outcome.external_id
                )
            )
        ]

    @api.model
    def _prepare_line(self, run, outcome):
        level = outcome.level
        return {
            "run_id": run.id,
            "binding_id": outcome.binding.id,
            "product_id": outcome.product.id,
            "external_id": outcome.external_id,
            "location_id": run.backend_id.location_id.id,
            "quantity_before": outcome.before,
            "quantity_after": outcome.after,
            "state": outcome.state,
            "api_quantity": level
            and level.quantity is not None
            and str(level.quantity),
            "api_date": level and level.date,
            "received_date": outcome.received,
            "error_code": outcome.error_code,
            "error_facts": outcome.error_facts,
        }

    @api.model
    def _next_lines(self, run):
        return self.env["stock.sync.run.line"].search(
            [
                ("run_id", "=", run.id),
                ("state", "=", "planned"),
                ("error_code", "=", False),  # a held line waits for a person
            ],
            order="id",
            limit=BATCH_SIZE,
        )

    @api.model
    def _apply_lines(self, run, lines):
        """Apply a batch of planned lines and write down what became of them."""
        outcomes = [self._outcome_of(line) for line in lines.exists()]
        self.env["stock.sync.apply"]._apply(
            run, [outcome for outcome in outcomes if outcome.level]
        )
        for outcome in outcomes:
            state = outcome.state
            outcome.line.write(
                {
                    # found equal when it was compared again: nothing left to do
                    "state": "applied" if state == "unchanged" else state,
                    "quantity_before": outcome.before,
                    "quantity_after": outcome.after,
                    "error_code": outcome.error_code,
                    "error_facts": outcome.error_facts,
                    "move_ids": outcome.moves and outcome.moves.ids or [],
                }
            )
        self._record(run, outcomes)

    @api.model
    def _outcome_of(self, line):
        """A stored line as it was when it was planned."""
        outcome = Outcome(
            line.binding_id,
            line.product_id,
            line.external_id,
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
                backend=line.backend_id.name,
            )
        if self.env["stock.sync.compare"]._check_product(outcome).error_code:
            return outcome  # archived, tracked, … since the plan was made
        outcome.level = Level(
            external_id=line.external_id,
            quantity=Decimal(line.api_quantity),
            date=line.api_date or None,
        )
        return outcome

    @api.model
    def _record(self, run, outcomes):
        """Counters, levels, states of the bindings, and one log entry per problem."""
        self.env["stock.sync.level"]._accept(
            run.backend_id, [o for o in outcomes if o.state == "unchanged"]
        )
        states = [outcome.state for outcome in outcomes]
        run._count(
            unchanged=states.count("unchanged"),
            changed=states.count("applied"),
            skipped=sum(
                outcome.state == "skipped" and outcome.error_code != "not_managed"
                for outcome in outcomes
            ),
            failed=states.count("failed"),
        )
        for outcome in outcomes:
            self._record_state(outcome)
            if outcome.error_code:
                self._log_problem(run, outcome)

    @api.model
    def _record_state(self, outcome):
        """Written only when it changes: most products stay as they are."""
        binding = outcome.binding
        if not binding or outcome.error_code == "access_denied":
            return  # the latter is about the user and says nothing about the product
        fine = outcome.state in ("unchanged", "applied")
        values = {
            "state": "ok" if fine or outcome.error_code == "not_managed" else "error",
            "error_code": outcome.error_code or False,
            "error_facts": outcome.error_facts or False,
        }
        changed = {
            name: value for name, value in values.items() if binding[name] != value
        }
        if changed:
            binding.write(changed)

    @api.model
    def _log_problem(self, run, outcome):
        level = logging.WARNING if outcome.state == "failed" else logging.INFO
        _logger.log(
            level,
            "Stock synchronisation of backend %s, run %s, product %s, external id %s:"
            " %s: %s",
            run.backend_id.id,
            run.id,
            outcome.product.id,
            outcome.external_id or "-",
            outcome.error_code,
            run._explain(outcome.error_code, outcome.error_facts),
        )

    @api.model
    def _give_up(self, run, error):
        """The API is out of reach: the products left are for the next run.

        Where it said when to come back, that is arranged instead of waited for.
        """
        run.write({"error_code": error.code, "error_facts": error.facts})
        if error.code != "rate_limited":
            return
        # An API that does not say is left alone for a minute; one that asks for a week
        # is asked again after a day.
        seconds = min(error.facts.get("retry_after") or 60, 86400)
        date = fields.Datetime.now() + timedelta(seconds=seconds)
        run.backend_id.next_attempt_date = date
        cron = self.env.ref("stock_sync_api.ir_cron_stock_sync", False)
        if cron and run.trigger == "cron":
            cron._trigger(at=date)
