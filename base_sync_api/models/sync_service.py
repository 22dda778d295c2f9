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
        if "cron" not in runs.mapped("trigger"):
            # What a person has started and left to us does not take a round's place.
            runs += self._start_round(self._get_served(runs))
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
    def _get_served(self, open_runs):
        """The flows whose turn has been in the calls that these runs go on through.

        A person's long run is called again and again, at once: each flow has one
        turn meanwhile, and another when the scheduled action's own time comes.
        """
        served = self.env["sync.flow"].sudo()
        if not open_runs:
            return served
        since = min(open_runs.mapped("start_date"))
        cron = self.env["ir.cron"]._of_sync(self.CRON)
        regular, now = cron.nextcall, fields.Datetime.now()
        while regular and regular <= now:
            since = max(since, regular)
            regular += cron._sync_interval()
        groups = self.env["sync.run"]._read_group(
            [("trigger", "=", "cron"), ("start_date", ">=", since)], ["flow_id"]
        )
        # Who waits for another attempt, or has a schedule, has a time of its own.
        return served.union(
            *(
                flow
                for [flow] in groups
                if not flow.next_attempt_date and flow.schedule_by == "action"
            )
        )

    @api.model
    def _start_round(self, served):
        """A run for each flow that is due; those that cannot work fail at once.

        :param served: flows that have had their turn
        """
        runs = self.env["sync.run"].sudo()
        for flow in self._due_flows() - served:
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
