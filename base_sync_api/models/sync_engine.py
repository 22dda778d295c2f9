import logging
import time
from contextlib import closing
from functools import partial
from math import inf

import psycopg2

from odoo import api, fields, models
from odoo.tools.misc import Callbacks

from ..client import ClientError

_logger = logging.getLogger(__name__)

#: the counters of what became of rows
OUTCOMES = ("unchanged", "changed", "skipped", "failed")

#: seconds for a run over everything that a person waits for; the scheduled action
#: goes on with what is left
FOREGROUND_SECONDS = 20


class SyncEngine(models.AbstractModel):
    """A run's way: read, look at what was read, apply, end.

    What a kind of flow does on it is in a model of its own, which inherits this one.
    The least is ``_process``: what becomes of the rows of a page. Its previews do the
    same, and undo it. A kind that plans before it changes anything has ``_read``,
    ``_end_planning`` and ``_apply_some``.

    Works in the environment of ``sync.service._engine``.
    """

    _name = "sync.engine"
    _inherit = ["sync.transaction"]
    _description = "Synchronisation: Engine"

    # --- what a kind of flow fills in ---

    @api.model
    def _process(self, run, rows):
        """Do what the rows of a page ask for, and count it on the run.

        Called in a transaction of its own, perhaps several times for the same page. A
        trouble of the whole run goes into its ``error_code`` and ``error_facts``. In a
        preview (``run.preview``) the database forgets what was done: do nothing that it
        cannot undo, such as a request.

        :param rows: list of what the API gave for each: dictionaries, mostly
        """
        raise NotImplementedError(f"{self._name} does not say what rows are for.")

    @api.model
    def _prepare_run(self, flow, trigger, preview):
        """More values of a new run."""
        if trigger == "cron" and not preview:
            return flow._get_delta()
        return {}

    @api.model
    def _before_run(self, flow, values):
        """What has to make room for a run with these values."""

    @api.model
    def _read(self, run, end):
        """Read all that the API says, from wherever the run is.

        :param end: when to stop, by ``time.monotonic()``
        :return: False when time was up before the end
        """
        if run.resume_date:
            run._resume()
        state = run.plan_state or {}
        # Who is killed from here on begins again: pages may have moved.
        run.plan_state = False
        self._commit_progress(0)
        calls_before = run.api_calls
        with run.flow_id._get_api() as api_client:
            pages = api_client.pages(
                since=run.since_date or None,
                version=run.since_version or None,
                state=state.get("page"),
            )
            with closing(pages):
                page = None
                while following := self._next_page(run, pages, page, state):
                    page = following
                    self._commit_progress(0)  # the requests took their time
                    if not run._may_go_on(self.env.user):
                        return True
                    self._retrying(self._process_page, run, page)
                    run.api_calls = calls_before + api_client.calls
                    in_time = self._checkpoint(run, len(page.rows))
                    if not page.is_last and (not in_time or time.monotonic() > end):
                        run.plan_state = self._state_after(page, state)
                        self._commit_progress(0)
                        return False
            run.api_calls = calls_before + api_client.calls
        if not run.error_code and not run._is_waiting():
            run.complete = True
            if page:
                run.plan_state = {"moved": page.moved}
        return True

    @api.model
    def _end_planning(self, run):
        """All was read, or as much of it as the API gives for now."""
        run.state = "applying"

    @api.model
    def _apply_some(self, run):
        """Do a part of what was planned, in a transaction of its own.

        :return: how much that was; 0 where nothing is left
        """
        return 0

    @api.model
    def _is_left(self, run):
        """Whether something that was planned is left to do."""
        return False

    # --- a run's way ---

    @api.model
    def _start_run(self, flow, trigger, preview=False):
        """A new run; it has failed already where the flow cannot work."""
        flow = flow.with_env(self.env)
        values = {
            "flow_id": flow.id,
            "trigger": trigger,
            "preview": preview,
            "user_id": self.env.user.id,
        }
        problem = flow._problem(self.env.user)
        if not problem:
            values.update(self._prepare_run(flow, trigger, preview))
            try:
                with self.env.cr.savepoint():
                    self._before_run(flow, values)
                    run = self.env["sync.run"].create(values)
            except psycopg2.errors.UniqueViolation:
                problem = ("run_in_progress", {"backend": flow.name})
        if problem:
            run = self.env["sync.run"].create({**values, "state": "failed"})
            run._finish("failed", *problem)
        if trigger == "cron":
            flow._wake_when_due()
        return run

    @api.model
    def _continue_run(self, run):
        """Read and apply, batch by batch, from wherever the run is.

        :return: False when time was up before the end
        """
        run = run.with_env(self.env)
        end = inf if self._in_cron() else time.monotonic() + FOREGROUND_SECONDS
        if run.state == "planning" and run._may_go_on(self.env.user):
            if not self._read(run, end):
                return False
            if run.state == "planning":
                self._end_planning(run)
        while run.state == "applying" and run._may_go_on(self.env.user):
            done = self._apply_some(run)
            if not done:
                self._end_applying(run)
                break
            in_time = self._checkpoint(run, done) and time.monotonic() < end
            if not in_time and self._is_left(run):
                return False
        return True

    @api.model
    def _next_page(self, run, pages, page, state):
        """
        :param page: the one before
        :param state: where the reading began, as ``plan_state`` has it
        :return: None at the end, and where the API goes no further
        """
        try:
            return next(pages, None)
        except ClientError as error:
            run._give_up(error, self._state_after(page, state))
            return None

    @api.model
    def _state_after(self, page, state):
        """Where to go on, for JSON: after a page, or where the reading began."""
        return {**state, "page": page.state} if page else state

    @api.model
    def _process_page(self, run, page):
        if run.preview:
            self._rehearse(run, page.rows)
        else:
            self._process(run, page.rows)
        run._count(received=len(page.rows))
        run.write(
            {
                "version": page.version or run.version,
                "heard_date": fields.Datetime.now(),
            }
        )

    @api.model
    def _rehearse(self, run, rows):
        """Do what the rows ask for, and undo it; what it came to stays on the run."""
        cr = self.env.cr
        before = {name: run[name] for name in OUTCOMES}
        # What was to happen after a commit (mails, say) is for what has happened.
        postcommit, cr.postcommit = cr.postcommit, Callbacks()
        try:
            with closing(cr.savepoint()):
                self._process(run, rows)
                after = {name: run[name] for name in OUTCOMES}
                error = {name: run[name] for name in ("error_code", "error_facts")}
        finally:
            cr.postcommit = postcommit
        more = {name: after[name] - before[name] for name in OUTCOMES}
        run._count(would_change=more.pop("changed"), **more)
        run.write(error)

    @api.model
    def _end_applying(self, run):
        """All that was planned is done; there may be more to read, later."""
        if run._is_waiting():
            run.state = "planning"
        else:
            run._finish(None, run.error_code, run.error_facts)

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
