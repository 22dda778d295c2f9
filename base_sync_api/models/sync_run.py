import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ..client import RateLimited
from ..tools.numbers import format_number

_logger = logging.getLogger(__name__)

#: a run that has had no answer for so long is not asked to wait any more, but fails
LONGEST_SILENCE = timedelta(hours=24)


class SyncRun(models.Model):
    """One execution of a flow, with counters."""

    _name = "sync.run"
    _inherit = ["sync.error"]
    _description = "Synchronisation Run"
    _order = "id desc"

    flow_id = fields.Many2one(
        "sync.flow",
        string="Backend",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users", readonly=True, default=lambda self: self.env.user
    )
    decided_by_id = fields.Many2one(
        "res.users",
        string="Decided or Ended By",
        readonly=True,
        help="Who approved or rejected what was held, or ended the run by a change of"
        " the backend's settings.",
    )
    approved = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether a person has approved what was planned as a whole: what it, and"
        " the runs before it, changed is not held against later runs.",
    )
    trigger = fields.Selection(
        [
            ("manual", "Button"),
            ("cron", "Scheduled action"),
            ("webhook", "Webhook"),
        ],
        required=True,
        default="manual",
        readonly=True,
    )
    scope = fields.Selection(
        [("all", "Everything"), ("chosen", "A selection")],
        required=True,
        default="all",
        readonly=True,
    )
    preview = fields.Boolean(readonly=True)
    state = fields.Selection(
        [
            ("planning", "Reading"),
            ("held", "Held for approval"),
            ("applying", "Applying"),
            ("done", "Done"),
            ("partial", "Done with problems"),
            ("failed", "Failed"),
            ("interrupted", "Interrupted"),
        ],
        required=True,
        default="planning",
        readonly=True,
        index=True,
    )
    start_date = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    end_date = fields.Datetime(readonly=True)
    received = fields.Integer(readonly=True, aggregator="sum")
    unchanged = fields.Integer(readonly=True, aggregator="sum")
    changed = fields.Integer(readonly=True, aggregator="sum")
    would_change = fields.Integer(
        readonly=True,
        help="What a preview has found to change, where that is not planned in detail.",
    )
    skipped = fields.Integer(readonly=True, aggregator="sum")
    failed = fields.Integer(readonly=True, aggregator="sum")
    api_calls = fields.Integer(string="API Calls", readonly=True, aggregator="sum")
    message = fields.Char(compute="_compute_message")
    delta = fields.Boolean(
        string="Changes Only",
        readonly=True,
        help="The API was asked only for what has changed since an earlier run.",
    )
    since_date = fields.Datetime(string="Changed Since", readonly=True)
    since_version = fields.Char(string="Changed Since Version", readonly=True)
    version = fields.Char(
        readonly=True, help="The last version that the API has shown, if it has any."
    )
    complete = fields.Boolean(
        string="Read Completely",
        readonly=True,
        help="Whether all that the API has to say was read.",
    )
    settled = fields.Boolean(
        readonly=True,
        help="Whether nothing that the API said is left for a later run.",
    )
    plan_state = fields.Json(
        readonly=True,
        groups=NO_ACCESS,  # it may hold addresses that the API has given
        exportable=False,
        copy=False,
        help="Where to go on reading; only while the run is planned.",
    )
    expected = fields.Integer(
        string="IDs to Ask About",
        readonly=True,
        help="How many IDs the run asks about, where it asks by IDs.",
    )
    answered = fields.Integer(
        string="IDs Answered", readonly=True, help="How many of them have an answer."
    )
    heard_date = fields.Datetime(
        string="Last Answer",
        readonly=True,
        help="When the API last answered with something that could be used.",
    )
    resume_date = fields.Datetime(
        string="Goes On At",
        readonly=True,
        help="The API has asked for a pause. What was read so far is applied; the run"
        " goes on from there at this time.",
    )
    interruptions = fields.Integer(
        readonly=True,
        help="How often the server was killed during the run, which then went on.",
    )

    # One run over everything of a flow at a time; a button on chosen records works
    # beside it.
    _one_open_run = models.UniqueIndex(
        "(flow_id) WHERE scope = 'all' AND state IN ('planning', 'applying')"
    )

    @api.depends("flow_id.name")
    def _compute_display_name(self):
        for run in self:
            run.display_name = f"{run.flow_id.name} #{run.id or ''}"

    def _get_error_kind(self):
        return self.flow_id.kind

    @api.depends(
        "error_message",
        "state",
        "unchanged",
        "changed",
        "skipped",
        "failed",
        "preview",
        "resume_date",
    )
    @api.depends_context("lang", "tz")
    def _compute_message(self):
        reasons = self.filtered("failed")._get_failure_reasons()
        for run in self:
            waiting = run._is_waiting() and run.progress
            summary = waiting or ", ".join(run._get_parts(reasons.get(run)))
            run.message = run.error_message or summary

    def _get_parts(self, reasons=None):
        """What the run came to, in words: a list of texts.

        :param str reasons: why records have failed
        """
        self.ensure_one()
        figures = {
            name: format_number(self.env, self[name])
            for name in ("changed", "unchanged", "skipped", "failed")
        }
        if self.preview:
            figures["changed"] = format_number(self.env, self._count_to_do())
            counters = self.env._(
                "%(changed)s would change, %(unchanged)s already up to date,"
                " %(skipped)s skipped, %(failed)s failed",
                **figures,
            )
        else:
            counters = self.env._(
                "%(changed)s changed, %(unchanged)s already up to date,"
                " %(skipped)s skipped, %(failed)s failed",
                **figures,
            )
        return [f"{counters} ({reasons})" if reasons else counters]

    def _get_failure_reasons(self):
        """Why records have failed, the most frequent reason first.

        :return: dict of run to a text such as “Not found by the API, Invalid quantity”
        """
        return {}

    def _count_to_do(self):
        """How many changes are planned, and not made yet."""
        self.ensure_one()
        return self.would_change

    def _count_read(self):
        """How much of the API's answers was about anything."""
        self.ensure_one()
        return self.received

    def _has_held(self):
        """Whether something waits for a person."""
        self.ensure_one()
        return self.state == "held"

    def _count(self, **increments):
        """Add to the counters."""
        self.ensure_one()
        values = {name: self[name] + more for name, more in increments.items() if more}
        if values:
            self.write(values)

    def _finish(self, state=None, error_code=None, error_facts=None):
        """Close the run; without a state, the counters decide which."""
        self.ensure_one()
        if state is None:
            useful = any(
                [self.changed, self.unchanged, self.skipped, self._has_held()]
            ) or (self.preview and self._count_to_do())
            state = "done"
            if error_code or self.failed or self.skipped or self._has_held():
                state = "partial" if useful else "failed"
        values = {
            "state": state,
            "end_date": fields.Datetime.now(),
            **self._forget_place(),
            "settled": self.complete and not error_code and not self._has_more_to_do(),
        }
        if error_code:
            values.update(self._error_values(error_code, error_facts))
        self.write(values)
        if self.scope == "all":
            self._log_end()
            if not self.preview:
                self.flow_id._after_run(self)
            self.flow_id._wake_if_late()

    @api.model
    def _forget_place(self):
        """Values of a run that has nothing to go on with."""
        return {"plan_state": False, "resume_date": False}

    def _log_end(self):
        """One line for a run that went wrong, or that has changed something.

        Not for chosen records, of which each problem is logged with its record.
        """
        if self.flow_id._was_rejected(self) or self.state == "held":
            level = logging.INFO
        elif self.error_code or self.state in ("failed", "interrupted"):
            level = logging.WARNING
        elif self.changed:
            level = logging.INFO
        else:
            return
        _logger.log(
            level,
            "%s %s, run %s: %s: %s",
            self._get_log_name(),
            self.flow_id.id,
            self.id,
            self.error_code or self.state,
            self.flow_id._reason(self),
        )

    def _get_log_name(self):
        """What the number of the flow comes after, in the server's log."""
        return "Synchronisation of flow"

    def _is_waiting(self):
        """Whether the API has asked for a pause, after which the run goes on."""
        return bool(self.resume_date)

    def _wait(self, date, state):
        """Go on at a time, from where the reading is.

        :param state: where that is, as ``plan_state`` has it
        """
        waits = state.get("waits", 0) + 1
        self.write({"resume_date": date, "plan_state": {**state, "waits": waits}})

    def _resume(self):
        self.resume_date = False
        self.flow_id._end_pause()

    def _has_waited_in_vain(self):
        """Whether the API has said nothing but that it wants a pause, for a day."""
        since = self.heard_date or self.start_date
        return since < fields.Datetime.now() - LONGEST_SILENCE

    def _may_go_on(self, user):
        """Whether the flow can still work as this user; if not, the run has failed."""
        if not self._is_under_way():
            return False  # closed because somebody changed the flow meanwhile
        problem = self.flow_id._problem(user)
        if problem:
            self._finish("failed", *problem)
        return not problem

    def _give_up(self, error, state):
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
            self.flow_id._pause_until(date)
            if not self._has_waited_in_vain():
                self._wait(date, state)
                return
        self.write(self._error_values(error.code, error.facts))

    def _has_more_to_do(self):
        """Whether a delta must ask again for something that this run was told.

        Or was not told, because the list moved while it was read.
        """
        return bool((self.plan_state or {}).get("moved"))

    def _is_under_way(self):
        """Whether more may come of it by itself; a run that is held has been read."""
        self.ensure_one()
        return self.state in ("planning", "applying")

    def _is_list(self):
        """Whether it goes by the API's list, and not by what Odoo has."""
        return self.scope == "all" and self.flow_id.request_mode == "list"

    def _end_as_changed(self):
        """The backend's settings mean something else now than when these runs read."""
        for run in self:
            run.decided_by_id = self.env.user
            facts = {"backend": run.flow_id.name, "user": self.env.user.name}
            if run._is_under_way():
                run._finish(
                    "interrupted", "not_configured", {**facts, "reason": "changed"}
                )
            else:
                facts["reason"] = "changed_held"
                run._end_held(("not_configured", facts))

    def _end_held(self, problem):
        """What waits for a person will not be done.

        :param problem: (error code, facts): why
        """
        self.ensure_one()
        self._finish("interrupted", *problem)
