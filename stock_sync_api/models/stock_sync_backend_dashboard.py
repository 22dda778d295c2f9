import json
from ast import literal_eval
from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import babel_locale_parse

#: days that the graph shows, today included
GRAPH_DAYS = 14

#: products from which on a run is left to the scheduled action: nobody waits for it
BACKGROUND_SIZE = 500


class StockSyncBackend(models.Model):
    """What the dashboard shows, in a few queries for all backends, and its buttons."""

    _inherit = "stock.sync.backend"

    open_run_id = fields.Many2one(
        "stock.sync.run",
        string="Run Under Way",
        compute="_compute_open_run_id",
    )
    wait_message = fields.Char(
        compute="_compute_open_run_id",
        string="Waits",
        help="How far the run has come that waits because the API asked for a pause,"
        " and when it goes on.",
    )
    held_count = fields.Integer(
        string="Waiting for Approval", compute="_compute_held_count"
    )
    graph = fields.Text(compute="_compute_graph")
    graph_sum = fields.Integer(
        string="Changed in 14 Days",
        compute="_compute_graph",
        help="Quantities that were changed in the last 14 days.",
    )
    schedule = fields.Char(
        compute="_compute_schedule",
        help="When the scheduled action synchronises this backend.",
    )

    @api.depends_context("lang", "tz")
    def _compute_open_run_id(self):
        runs = self.env["stock.sync.run"].search(
            [
                ("backend_id", "in", self.ids),
                ("scope", "=", "backend"),
                ("state", "in", ["planning", "applying"]),
            ]
        )
        open_runs = {run.backend_id: run for run in runs}
        for backend in self:
            run = open_runs.get(backend._origin)
            backend.open_run_id = run
            waits = run and run._is_waiting()
            backend.wait_message = run.progress if waits else False

    def _compute_held_count(self):
        Line = self.env["stock.sync.run.line"]
        counts = dict(
            Line._read_group(
                Line._held_domain() & Domain("backend_id", "in", self.ids),
                ["backend_id"],
                ["__count"],
            )
        )
        for backend in self:
            backend.held_count = counts.get(backend._origin, 0)

    @api.depends_context("lang", "tz")
    def _compute_graph(self):
        """Changes per day, as the web client's own graph of a dashboard takes them."""
        today = fields.Date.context_today(self)
        days = [today - timedelta(days=ago) for ago in reversed(range(GRAPH_DAYS))]
        Run = self.env["stock.sync.run"].with_context(tz=str(self.env.tz))
        groups = Run._read_group(
            [
                ("backend_id", "in", self.ids),
                ("preview", "=", False),
                # a day more, for any time zone
                ("start_date", ">=", days[0] - timedelta(days=1)),
            ],
            ["backend_id", "start_date:day"],
            ["changed:sum"],
        )
        changes = {
            (backend, fields.Date.to_date(day)): changed
            for backend, day, changed in groups
        }
        labels = [str(day.day) for day in days]  # there is no room for more
        for backend in self:
            values = [changes.get((backend._origin, day), 0) for day in days]
            backend.graph_sum = sum(values)
            backend.graph = json.dumps(
                [
                    {
                        "key": self.env._("Changed"),
                        "values": [
                            {"label": label, "value": value, "type": "future"}
                            for label, value in zip(labels, values, strict=True)
                        ],
                    }
                ]
            )

    @api.depends("paused", "setup_step", "next_attempt_date")
    @api.depends_context("lang")
    def _compute_schedule(self):
        cron = self._schedule()
        wake_ups = self._get_wake_ups(cron)
        for backend in self:
            if backend.setup_step != "done":
                backend.schedule = self.env._("Not switched on yet")
            elif backend.paused:
                backend.schedule = self.env._("Paused: nothing is synchronised")
            elif not cron.active:
                backend.schedule = self.env._("The scheduled action is switched off")
            else:
                backend.schedule = self._schedule_in_words(
                    cron, backend._get_next_run_date(cron, wake_ups[backend])
                )

    def _get_wake_ups(self, cron):
        """When the scheduled action is called beside its regular times.

        :return: dict of backend to dates, naive UTC
        """
        triggers = self.env["ir.cron.trigger"].sudo()
        dates = triggers.search([("cron_id", "=", cron.id)]).mapped("call_at")
        return dict.fromkeys(self, dates)

    def _get_next_run_date(self, cron, wake_ups):
        """The first time that the scheduled action is called and not sent away.

        That is not before the next attempt, for which it is called specially, and from
        then on at whatever time comes first.

        :param wake_ups: dates at which it is called beside its regular times
        """
        self.ensure_one()
        date, earliest = cron.nextcall, self._get_earliest_run_date()
        while earliest and date < earliest:
            date += cron._stock_sync_interval()
        return min([date, *(at for at in wake_ups if not earliest or at >= earliest)])

    def _get_earliest_run_date(self):
        """Before when the backend is left alone; False where it is not."""
        self.ensure_one()
        return self.open_run_id.resume_date or self.next_attempt_date

    @api.model
    def _schedule(self):
        """The scheduled action, in sudo; empty if someone has deleted it."""
        return self.env["ir.cron"]._stock_sync_cron()

    @api.model
    def _schedule_in_words(self, cron, date):
        """For example “Every hour, next run in 12 minutes”.

        :param cron: the scheduled action, in sudo
        :param date: of the next run, naive UTC
        """
        number = cron.interval_number
        if number == 1:
            interval = {
                "minutes": self.env._("Every minute"),
                "hours": self.env._("Every hour"),
                "days": self.env._("Every day"),
                "weeks": self.env._("Every week"),
                "months": self.env._("Every month"),
            }
        else:
            interval = {
                "minutes": self.env._("Every %s minutes", number),
                "hours": self.env._("Every %s hours", number),
                "days": self.env._("Every %s days", number),
                "weeks": self.env._("Every %s weeks", number),
                "months": self.env._("Every %s months", number),
            }
        wait = date - fields.Datetime.now()
        if wait <= timedelta(0):
            return self.env._(
                "%(interval)s, next run in a moment",
                interval=interval[cron.interval_type],
            )
        return self.env._(
            "%(interval)s, next run %(in_time)s",
            interval=interval[cron.interval_type],
            in_time=format_timedelta(
                wait, add_direction=True, locale=babel_locale_parse(self.env.lang)
            ),
        )

    def _takes_long(self):
        """Whether a run is more than a person should wait for, as far as is known."""
        self.ensure_one()
        if not self._schedule().active:
            return False  # nobody would do it
        if self.binding_count > BACKGROUND_SIZE:
            return True
        if self.request_mode != "list":
            return False
        last = self.env["stock.sync.run"].search(
            [
                ("backend_id", "=", self.id),
                ("complete", "=", True),
                ("delta", "=", False),
            ],
            limit=1,
        )
        return not last or last.received + last.unmatched > BACKGROUND_SIZE

    def action_pause(self):
        self.check_access("write")
        self.paused = True

    def action_resume(self):
        self.check_access("write")
        self.paused = False

    def action_run_schedule(self):
        """Have all backends that are due synchronised as soon as possible."""
        self.check_access("write")
        notify = self.env["stock.sync.service"]._notification
        cron = self._schedule()
        if not cron.active:
            message = self.env._(
                "The scheduled action is switched off. Switch it on in Settings ›"
                " Technical › Scheduled Actions."
            )
            return notify("warning", message)
        cron._trigger()
        return notify("success", self.env._("Started. It goes on in the background."))

    def action_open_schedule(self):
        """The scheduled action's form, for those who may see it."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scheduled Action"),
            "res_model": "ir.cron",
            "res_id": self._schedule().id,
            "views": [(False, "form")],
        }

    def _action_of_backend(self, name):
        """A window action of this addon, for this backend only.

        :param str name: the action's XML id, without the addon's
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(f"stock_sync_api.{name}")
        domain = literal_eval(action["domain"] or "[]")
        return {**action, "domain": [("backend_id", "=", self.id), *domain]}

    def action_view_bindings(self):
        return self._action_of_backend("stock_sync_binding_action")

    def action_view_unmatched(self):
        return self._action_of_backend("stock_sync_unmatched_action")

    def action_view_runs(self):
        return self._action_of_backend("stock_sync_run_action")

    def action_view_problems(self):
        return self._action_of_backend("stock_sync_binding_problem_action")

    def action_view_held(self):
        return self._action_of_backend("stock_sync_run_line_held_action")

    def action_view_open_run(self):
        """The run that is under way, or else the last one."""
        self.ensure_one()
        self.check_access("read")
        run = self.open_run_id or self.last_run_id
        return run._action_form() if run else self.action_view_runs()
