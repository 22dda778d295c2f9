from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime, format_time

from ..tools import format_number

#: what the bar shows, in its order, and the colours and icons that stand for it
OUTCOMES = {
    "unchanged": ("bg-success", "fa-check"),
    "changed": ("bg-info", "fa-exchange"),
    "planned": ("bg-secondary", "fa-hourglass-half"),
    "skipped": ("bg-warning", "fa-forward"),
    "failed": ("bg-danger", "fa-times"),
}


class StockSyncRun(models.Model):
    """How far a run is, and what came of it, for a person to see."""

    _inherit = "stock.sync.run"

    outcomes = fields.Html(
        compute="_compute_outcomes",
        sanitize=False,
        help="What became of the products, as shares of a bar.",
    )
    progress = fields.Char(compute="_compute_progress")
    line_count = fields.Integer(compute="_compute_line_count")
    move_count = fields.Integer(compute="_compute_line_count")

    @api.depends("unchanged", "changed", "skipped", "failed", "line_ids.state")
    @api.depends_context("lang")
    def _compute_outcomes(self):
        """A bar, and the same in words and figures: colour alone says nothing."""
        labels = {
            "unchanged": self.env._("Up to date"),
            "changed": self.env._("Changed"),
            "skipped": self.env._("Skipped"),
            "failed": self.env._("Failed"),
        }
        planned = dict(
            self.env["stock.sync.run.line"]._read_group(
                [("run_id", "in", self.ids), ("state", "=", "planned")],
                ["run_id"],
                ["__count"],
            )
        )
        bar = Markup(
            '<div class="progress" style="height: 0.75rem" aria-hidden="true">'
            "%s</div>"
            '<ul class="list-inline small mb-0 mt-1">%s</ul>'
        )
        segment = Markup('<div class="progress-bar %s" style="width: %.2f%%"></div>')
        item = Markup(
            '<li class="list-inline-item"><i class="fa %s text-muted"></i> %s</li>'
        )
        for run in self:
            labels["planned"] = (
                self.env._("Would change")
                if run.preview
                else self.env._("Planned, or waiting for approval")
            )
            counts = {
                name: planned.get(run, 0) if name == "planned" else run[name]
                for name in OUTCOMES
            }
            counts = {name: count for name, count in counts.items() if count}
            total = sum(counts.values())
            run.outcomes = total and bar % (
                Markup().join(
                    segment % (OUTCOMES[name][0], count * 100 / total)
                    for name, count in counts.items()
                ),
                Markup().join(
                    item % (OUTCOMES[name][1], self._label(labels[name], count))
                    for name, count in counts.items()
                ),
            )

    @api.model
    def _label(self, outcome, count):
        count = Markup("<b>%s</b>") % format_number(self.env, count)
        return self.env._("%(outcome)s: %(count)s", outcome=outcome, count=count)

    @api.depends("state", "received", "changed", "failed", "resume_date", "answered")
    @api.depends_context("lang", "tz")
    def _compute_progress(self):
        """What a run that is under way is doing; empty for any other."""
        for run in self:
            run.progress = False
            if run.state == "planning" and run.resume_date:
                run.progress = self.env._(
                    "%(read)s of %(expected)s read. The API has asked for a"
                    " pause: it goes on at %(time)s.",
                    **run._read_so_far(),
                    time=run._in_words(run.resume_date),
                )
            elif run.state == "planning":
                run.progress = self.env._(
                    "Reading the API's answers: %(read)s of %(expected)s so far.",
                    **run._read_so_far(),
                )
            elif run.state == "applying":
                left = self.env["stock.sync.run.line"].search_count(
                    [
                        ("run_id", "=", run.id),
                        ("state", "=", "planned"),
                        ("error_code", "=", False),
                    ]
                )
                run.progress = self.env._(
                    "Setting the stock: %(done)s changes made, %(left)s left.",
                    done=format_number(self.env, run.changed),
                    left=format_number(self.env, left),
                )

    def _read_so_far(self):
        """How much was read, and how much there may be: products, or rows of a list."""
        self.ensure_one()
        if self.expected:
            read, expected = self.answered, format_number(self.env, self.expected)
        else:
            read = self.received + self.unmatched
            expected = max(read, self.backend_id.binding_count)
            expected = self.env._("about %s", format_number(self.env, expected))
        return {"read": format_number(self.env, read), "expected": expected}

    @api.model
    def _in_words(self, date):
        """The time of day, with the date where that is another day, for the reader."""
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        if fields.Datetime.context_timestamp(self, date).date() == now.date():
            return format_time(self.env, date, time_format="short")
        return format_datetime(self.env, date, dt_format="short")

    def _compute_line_count(self):
        counts = dict(
            self.env["stock.sync.run.line"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.line_count = counts.get(run, 0)
            run.move_count = self.env["stock.move"].search_count(
                [("sync_line_ids.run_id", "=", run.id)]
            )

    def action_view_moves(self):
        """The stock moves that the run has made."""
        self.check_access("read")
        action = self.line_ids.action_view_moves()
        action["domain"] = [("sync_line_ids.run_id", "in", self.ids)]
        return action

    def _action_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _notification(self):
        """Of a run that is under way: where to watch it."""
        action = super()._notification()
        if len(self) == 1 and self.progress:
            path = f"/odoo/action-stock_sync_api.stock_sync_run_action/{self.id}"
            action["params"].update(
                type="info",
                sticky=False,
                message=(
                    f"{self.progress} %s"
                    if self._is_waiting()
                    else self.env._("Synchronisation started: it goes on by itself. %s")
                ),
                links=[{"label": self.env._("Watch the run"), "url": path}],
            )
        return action
