import re
from contextlib import contextmanager
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list
from odoo.tools.misc import babel_locale_parse

_TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")

#: what decides when a flow is due
_SCHEDULE_FIELDS = (
    "schedule_by",
    "schedule_number",
    "schedule_unit",
    "schedule_times",
    "schedule_tz",
)
#: and whether it is to work by itself at all
_LIVE_FIELDS = ("active", "base_url", "paused", "setup_step")


class SyncFlow(models.Model):
    """When a flow does its work by itself.

    One scheduled action serves many flows, and looks only at those that are due. A flow
    with an interval or times of its own has it called then.
    """

    _inherit = "sync.flow"

    schedule_by = fields.Selection(
        [
            ("action", "With the scheduled action"),
            ("interval", "At an interval of its own"),
            ("times", "At times of the day"),
        ],
        string="When",
        required=True,
        default="action",
        help="The scheduled action works every hour, unless someone has changed that.",
    )
    schedule_number = fields.Integer(string="Every", required=True, default=1)
    schedule_unit = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")],
        string="Unit of the Interval",
        required=True,
        default="hours",
    )
    schedule_times = fields.Char(
        string="Times",
        help="With commas between them, for example 06:00, 12:30. One that the clocks"
        " leave out in spring is an hour later that day; one that comes twice in autumn"
        " is the first of the two.",
    )
    schedule_tz = fields.Selection(
        "_get_time_zones",
        string="Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="Of the times of the day.",
    )
    schedule_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the schedule was last changed or switched on: times before that do"
        " not count, and an interval is counted from it.",
    )
    schedule = fields.Char(
        compute="_compute_schedule",
        help="When this is synchronised by itself.",
    )

    _schedule_number_positive = models.Constraint(
        "CHECK(schedule_number > 0)", "The interval must be at least 1."
    )

    @api.model
    def _get_time_zones(self):
        return self.env["sync.backend"]._get_time_zones()

    @api.constrains("schedule_by", "schedule_times")
    def _check_schedule_times(self):
        for flow in self.filtered(lambda flow: flow.schedule_by == "times"):
            texts = (flow.schedule_times or "").split(",")
            if not all(_TIME_OF_DAY.fullmatch(text.strip()) for text in texts):
                raise ValidationError(
                    self.env._(
                        "Enter the times of the day like 06:00, 12:30: hours and"
                        " minutes, with commas between them."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        flows._begin_schedule()
        return flows

    def write(self, vals):
        with self._watching_schedule(vals):
            return super().write(vals)

    @contextmanager
    def _watching_schedule(self, vals):
        """A schedule begins where it is another one afterwards, or is switched on.

        Values count and not keys: an import may write what was there before.
        """
        if not vals.keys() & {*_SCHEDULE_FIELDS, *_LIVE_FIELDS}:
            yield
            return
        before = {flow: flow._get_live_schedule() for flow in self}
        wake_ups = {flow: flow._get_own_wake_up() for flow in self}
        yield
        changed = self.filtered(lambda flow: flow._get_live_schedule() != before[flow])
        changed._forget_wake_ups({wake_ups[flow] for flow in changed})
        changed.filtered(lambda flow: flow._get_live_schedule())._begin_schedule()

    def _get_live_schedule(self):
        """Equal as long as the schedule is the same; None while it has no effect."""
        if not self or not self._is_live():
            return None
        return [self[fname] for fname in _SCHEDULE_FIELDS]

    def _is_schedule_complete(self):
        """Whether it can be said when the flow is due; in a form it need not be."""
        if self.schedule_by == "times":
            return bool(self._get_times() and self.schedule_tz)
        return self.schedule_number > 0 and bool(self.schedule_unit)

    def _begin_schedule(self):
        own = self.filtered(lambda flow: flow.schedule_by != "action")
        if own:
            own.schedule_since = fields.Datetime.now()
            own._wake_when_due()

    # --- when it is due ---

    def _get_due_date(self):
        """When the flow is due; that may be in the past.

        Another attempt after a failure does not wait for the schedule; a pause that the
        API has asked for does not bring it forward.

        :return: naive UTC; None where it is due whenever the scheduled action works
        """
        self.ensure_one()
        attempt = self.next_attempt_date or None
        if self.schedule_by == "action" or (attempt and self.failure_count):
            return attempt
        scheduled = self._get_scheduled_date()
        return max(scheduled, attempt) if attempt else scheduled

    def _get_scheduled_date(self):
        """When the flow's own schedule has it run next, or should have.

        :return: naive UTC
        """
        last, since = self._get_last_start(), self._get_schedule_start()
        if self.schedule_by == "times":
            return self._next_time_after(max(last, since) if last else since)
        if not last:
            return since
        interval = timedelta(**{self.schedule_unit: self.schedule_number})
        if last < since:
            return max(last + interval, since)
        # Not after the last one, which always begins a little late.
        return since + ((last - since) // interval + 1) * interval

    def _get_schedule_start(self):
        """Since when the schedule is what it is: in a form, it is still to be saved."""
        saved = self._origin
        if self._get_live_schedule() == saved._get_live_schedule():
            return saved.schedule_since or saved.create_date
        return fields.Datetime.now()

    def _get_last_start(self):
        """When the last run by schedule began."""
        run = self.env["sync.run"].sudo()
        domain = [("flow_id", "=", self._origin.id), ("trigger", "=", "cron")]
        return run.search(domain, order="start_date DESC", limit=1).start_date

    def _next_time_after(self, date):
        """The first of the times of the day that comes after a moment.

        :param date: naive UTC
        :return: naive UTC
        """
        zone = ZoneInfo(self.schedule_tz)
        day = date.replace(tzinfo=timezone.utc).astimezone(zone).date()
        moments = (
            datetime.combine(day + timedelta(days=later), at, tzinfo=zone)
            for later in range(3)  # on the day that clocks change, the next is not it
            for at in self._get_times()
        )
        utc = (m.astimezone(timezone.utc).replace(tzinfo=None) for m in moments)
        return min(moment for moment in utc if moment > date)

    def _get_times(self):
        """:return: list of ``datetime.time``, in order"""
        matches = _TIME_OF_DAY.finditer(self.schedule_times or "")
        return sorted(time(*map(int, match.groups())) for match in matches)

    def _is_due(self):
        """Whether the flow's time has come; whether it can work is another matter."""
        due = self._get_due_date()
        return due is None or due <= fields.Datetime.now()

    # --- having it called ---

    def _get_cron(self):
        """The scheduled action of the flow's kind; empty if someone has deleted it."""
        return self.env["ir.cron"]._of_sync(self._get_service().CRON)

    def _get_crons(self):
        """The scheduled actions of these flows; those of all kinds where it is none."""
        kinds = self._get_kinds()
        names = {
            self.env[kinds[kind].service].CRON
            for kind in set(self.mapped("kind")) or kinds
        }
        Cron = self.env["ir.cron"].sudo()
        return Cron.union(*(Cron._of_sync(name) for name in names))

    def _wake(self, date=None):
        """Have the scheduled action called as soon as possible, or at a time.

        Odoo looks for what has become due once a minute, so a time is up to a minute
        late.

        :param date: naive UTC
        """
        self.ensure_one()
        if cron := self._get_cron():
            cron._trigger(at=date)

    def _wake_when_due(self):
        """Have flows with a schedule of their own called when they are next due."""
        now = fields.Datetime.now()
        for flow in self:
            if flow.schedule_by != "action" and flow._is_live():
                due = flow._get_due_date()
                flow._wake(due if due > now else None)

    def _get_own_wake_up(self):
        """When the flow's own schedule has it called; None where that is not."""
        if self.schedule_by == "action" or not self._is_live():
            return None
        return self._get_due_date()

    def _forget_wake_ups(self, dates):
        """Schedules that are no more have nobody called: others would begin a round.

        :param dates: naive UTC, or None
        """
        own = self.sudo().search([("schedule_by", "!=", "action")])
        stale = dates - {None, *(flow._get_own_wake_up() for flow in own)}
        if stale:
            triggers = self.env["ir.cron.trigger"].sudo()
            of_crons = [("cron_id", "in", self._get_crons().ids)]
            triggers.search([*of_crons, ("call_at", "in", list(stale))]).unlink()

    def _wake_if_late(self):
        """Have a flow called whose time has come while another run was under way."""
        if self.schedule_by != "action" and self._is_live() and self._is_due():
            self._wake()

    def _is_live(self):
        """Whether the flow is to work by itself."""
        self.ensure_one()
        is_set_up = self.base_url and self.setup_step == "done"
        return bool(is_set_up and self.active and not self.paused)

    # --- in words ---

    @api.depends(
        "kind", *_LIVE_FIELDS, *_SCHEDULE_FIELDS, "next_attempt_date", "failure_count"
    )
    @api.depends_context("lang")
    def _compute_schedule(self):
        for kind, flows in self.grouped("kind").items():
            if not kind:
                flows.schedule = False
                continue
            cron = flows[0]._get_cron()
            wake_ups = flows._get_wake_ups(cron)
            for flow in flows:
                flow.schedule = flow._describe_schedule(cron, wake_ups[flow])

    def _describe_schedule(self, cron, wake_ups):
        self.ensure_one()
        if self.setup_step != "done" or not self.base_url:
            return self.env._("Not switched on yet")
        if self.paused:
            return self.env._("Paused: nothing is synchronised")
        if not cron.active:
            return self.env._("The scheduled action is switched off")
        if not self._is_schedule_complete():
            return self.env._("The schedule is not complete yet")
        date = self._get_next_run_date(cron, wake_ups)
        if self.schedule_by == "interval":
            number, unit = self.schedule_number, self.schedule_unit
        elif self.schedule_by == "action":
            number, unit = cron.interval_number, cron.interval_type
        else:
            times = [f"{at:%H:%M}" for at in self._get_times()]
            return self._with_next_run(
                self.env._(
                    "At %(times)s (%(zone)s)",
                    times=format_list(self.env, times),
                    zone=self.schedule_tz,
                ),
                date,
            )
        return self._with_next_run(self._interval_in_words(number, unit), date)

    def _get_wake_ups(self, cron):
        """When the scheduled action is called beside its regular times.

        :return: dict of flow to dates, naive UTC
        """
        triggers = self.env["ir.cron.trigger"].sudo()
        dates = triggers.search([("cron_id", "=", cron.id)]).mapped("call_at")
        if not dates:
            return dict.fromkeys(self, dates)
        # Who goes with the action is not called when it is for others' own schedules.
        own = self.sudo().search([("schedule_by", "!=", "action")])
        for_own = {flow._get_due_date() for flow in own}
        others = [date for date in dates if date not in for_own]
        return {
            flow: others if flow.schedule_by == "action" else dates for flow in self
        }

    def _get_next_run_date(self, cron, wake_ups):
        """The first time that the scheduled action is called and not sent away.

        That is not before the next attempt, for which it is called specially, and from
        then on at whatever time comes first.

        :param wake_ups: dates at which it is called beside its regular times
        """
        self.ensure_one()
        date, earliest = cron.nextcall, self._get_earliest_run_date()
        if earliest and date < earliest:
            date = cron._sync_date_from(earliest)
        return min([date, *(at for at in wake_ups if not earliest or at >= earliest)])

    def _get_earliest_run_date(self):
        """Before when the flow is left alone; None where it is not."""
        self.ensure_one()
        return self.open_run_id.resume_date or self._get_due_date()

    @api.model
    def _interval_in_words(self, number, unit):
        """For example “Every hour”."""
        if number == 1:
            return {
                "minutes": self.env._("Every minute"),
                "hours": self.env._("Every hour"),
                "days": self.env._("Every day"),
                "weeks": self.env._("Every week"),
                "months": self.env._("Every month"),
            }[unit]
        return {
            "minutes": self.env._("Every %s minutes", number),
            "hours": self.env._("Every %s hours", number),
            "days": self.env._("Every %s days", number),
            "weeks": self.env._("Every %s weeks", number),
            "months": self.env._("Every %s months", number),
        }[unit]

    @api.model
    def _with_next_run(self, interval, date):
        """For example “Every hour, next run in 12 minutes”.

        :param date: of the next run, naive UTC
        """
        wait = date - fields.Datetime.now()
        if wait <= timedelta(0):
            return self.env._("%(interval)s, next run in a moment", interval=interval)
        return self.env._(
            "%(interval)s, next run %(in_time)s",
            interval=interval,
            in_time=format_timedelta(
                wait, add_direction=True, locale=babel_locale_parse(self.env.lang)
            ),
        )
