from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from ..tools.search import search_through_sql

#: a flow without a success for longer is late, whatever the reason
LATE_AFTER = timedelta(hours=24)


class SyncFlow(models.Model):
    """How a flow is: its last success, its last run, and one word for both."""

    _inherit = "sync.flow"

    last_success_date = fields.Datetime(
        string="Last Success",
        compute="_compute_last_success",
        search="_search_last_success_date",
        help="When a run over everything last came to its end in good order.",
    )
    last_success_age = fields.Char(
        string="Age", compute="_compute_last_success", help="Of the last success."
    )
    last_run_id = fields.Many2one("sync.run", compute="_compute_last_run")
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
                ("scope", "=", "all"),
                ("preview", "=", False),
                ("state", "in", ["done", "partial"]),
                ("error_code", "=", False),
            ]
        )

    @api.depends_context("lang")
    def _compute_last_success(self):
        dates = dict(
            self.env["sync.run"]._read_group(
                self._success_domain() & Domain("flow_id", "in", self.ids),
                ["flow_id"],
                ["end_date:max"],
            )
        )
        now = fields.Datetime.now()
        locale = babel_locale_parse(self.env.lang)
        for flow in self:
            date = dates.get(flow._origin)
            flow.last_success_date = date
            # at least a second: 0 would be “in 0 seconds”
            flow.last_success_age = date and format_timedelta(
                min(date - now, timedelta(seconds=-1)),
                add_direction=True,
                locale=locale,
            )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "last_success_date":
            Run = self.env["sync.run"]
            runs = Run._search(self._success_domain(), bypass_access=True)
            runs.add_where(
                SQL(
                    "%s = %s",
                    SQL.identifier(Run._table, "flow_id"),
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
        Run = self.env["sync.run"]
        groups = Run._read_group(
            [
                ("flow_id", "in", self.ids),
                ("scope", "=", "all"),
                ("preview", "=", False),
            ],
            ["flow_id"],
            ["id:max"],
        )
        runs = Run.browse([run_id for _backend, run_id in groups])
        last = {run.flow_id: run for run in runs}
        for flow in self:
            # of all of them, so that what the sentence needs is read at once
            run = last.get(flow._origin, Run)
            flow.last_run_id = run
            flow.last_message = flow._reason(run)

    @api.depends("failure_count", "paused", "base_url")
    def _compute_health(self):
        held = self._held_runs().flow_id
        limit = fields.Datetime.now() - LATE_AFTER
        for flow in self:
            if not flow.base_url:
                flow.health = "off"
            elif flow.paused:
                flow.health = "paused"
            elif flow.failure_count:
                flow.health = "failing"
            elif flow in held:
                flow.health = "held"
            elif not flow.last_success_date:
                flow.health = "new"
            else:
                late = flow.last_success_date < limit
                flow.health = "late" if late else "ok"
