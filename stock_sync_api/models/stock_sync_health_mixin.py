import random
from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from ..tools import search_through_sql

#: the pause after a failure, which doubles with each one in a row
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)

#: credentials that were refused are not tried again sooner: that may lock the account
CREDENTIALS_PAUSE = timedelta(hours=1)

#: failures that call nobody: a pause would spare nobody
WITHOUT_CALL = ("not_configured", "access_denied")

#: a backend without a success for longer is late, whatever the reason
LATE_AFTER = timedelta(hours=24)


class StockSyncHealthMixin(models.AbstractModel):
    """How a backend is: its last success, its failures, when it is tried again.

    The row is written only when something changes, and not by each good run.
    """

    _name = "stock.sync.health.mixin"
    _description = "Stock Synchronisation Health"

    failure_count = fields.Integer(
        string="Failures in a Row",
        readonly=True,
        copy=False,
        help="How often the scheduled action has failed since the last good run.",
    )
    failing_since = fields.Datetime(readonly=True, copy=False)
    next_attempt_date = fields.Datetime(
        string="Next Attempt",
        readonly=True,
        copy=False,
        help="The scheduled action does not call the API before this time: it has"
        " failed, or the API has asked for a pause.",
    )
    last_success_date = fields.Datetime(
        string="Last Success",
        compute="_compute_last_success",
        search="_search_last_success_date",
        help="When a run over all products last came to its end in good order.",
    )
    last_success_age = fields.Char(
        string="Age", compute="_compute_last_success", help="Of the last success."
    )
    last_run_id = fields.Many2one("stock.sync.run", compute="_compute_last_run")
    last_message = fields.Char(compute="_compute_last_run")
    health = fields.Selection(
        [
            ("ok", "In order"),
            ("late", "Late"),
            ("failing", "Failing"),
            ("held", "Waits for approval"),
            ("new", "Never synchronised"),
            ("paused", "Paused"),
            ("off", "Not set up"),
        ],
        compute="_compute_health",
    )

    @api.model
    def _success_domain(self):
        """The runs that brought everything that the API had to say."""
        return Domain(
            [
                ("scope", "=", "backend"),
                ("preview", "=", False),
                ("state", "in", ["done", "partial"]),
                ("error_code", "=", False),
            ]
        )

    @api.depends_context("lang")
    def _compute_last_success(self):
        dates = dict(
            self.env["stock.sync.run"]._read_group(
                self._success_domain() & Domain("backend_id", "in", self.ids),
                ["backend_id"],
                ["end_date:max"],
            )
        )
        now = fields.Datetime.now()
        locale = babel_locale_parse(self.env.lang)
        for backend in self:
            date = dates.get(backend._origin)
            backend.last_success_date = date
            # at least a second: 0 would be “in 0 seconds”
            backend.last_success_age = date and format_timedelta(
                min(date - now, timedelta(seconds=-1)),
                add_direction=True,
                locale=locale,
            )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "last_success_date":
            Run = self.env["stock.sync.run"]
            runs = Run._search(self._success_domain(), bypass_access=True)
            runs.add_where(
                SQL(
                    "%s = %s",
                    SQL.identifier(Run._table, "backend_id"),
                    SQL.identifier(alias, "id"),
                )
            )
            end_date = SQL.identifier(Run._table, "end_date")
            return SQL("(%s)", runs.select(SQL("MAX(%s)", end_date)))
        return super()._field_to_sql(alias, field_expr, query)

    def _search_last_success_date(self, operator, value):
        return search_through_sql(self, "last_success_date", operator, value)

    @api.depends_context("lang")
    def _compute_last_run(self):
        Run = self.env["stock.sync.run"]
        groups = Run._read_group(
            [
                ("backend_id", "in", self.ids),
                ("scope", "=", "backend"),
                ("preview", "=", False),
            ],
            ["backend_id"],
            ["id:max"],
        )
        runs = Run.browse([run_id for _backend, run_id in groups])
        last = {run.backend_id: run for run in runs}
        for backend in self:
            # of all of them, so that what the sentence needs is read at once
            run = last.get(backend._origin, Run)
            backend.last_run_id = run
            backend.last_message = backend._reason(run)

    @api.model
    def _reason(self, run):
        """What a run came to, in a sentence; where all products failed, why one did."""
        if run.state == "interrupted" and not run.error_code:
            return self.env._(
                "The run was interrupted before its end. Ask an administrator to look"
                " at the server's log."
            )
        if run.state == "failed" and not run.error_code:
            line = self.env["stock.sync.run.line"].search(
                [("run_id", "=", run.id), ("state", "=", "failed")], limit=1
            )
            return line.error_message or run.message
        return run.message

    @api.depends("failure_count", "paused", "base_url")
    def _compute_health(self):
        held = self._held_runs().backend_id
        limit = fields.Datetime.now() - LATE_AFTER
        for backend in self:
            if not backend.base_url:
                backend.health = "off"
            elif backend.paused:
                backend.health = "paused"
            elif backend.failure_count:
                backend.health = "failing"
            elif backend in held:
                backend.health = "held"
            elif not backend.last_success_date:
                backend.health = "new"
            else:
                late = backend.last_success_date < limit
                backend.health = "late" if late else "ok"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {*self._set_up_fields(), "active", "paused", "user_id"}:
            # What has failed may work now.
            waiting = self.filtered("next_attempt_date")
            if waiting:
                waiting.next_attempt_date = False
        return result

    def _after_run(self, run):
        """A run over all products has come to its end, or is held."""
        self.ensure_one()
        self.invalidate_recordset(["last_run_id", "last_success_date"], flush=False)
        verdict = self._verdict(run)
        if verdict == "good":
            self._after_good_run(run)
        elif verdict == "failed":
            self._after_failed_run(run)
        elif run.trigger == "manual" and run.error_code != "rate_limited":
            self._end_pause()

    @api.model
    def _verdict(self, run):
        """What a run says about the backend.

        A run that is held counts as good: the API has answered, and what waits is a
        person's decision. A failure counts where nobody was there to see it.

        :return: ``good``, ``failed``, or None where it says nothing
        """
        if run.state == "held":
            return "good"
        if run.state in ("done", "partial") and not run.error_code:
            return "good"
        if self._was_rejected(run):
            return None
        if run.trigger == "manual" or run.error_code == "run_in_progress":
            return None
        return "failed"

    @api.model
    def _was_rejected(self, run):
        """By a person, or because a newer run or another set-up took its place."""
        ended = ("held_by_guard", "not_configured")
        by_someone = run.decided_by_id or run.error_code in ended
        return run.state == "interrupted" and bool(by_someone)

    def _after_good_run(self, run):
        if self.failure_count:
            self.write({"failure_count": 0, "failing_since": False})
        self._end_pause()

    def _end_pause(self):
        if self.next_attempt_date:
            self.next_attempt_date = False

    def _after_failed_run(self, run):
        count = self.failure_count + 1
        values = {"failure_count": count}
        if not self.failing_since:
            values["failing_since"] = run.start_date
        date = self._date_after_failure(run, count)
        wanted = self.next_attempt_date  # by the API itself
        if date and (not wanted or date > wanted):
            values["next_attempt_date"] = date
            self.env["stock.sync.service"]._continue_later(self, date)
        self.write(values)

    @api.model
    def _date_after_failure(self, run, count):
        """When to try again; None for the next regular time.

        That is for what is no trouble of the API: it was not called, or the server was
        killed or made a mistake of its own.

        :param int count: failures in a row
        """
        if run.error_code in WITHOUT_CALL or run.state == "interrupted":
            return None
        doublings = min(count - 1, 20)
        pause = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
        if run.error_code == "auth_failed":
            pause = max(pause, CREDENTIALS_PAUSE)
        # Jitter, so that many clients of one API do not come back together.
        seconds = int(pause.total_seconds() * random.uniform(0.9, 1.1))
        return fields.Datetime.now() + timedelta(seconds=seconds)
