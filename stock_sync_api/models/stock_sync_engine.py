import logging
import time
from datetime import timedelta
from functools import partial
from math import inf

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base_sync_api.client import AnswerTimeout, ClientError, RateLimited

from ..outcome import Outcome
from ..tools import trim

_logger = logging.getLogger(__name__)

#: lines per transaction that sets stock: a few seconds' work
APPLY_SIZE = 400

#: seconds for the requests of one press of the button on chosen products: well below
#: Odoo's limit of 120 for a request (``limit_time_real``)
BUTTON_SECONDS = 60

#: seconds for a run over all products that a person waits for; the scheduled action
#: goes on with what is left
FOREGROUND_SECONDS = 20


class StockSyncEngine(models.AbstractModel):
    """A run's way: read → match → compare → plan → guard → apply → record.

    Works in the environment of ``stock.sync.service._engine``.
    """

    _name = "stock.sync.engine"
    _inherit = ["stock.sync.transaction"]
    _description = "Stock Synchronisation: Engine"

    @api.model
    def _sync_chosen(self, bindings, unbound):
        """The button: HTTP first, then everything that writes."""
        bindings = bindings.with_env(self.env)
        unbound = unbound.with_env(self.env)
        backend = bindings.backend_id or unbound[:1]._sync_backend()
        backend = backend.with_env(self.env)
        problem = backend._problem(self.env.user)
        outcomes, answers, api_calls = [], None, 0
        received = fields.Datetime.now()
        if not problem:
            outcomes, wanted = self._choose(backend, bindings, unbound)
            answers, api_calls = self._ask(backend, wanted)
        run = self.env["stock.sync.run"].create(
            {
                "backend_id": backend.id,
                "scope": "products",
                "trigger": "manual",
                "user_id": self.env.user.id,
                "api_calls": api_calls,
            }
        )
        if problem:
            code, facts = problem
            for binding in bindings:
                outcome = Outcome(binding, binding.product_id, binding.external_id)
                outcomes.append(outcome.fail(code, **facts))
            outcomes += self._without_id(backend, unbound)
        for outcome in outcomes:
            outcome.run_id = run.id
        self.env["stock.sync.record"]._store(run, outcomes)
        if answers:
            codes = backend.location_codes
            reading = backend._get_reading(codes=codes)
            by_site, faults = reading.sort_whole(*answers)
            if len(reading.codes) > 1:
                by_site, faults = {}, reading.several_codes(by_site, faults)
            self.env["stock.sync.plan"]._plan(run, by_site, faults, received)
            levels, _faults = answers
            named = {level.external_id for level in levels}
            self.env["stock.sync.missing"]._plan_left_out(run, named)
            run._count_undated(levels)
        run.state = "applying"
        while lines := self._next_lines(run):
            self._apply_lines(run, lines)
        if problem:
            run._finish("failed", *problem)
        else:
            run._finish()
        return run

    @api.model
    def _choose(self, backend, bindings, unbound):
        """:return: outcomes of those that need not be asked about; ids of the others"""
        compare = self.env["stock.sync.compare"]
        outcomes, wanted = [], []
        for binding in bindings:
            outcome = Outcome(binding, binding.product_id, binding.external_id)
            if compare._check_product(outcome).error_code:
                outcomes.append(outcome)
            else:
                wanted.append(binding.external_id)
        if backend.match_by != "external_id":
            with_key = unbound.filtered(lambda product: trim(product[backend.match_by]))
            unbound -= with_key
            for product in with_key:
                key = trim(product[backend.match_by])
                problem = self.env["stock.sync.match"]._key_problem(backend, product)
                if problem:
                    code, facts = problem
                    outcome = Outcome(self.env["stock.sync.binding"], product, key)
                    outcomes.append(outcome.skip(code, **facts))
                else:
                    wanted.append(key)
        return outcomes + self._without_id(backend, unbound), wanted

    @api.model
    def _without_id(self, backend, products):
        facts = {"reason": "no_external_id", "backend": backend.name}
        return [
            Outcome(self.env["stock.sync.binding"], product).fail(
                "not_configured", **facts
            )
            for product in products
        ]

    @api.model
    def _ask(self, backend, external_ids):
        """Ask about a few products. Nothing is written before the API has answered.

        :return: (levels, faults), and the number of requests
        """
        levels, faults, left = [], [], set(external_ids)
        with backend._get_api() as api_client:
            for external_id, answer in api_client.get_levels(
                external_ids, BUTTON_SECONDS
            ):
                left.discard(external_id)
                if isinstance(answer, ClientError):
                    faults.append((external_id, answer))
                else:
                    levels += answer
            for external_id in left:
                error = AnswerTimeout(reason="no_time", host=backend.base_url)
                faults.append((external_id, error))
            return (levels, faults), api_client.calls

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
            if trigger == "cron" and not preview:
                values.update(backend._get_delta())
            try:
                with self.env.cr.savepoint():
                    if not preview and not values.get("delta"):
                        # A newer plan of all takes the place of what was held before.
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
        end = inf if self._in_cron() else time.monotonic() + FOREGROUND_SECONDS
        if run.state == "planning" and self._may_go_on(run):
            if not self.env["stock.sync.read"]._read(run, end):
                return False
            if run.state == "planning":
                self._end_planning(run)
        while run.state == "applying" and self._may_go_on(run):
            lines = self._next_lines(run)
            if not lines:
                self._end_applying(run)
                break
            self._retrying(self._apply_lines, run, lines)
            in_time = self._checkpoint(run, len(lines)) and time.monotonic() < end
            if not in_time and self._next_lines(run):
                return False
        return True

    @api.model
    def _may_go_on(self, run):
        """Whether the backend can still work; if not, the run has failed now."""
        if run.state not in ("planning", "applying"):
            return False  # closed because somebody changed the backend meanwhile
        problem = run.backend_id._problem(self.env.user)
        if problem:
            self._fail_run(run, problem)
        return not problem

    @api.model
    def _end_planning(self, run):
        """The plan is made, or as much of it as the API gives for now: guard it."""
        is_waiting = run._is_waiting()
        if run._is_list() and not run.complete and not is_waiting:
            self.env["stock.sync.missing"]._leave_zeros(run)
        if run.preview:
            if not is_waiting:
                run._finish(None, run.error_code, run.error_facts)
        elif verdict := self.env["stock.sync.guard"]._guard(run):
            run._finish("held", "held_by_guard", verdict)
        else:
            run.state = "applying"

    @api.model
    def _end_applying(self, run):
        """All that was planned is done; there may be more to read, later."""
        if run._is_waiting():
            run.state = "planning"
        else:
            run._finish(None, run.error_code, run.error_facts)

    @api.model
    def _apply_held(self, run, lines=None):
        """Apply what a person has approved, as that person.

        :param lines: only these, the others go on waiting; by default all that wait
        :return: False when time was up before the end
        :raise UserError: where the backend cannot work now
        """
        run = run.with_env(self.env)
        backend = run.backend_id
        problem = backend._problem(self.env.user)
        if not problem and backend._has_run_at_work():
            problem = ("run_in_progress", {"backend": backend.name})
        if problem:
            raise UserError(run._explain(*problem))
        waiting = run._waiting_lines()
        left = waiting.browse()
        if lines is not None:
            left = waiting - lines.with_env(self.env)
            waiting -= left
            why = run._why_left()
            for line in left.filtered(lambda line: not line.error_code):
                self.env["stock.sync.guard"]._hold_line(line, **why)
        waiting.write({"approved": True, "error_code": False, "error_facts": False})
        run.write(
            {
                "state": "applying",
                "approved": run.approved or (run.state == "held" and not left),
                "decided_by_id": self.env.user.id,
                "error_code": False,
                "error_facts": False,
            }
        )
        return self._continue_run(run)

    @api.model
    def _fail_run(self, run, problem):
        run._finish("failed", *problem)

    @api.model
    def _interrupt(self, run):
        """Close a run whose work failed in a way that nobody foresaw.

        Whatever goes wrong with that, too: the other backends must go on. A run that
        somebody else is writing is left to the next call.
        """
        self._roll_back()
        for close in (partial(run._finish, "interrupted"), partial(self._close, run)):
            try:
                with self._isolated():
                    self._retrying(close)
                break
            except Exception:
                _logger.exception("Run %s could not be closed", run.id)
                self._roll_back()
        self._commit_progress(1)

    @api.model
    def _close(self, run):
        """Without what another addon may do when a run has ended."""
        run.write({"state": "interrupted", "end_date": fields.Datetime.now()})

    @api.model
    def _next_lines(self, run):
        return self.env["stock.sync.run.line"].search(
            [
                ("run_id", "=", run.id),
                ("state", "=", "planned"),
                ("error_code", "=", False),  # a held line waits for a person
            ],
            order="id",
            limit=APPLY_SIZE,
        )

    @api.model
    def _apply_lines(self, run, lines):
        """Apply a batch of planned lines and write down what became of them."""
        if run.state != "applying":
            return  # likewise, while another attempt was made
        record = self.env["stock.sync.record"]
        sites = run.backend_id._get_sites()
        outcomes = [record._outcome_of(line, sites) for line in lines.exists()]
        self.env["stock.sync.apply"]._apply(
            run, [outcome for outcome in outcomes if outcome.level]
        )
        record._settle(run, outcomes)

    @api.model
    def _give_up(self, run, error, state):
        """The API goes no further: now, or for good, which leaves the rest for the next
        run.

        Being asked to wait is no failure: the run goes on then where it is now.

        :param state: where that is
        """
        if isinstance(error, RateLimited):
            # An API that does not say is left alone for a minute; one that asks for a
            # week is asked again after a day.
            seconds = min(error.facts.get("retry_after") or 60, 86400)
            date = fields.Datetime.now() + timedelta(seconds=seconds)
            run.backend_id.next_attempt_date = date
            self.env["stock.sync.service"]._continue_later(run.backend_id, date)
            if not run._has_waited_in_vain():
                run._wait(date, state)
                return
        run.write({"error_code": error.code, "error_facts": error.facts})
