import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .sync_flow_runs import OPEN_RUNS

_logger = logging.getLogger(__name__)

#: after this time without progress, an open run is not continued
OPEN_RUN_EXPIRY = timedelta(minutes=30)


class SyncService(models.AbstractModel):
    """What buttons, the scheduled action and other addons call."""

    _name = "sync.service"
    _inherit = ["sync.transaction"]
    _description = "Synchronisation Service"

    #: the scheduled action that calls this service
    CRON = "base_sync_api.ir_cron_sync"

    @api.private
    @api.model
    def sync_flow(self, flow, preview=False):
        """Synchronise everything of a flow now, in the caller's transaction.

        Where that takes longer than a person waits, the scheduled action goes on with
        it in the background.

        :param preview: stop before anything is changed
        :return: the ``sync.run``
        """
        flow.ensure_one()
        engine = self._engine(flow, self.env.user)
        run = engine._start_run(flow, "manual", preview=preview)
        if run.state == "planning" and not engine._continue_run(run):
            run.flow_id._wake()
        return run.with_env(self.env)

    @api.private
    @api.model
    def start_flow(self, flow, preview=False):
        """Have everything of a flow synchronised in the background, soon.

        :param preview: stop before anything is changed
        :return: the ``sync.run``, which has just begun
        """
        flow.ensure_one()
        engine = self._engine(flow, self.env.user)
        run = engine._start_run(flow, "manual", preview=preview)
        if run.state == "planning":
            run.flow_id._wake()
        return run.with_env(self.env)

    @api.private
    @api.model
    def start_scheduled(self, flow):
        """Have a flow do now, in the background, what its schedule is there for.

        :return: the ``sync.run``, which has just begun
        """
        flow.ensure_one()
        run = self._engine(flow, flow.user_id)._start_run(flow, "cron")
        if run.state == "planning":
            run.flow_id._wake()
        return run.with_env(self.env)

    @api.model
    def _cron_sync(self):
        """What the scheduled action calls: a round of all flows that are due.

        Nothing is raised, in the scheduled action or elsewhere: Odoo switches an action
        off that fails for a week. What lost a race is left to the next call.
        """
        try:
            with self._isolated():
                self._sync_round()
        except Exception:
            _logger.exception("A round of synchronisation came to no end")
            self._roll_back()

    @api.model
    def _sync_round(self):
        """Go on with the open runs, and start those of the flows that are due.

        The open runs are the round's list of what is left to do: Odoo calls again
        until there is none. One flow's trouble is not another's.
        """
        runs = self._open_runs()
        due = self._due_flows()
        runs += self._start_round(due - self._get_served(runs, due))
        for position, run in enumerate(runs):
            if self._out_of_time():
                # Odoo calls ten times in a row even when the time of the job is over.
                self._commit_progress(0, remaining=len(runs) - position)
                return
            try:
                with self._isolated():
                    in_time = self._continue_in_turn(run, len(runs) - position - 1)
            except Exception:
                _logger.exception("Synchronisation run %s failed", run.id)
                self.env["sync.engine"]._interrupt(run)
                in_time = True
            if not in_time:
                return
        self._commit_progress(0, remaining=0)

    @api.model
    def _continue_in_turn(self, run, waiting):
        """:param int waiting: how many other runs have their turn after this one"""
        user = run.decided_by_id or run.user_id
        engine = self._engine(run.flow_id, user)
        return engine.with_context(sync_runs_waiting=waiting)._continue_run(run)

    @api.model
    def _engine(self, flow, user):
        """The engine of the flow's kind, in the flow's company and as ``user``.

        With ``sudo``, because who may run a flow may not write its runs; what the user
        may do is checked first, by ``_problem``.
        """
        return (
            self.env[flow._get_kind().engine]
            .with_user(user)
            .with_context(allowed_company_ids=flow.company_id.ids, active_test=True)
            .sudo()
        )

    @api.model
    def _open_runs(self, domain=Domain.TRUE):
        """Runs that were out of time, or whose server was killed.

        The one that has waited longest comes first, so that flows share the time.
        One that has waited too long is closed: its answers are of another time. So is
        one that was killed while it read a list, whose pages may have moved. One that
        the API has asked to wait is left out until its time has come.
        """
        runs = (
            self.env["sync.run"]
            .sudo()
            .search(self._due_runs_domain() & domain, order="write_date, id")
        )
        limit = fields.Datetime.now() - OPEN_RUN_EXPIRY
        dead = runs.filtered(
            lambda run: max(run.write_date, run.resume_date or run.write_date) < limit
        )
        if self._was_killed():
            dead |= runs.filtered(
                lambda run: (
                    run.state == "planning"
                    and run._is_list()
                    and not run.plan_state
                    and not run.complete
                )
            )
        for run in dead:
            self._engine(run.flow_id, run.user_id)._interrupt(run)
        if self._was_killed():  # after what may be rolled back
            for run in runs - dead:
                run.interruptions += 1
        return runs - dead

    @api.model
    def _due_runs_domain(self):
        """Runs that may go on now."""
        now = fields.Datetime.now()
        of_kinds = Domain("flow_id.kind", "in", self._get_served_kinds())
        return (
            of_kinds
            & OPEN_RUNS
            & (
                Domain("state", "=", "applying")
                | Domain("resume_date", "=", False)
                | Domain("resume_date", "<=", now)
            )
        )

    @api.model
    def _was_killed(self):
        """Whether the last call of the scheduled action did not come to its end."""
        progress_id = self.env.context.get("ir_cron_progress_id")
        progress = self.env["ir.cron.progress"].sudo().browse(progress_id or [])
        # Odoo adds one at the start of each call, and sets zero at its end.
        return progress.timed_out_counter > 1

    @api.model
    def _get_served_kinds(self):
        """The kinds of flow that wait for this service's scheduled action."""
        kinds = self.env["sync.flow"]._get_kinds()
        return [name for name, kind in kinds.items() if kind.service == self._name]

    @api.model
    def _get_served(self, open_runs, due):
        """The flows that have had their turn.

        That is about those without a schedule of their own: all of them while a round
        goes on, which began with each that was due. A person's long run is called again
        and again, at once: each has one turn meanwhile, and another when the scheduled
        action's own time comes. So it has where others are called by their schedule.

        :param due: the flows whose time has come
        """
        with_action = due.filtered(lambda flow: flow.schedule_by == "action")
        in_time = open_runs.filtered(lambda run: run.flow_id.schedule_by == "action")
        if "cron" in in_time.mapped("trigger"):
            return with_action
        if not open_runs and with_action == due:
            return due.browse()
        since = self._get_last_regular_date()
        if by_person := open_runs.filtered(lambda run: run.trigger != "cron"):
            since = max(since, min(by_person.mapped("start_date")))
        groups = self.env["sync.run"]._read_group(
            [("trigger", "=", "cron"), ("start_date", ">=", since)], ["flow_id"]
        )
        served = with_action & due.browse(flow.id for [flow] in groups)
        # Who waits for another attempt has a time of its own.
        return served.filtered(lambda flow: not flow.next_attempt_date)

    @api.model
    def _get_last_regular_date(self):
        """When the scheduled action's own time last came, naive UTC."""
        cron = self.env["ir.cron"]._of_sync(self.CRON)
        now = fields.Datetime.now()
        if not cron:
            return now
        regular = cron._sync_date_from(now)
        return regular if regular == now else regular - cron._sync_interval()

    @api.model
    def _start_round(self, flows):
        """A run for each of these flows; those that cannot work fail at once."""
        runs = self.env["sync.run"].sudo()
        for flow in flows:
            if flow._has_open_run():
                continue
            engine = self._engine(flow, flow.user_id)
            try:
                with self._isolated():
                    run = self._retrying(engine._start_run, flow, "cron")
            except Exception:
                _logger.exception("No run of flow %s could be started", flow.id)
                self._roll_back()
                continue
            run = run.with_env(runs.env)
            if run.state == "planning":
                runs += run
            self._commit_progress(0, remaining=len(runs))
        return runs

    @api.model
    def _due_flows(self):
        """The flows that are to work by themselves now."""
        flows = self.env["sync.flow"].sudo().search(self._due_domain())
        return flows.filtered(lambda flow: flow._is_due())

    @api.model
    def _due_domain(self):
        """The flows of this service that have something to do when their time comes."""
        return (
            Domain("kind", "in", self._get_served_kinds())
            & Domain("base_url", "!=", False)
            & Domain("paused", "=", False)
            & Domain("setup_step", "=", "done")
            & (
                Domain("next_attempt_date", "=", False)
                | Domain("next_attempt_date", "<=", fields.Datetime.now())
            )
        )
