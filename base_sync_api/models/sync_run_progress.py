from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime, format_time

from ..tools.numbers import format_number

#: what the bar shows, in its order, and the colours and icons that stand for it
OUTCOMES = {
    "unchanged": ("bg-success", "fa-check"),
    "changed": ("bg-info", "fa-exchange"),
    "planned": ("bg-secondary", "fa-hourglass-half"),
    "skipped": ("bg-warning", "fa-forward"),
    "failed": ("bg-danger", "fa-times"),
}


class SyncRun(models.Model):
    """How far a run is, and what came of it, for a person to see."""

    _inherit = "sync.run"

    outcomes = fields.Html(
        compute="_compute_outcomes",
        sanitize=False,
        help="What became of the records, as shares of a bar.",
    )
    progress = fields.Char(compute="_compute_progress")

    @api.depends("unchanged", "changed", "skipped", "failed")
    @api.depends_context("lang")
    def _compute_outcomes(self):
        """A bar, and the same in words and figures: colour alone says nothing."""
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
            labels = run._get_outcome_labels()
            counts = {
                name: run._count_to_do() if name == "planned" else run[name]
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

    def _get_outcome_labels(self):
        """:return: dict of a key of ``OUTCOMES`` to what it is called"""
        return {
            "unchanged": self.env._("Up to date"),
            "changed": self.env._("Changed"),
            "planned": self.env._("Would change")
            if self.preview
            else self.env._("Planned, or waiting for approval"),
            "skipped": self.env._("Skipped"),
            "failed": self.env._("Failed"),
        }

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
                run.progress = run._applied_so_far()

    def _applied_so_far(self):
        """How many changes are made, and how many are left."""
        return self.env._(
            "Making changes: %(done)s made, %(left)s left.",
            done=format_number(self.env, self.changed),
            left=format_number(self.env, self._count_to_do()),
        )

    def _read_so_far(self):
        """How much was read, and how much there may be."""
        self.ensure_one()
        if self.expected:
            read, expected = self.answered, format_number(self.env, self.expected)
        else:
            read, guess = self._count_read(), self._guess_expected()
            expected = self.env._("an unknown number")
            if guess:
                guess = format_number(self.env, max(read, guess))
                expected = self.env._("about %s", guess)
        return {"read": format_number(self.env, read), "expected": expected}

    def _guess_expected(self):
        """How much there may be to read, by what was read before; 0 where none was."""
        last = self.flow_id._last_whole_run(before=self)
        return last._count_read() if last else 0

    @api.model
    def _in_words(self, date):
        """The time of day, with the date where that is another day, for the reader."""
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        if fields.Datetime.context_timestamp(self, date).date() == now.date():
            return format_time(self.env, date, time_format="short")
        return format_datetime(self.env, date, dt_format="short")
