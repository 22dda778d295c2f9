import logging
import random
import time
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.service.model import (
    MAX_TRIES_ON_CONCURRENCY_FAILURE,
    PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
)

from ..client import ClientError, Level
from ..outcome import Outcome

_logger = logging.getLogger(__name__)

#: products per transaction: small enough that a batch takes seconds, large enough
#: that the work per batch does not count
BATCH_SIZE = 200


class StockSyncService(models.AbstractModel):
    """A level's way: fetch → compare → plan → guard → apply → record."""

    _name = "stock.sync.service"
    _description = "Stock Synchronisation Service"

    # ------------------------------------------------------------------
    # What others call
    # ------------------------------------------------------------------

    @api.model
    def sync_products(self, products):
        """Synchronise chosen products now, in the caller's transaction.

        :param products: ``product.product`` records
        :return: the ``stock.sync.run`` records, one per backend that knows a product
        :raise UserError: where the product's company has no backend at all
        """
        runs = self.env["stock.sync.run"]
        for backend, (bindings, unbound) in self._group_by_backend(products).items():
            service = self._as_worker(backend, self.env.user)
            runs += service._sync_chosen(bindings, unbound)
        return runs.with_env(self.env)

    @api.model
    def _sync_and_notify(self, products):
        """What the button calls: never a traceback, always a sentence.

        Concurrency errors pass, so that Odoo repeats the whole request.
        """
        try:
            with self.env.cr.savepoint():
                return self.sync_products(products)._notification()
        except (psycopg2.OperationalError, ConcurrencyError):
            raise
        except UserError as error:
            message = str(error)
        except Exception:
            _logger.exception("Unexpected error, products %s", products.ids)
            message = self.env._(
                "Something unexpected went wrong; nothing was changed. Ask an"
                " administrator to look at the server's log."
            )
        return self._notification("danger", message)

    @api.model
    def _notification(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": self.env._("Stock synchronisation"),
                "message": message,
                "sticky": kind == "danger",
                # closes nothing, but makes the form show the new date
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def sync_backend(self, backend, preview=False):
        """Synchronise all products of a backend now, in the caller's transaction.

        :param preview: stop before anything is written to the stock
        :return: the ``stock.sync.run``
        """
        backend.ensure_one()
        service = self._as_worker(backend, self.env.user)
        run = service._start_run(backend, "manual", preview=preview)
        if run.state == "planning":
            service._continue_run(run)
        return run.with_env(self.env)

    @api.model
    def _cron_sync(self):
        """What the scheduled action calls: a round of all backends that are due.

        The open runs are the round's list of what is left to do: Odoo calls again
        until there is none. One backend's trouble is not another's, and nothing is
        raised: Odoo switches an action off that fails for a week.
        """
        runs = self._open_scheduled_runs() or self._start_round()
        for position, run in enumerate(runs):
            service = self._as_worker(
                run.backend_id, run.backend_id.user_id
            ).with_context(stock_sync_waiting=len(runs) - position - 1)
            try:
                with self._isolated():
                    in_time = service._continue_scheduled(run)
            except Exception:
                _logger.exception("Stock synchronisation run %s failed", run.id)
                self._interrupt(run)
                in_time = True
            if not in_time:
                return
        self._commit_progress(0, remaining=0)

    # ------------------------------------------------------------------
    # Runs
    # ------------------------------------------------------------------

    @api.model
    def _as_worker(self, backend, user):
        """This service in the backend's company, as ``user``.

        With ``sudo``, because a stock user may not write bindings and runs; what the
        user may do is checked first, by ``_problem``.
        """
        return (
            self.with_user(user)
            .with_context(allowed_company_ids=backend.company_id.ids, active_test=True)
            .sudo()
        )

    @api.model
    def _group_by_backend(self, products):
        """:return: dict of backend to (bindings, products without a binding)"""
        bindings = (
            self.env["stock.sync.binding"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("backend_id.active", "=", True),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )
        groups = {
            backend: (of_backend, self.env["product.product"])
            for backend, of_backend in bindings.grouped("backend_id").items()
        }
        for product in products - bindings.product_id.with_env(products.env):
            backend = product._sync_backend()
            if not backend:
                raise UserError(self._explain("not_configured", {}))
            of_backend, unbound = groups.get(
                backend, (bindings.browse(), self.env["product.product"])
            )
            groups[backend] = (of_backend, unbound + product)
        return groups

    @api.model
    def _sync_chosen(self, bindings, unbound):
        """The button: HTTP first, then everything that writes."""
        bindings = bindings.with_env(self.env)
        backend = (bindings.backend_id or unbound._sync_backend()).with_env(self.env)
        problem = backend._problem(self.env.user)
        outcomes, api_calls = [], 0
        if not problem:
            outcomes, api_client = self._fetch(backend, bindings)
            api_calls = api_client.calls
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
                Outcome(binding, binding.product_id).fail(code, **facts)
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
                    held = self.env["stock.sync.run"].search(
                        [("backend_id", "=", backend.id), ("state", "=", "held")]
                    )
                    held._reject()  # a newer plan takes the place of the old one
                    return self.env["stock.sync.run"].create(values)
            except psycopg2.errors.UniqueViolation:
                problem = ("run_in_progress", {"backend": backend.name})
        run = self.env["stock.sync.run"].create({**values, "state": "failed"})
        self._fail_run(run, problem)
        return run

    @api.model
    def _continue_scheduled(self, run):
        """:return: False when time was up before the end"""
        run = run.with_env(self.env)
        problem = run.backend_id._problem(self.env.user)
        if problem:  # since the run was started
            self._fail_run(run, problem)
            return self._commit_progress(1)
        return self._continue_run(run)

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
    def _continue_run(self, run):
        """Read, guard, apply, batch by batch, from wherever the run is.

        :return: False when time was up before the end
        """
        while run.state == "planning":
            bindings = self._next_bindings(run)
            if bindings and not run.error_code:
                outcomes, api_client = self._fetch(run.backend_id, bindings)
                self._retrying(self._plan, run, outcomes, api_client.calls)
                run.plan_position = bindings[-1].id
                if api_client.gave_up:
                    self._give_up(run, api_client.gave_up)
                if not self._checkpoint(run, len(bindings)):
                    return False
            elif run.preview:
                run._finish("done")
            elif run.trigger == "cron" and not self.env["stock.sync.guard"]._guard(run):
                run._finish("held")
            else:
                run.state = "applying"
        while run.state == "applying":
            lines = self._next_lines(run)
            if not lines:
                run._finish(None, run.error_code, run.error_facts)
                break
            self._retrying(self._apply_lines, run, lines)
            if not self._checkpoint(run, len(lines)):
                return False
        return True

    @api.model
    def _apply_held(self, run):
        """Apply what a person has approved, as that person."""
        service = self._as_worker(run.backend_id, self.env.user)
        run = run.with_env(service.env)
        problem = run.backend_id._problem(self.env.user)
        if problem:
            raise UserError(self._explain(*problem))
        run.line_ids.filtered(lambda line: line.state == "planned").write(
            {"error_code": False, "error_facts": False}
        )
        run.state = "applying"
        while lines := service._next_lines(run):
            service._apply_lines(run, lines)
        run._finish()

    # ------------------------------------------------------------------
    # The steps
    # ------------------------------------------------------------------

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
    def _fetch(self, backend, bindings):
        """Ask the API. Nothing is written before it has answered.

        :return: outcomes with a level or an error each, and the client that asked
        """
        compare = self.env["stock.sync.compare"]
        outcomes = {
            binding.external_id: compare._check_product(
                Outcome(binding, binding.product_id)
            )
            for binding in bindings
        }
        wanted = [
            external_id
            for external_id, outcome in outcomes.items()
            if outcome.state == "unchanged"
        ]
        with backend._get_api() as api_client:
            for external_id, answer in api_client.get_levels(wanted):
                if isinstance(answer, ClientError):
                    facts = {"external_id": external_id, **answer.facts}
                    outcomes[external_id].fail(answer.code, **facts)
                else:
                    outcomes[external_id].level = answer
            return list(outcomes.values()), api_client

    @api.model
    def _plan(self, run, outcomes, api_calls=0):
        """Compare, and store what differs or went wrong."""
        backend = run.backend_id
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
    def _prepare_line(self, run, outcome):
        level = outcome.level
        return {
            "run_id": run.id,
            "binding_id": outcome.binding.id,
            "product_id": outcome.product.id,
            "external_id": outcome.binding.external_id,
            "location_id": run.backend_id.location_id.id,
            "quantity_before": outcome.before,
            "quantity_after": outcome.after,
            "state": outcome.state,
            "api_quantity": level and level.quantity is not None and str(level.quantity),
            "api_date": level and level.date,
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
        outcomes = [self._outcome_of(line) for line in lines]
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
        outcome = Outcome(line.binding_id, line.product_id, line=line)
        if not line.binding_id or line.external_id != line.binding_id.external_id:
            # unlinked, or given another id, since the plan was made
            return outcome.skip("not_configured", reason="no_external_id")
        outcome.level = Level(
            external_id=line.external_id,
            quantity=Decimal(line.api_quantity),
            date=line.api_date or None,
        )
        return self.env["stock.sync.compare"]._check_product(outcome)

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
            outcome.binding.external_id or "-",
            outcome.error_code,
            self._explain(outcome.error_code, outcome.error_facts),
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

    @api.model
    def _explain(self, code, facts):
        return self.env["stock.sync.error.mixin"]._explain(code, facts)

    @api.model
    def _test_connection(self, backend):
        """Ask about one bound product, and say what came back."""
        service = self._as_worker(backend, self.env.user)
        problem = backend._problem(self.env.user)
        kind, message = "danger", None
        if problem:
            message = self._explain(*problem)
        else:
            binding = service.env["stock.sync.binding"].search(
                [("backend_id", "=", backend.id)], limit=1
            )
            message = self.env._(
                "Enter the external ID of a product first, then test again."
            )
            if binding:
                with backend._get_api() as api_client:
                    try:
                        level = api_client.get_level(binding.external_id)
                    except ClientError as error:
                        facts = {"external_id": binding.external_id, **error.facts}
                        message = self._explain(error.code, facts)
                    else:
                        kind = "success"
                        message = self.env._(
                            "The API answered: %(external_id)s (%(product)s) has"
                            " %(quantity)s.",
                            external_id=binding.external_id,
                            product=binding.product_id.display_name,
                            quantity=level.quantity,
                        )
        return self._notification(kind, message)

    # ------------------------------------------------------------------
    # Transactions and time of the scheduled action
    # ------------------------------------------------------------------

    @api.model
    def _in_cron(self):
        return bool(self.env.context.get("ir_cron_progress_id"))

    @api.model
    def _open_scheduled_runs(self):
        """Runs that were out of time, or whose server was killed.

        The one that has waited longest comes first, so that backends share the time.
        """
        return (
            self.env["stock.sync.run"]
            .sudo()
            .search(
                [
                    ("scope", "=", "backend"),
                    ("trigger", "=", "cron"),
                    ("state", "in", ["planning", "applying"]),
                ],
                order="write_date, id",
            )
        )

    @api.model
    def _start_round(self):
        """A run for each backend that is due; those that cannot work fail at once."""
        runs = self.env["stock.sync.run"].sudo()
        for backend in self._due_backends():
            service = self._as_worker(backend, backend.user_id)
            run = service._start_run(backend, "cron").with_env(runs.env)
            if run.state == "planning":
                runs += run
        self._commit_progress(0, remaining=len(runs))
        return runs

    @api.model
    def _due_backends(self):
        return (
            self.env["stock.sync.backend"]
            .sudo()
            .search(
                Domain("base_url", "!=", False)
                & Domain("paused", "=", False)
                & Domain("binding_ids", "!=", False)
                & (
                    Domain("next_attempt_date", "=", False)
                    | Domain("next_attempt_date", "<=", fields.Datetime.now())
                )
            )
        )

    @api.model
    def _checkpoint(self, run, processed):
        """Commit what a batch has done.

        :return: whether there is time for another
        """
        todo = self.env["stock.sync.run.line"].search_count(
            [("run_id", "=", run.id), ("state", "=", "planned")]
        )
        if run.state == "planning":
            todo += self.env["stock.sync.binding"].search_count(
                [
                    ("backend_id", "=", run.backend_id.id),
                    ("id", ">", run.plan_position),
                ]
            )
        waiting = self.env.context.get("stock_sync_waiting", 0)
        # At least 1 while the run is open: it still has to be closed.
        return self._commit_progress(processed, remaining=todo + waiting + 1)

    @api.model
    def _commit_progress(self, processed, remaining=None):
        """Only the scheduled action commits; elsewhere the caller does."""
        if not self._in_cron():
            return True
        left = self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        return left > 0

    @api.model
    def _retrying(self, step, *args):
        """In the scheduled action, do a step again that lost a race.

        The step must not have been committed in part. Elsewhere Odoo itself repeats
        the whole request.
        """
        for attempt in range(1, MAX_TRIES_ON_CONCURRENCY_FAILURE + 1):
            try:
                step(*args)
                self.env.cr.flush()
                return
            except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError) as error:
                if not self._in_cron() or attempt == MAX_TRIES_ON_CONCURRENCY_FAILURE:
                    raise
                self.env.cr.rollback()
                self.env.transaction.reset()
                pause = random.uniform(0.0, 2**attempt / 10)  # noqa: S311
                _logger.info("%s, trying again in %.2f s", type(error).__name__, pause)
                time.sleep(pause)

    @api.model
    def _isolated(self):
        """Keeps one backend's failure from the others.

        The scheduled action commits, so it rolls back as a whole (see
        ``_interrupt``); elsewhere a savepoint has to do.
        """
        return nullcontext() if self._in_cron() else self.env.cr.savepoint()

    @api.model
    def _interrupt(self, run):
        """Close a run whose work failed in a way that nobody foresaw."""
        if self._in_cron():
            self.env.cr.rollback()
            self.env.transaction.reset()
        run._finish("interrupted")
        self._commit_progress(1)
