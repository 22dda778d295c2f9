import json
from datetime import timedelta

from odoo import api, fields, models

#: days that the graph shows, today included
GRAPH_DAYS = 14

#: records from which on a run is left to the scheduled action: nobody waits for it
BACKGROUND_SIZE = 500


class SyncFlow(models.Model):
    """What the dashboard shows, in a few queries for all flows."""

    _inherit = "sync.flow"

    open_run_id = fields.Many2one(
        "sync.run",
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
        help="What was changed in the last 14 days.",
    )

    @api.depends_context("lang", "tz")
    def _compute_open_run_id(self):
        runs = self.env["sync.run"].search(
            [
                ("flow_id", "in", self.ids),
                ("scope", "=", "all"),
                ("state", "in", ["planning", "applying"]),
            ]
        )
        open_runs = {run.flow_id: run for run in runs}
        for flow in self:
            run = open_runs.get(flow._origin)
            flow.open_run_id = run
            waits = run and run._is_waiting()
            flow.wait_message = run.progress if waits else False

    def _compute_held_count(self):
        held = self._held_runs().grouped("flow_id")
        for flow in self:
            flow.held_count = len(held.get(flow._origin, ()))

    @api.depends_context("lang", "tz")
    def _compute_graph(self):
        """Changes per day, as the web client's own graph of a dashboard takes them."""
        today = fields.Date.context_today(self)
        days = [today - timedelta(days=ago) for ago in reversed(range(GRAPH_DAYS))]
        Run = self.env["sync.run"].with_context(tz=str(self.env.tz))
        groups = Run._read_group(
            [
                ("flow_id", "in", self.ids),
                ("preview", "=", False),
                # a day more, for any time zone
                ("start_date", ">=", days[0] - timedelta(days=1)),
            ],
            ["flow_id", "start_date:day"],
            ["changed:sum"],
        )
        changes = {
            (flow, fields.Date.to_date(day)): changed for flow, day, changed in groups
        }
        labels = [str(day.day) for day in days]  # there is no room for more
        for flow in self:
            values = [changes.get((flow._origin, day), 0) for day in days]
            flow.graph_sum = sum(values)
            flow.graph = json.dumps(
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

    def _takes_long(self):
        """Whether a run is more than a person should wait for, as far as is known."""
        self.ensure_one()
        if not self._get_cron().active:
            return False  # nobody would do it
        if self.request_mode != "list":
            return False
        read = [
            ("flow_id", "=", self.id),
            ("complete", "=", True),
            ("delta", "=", False),
        ]
        last = self.env["sync.run"].search(read, limit=1)
        return not last or last._count_read() > BACKGROUND_SIZE
