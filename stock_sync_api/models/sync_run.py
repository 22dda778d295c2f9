from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.models import NO_ACCESS

from odoo.addons.base_sync_api.tools.numbers import format_number

from ..kind import KIND
from .sync_error import SENTENCES


class SyncRun(models.Model):
    """A run over stock levels; its lines are what differed or went wrong."""

    _inherit = "sync.run"

    trigger = fields.Selection(
        selection_add=[("revert", "Revert")], ondelete={"revert": "cascade"}
    )
    confirmed = fields.Integer(
        string="Known by the API",
        readonly=True,
        help="Products with an external ID that the API knew, in a run that reads"
        " everything.",
    )
    unmatched = fields.Integer(readonly=True, aggregator="sum")
    nameless = fields.Integer(
        string="Rows Without an ID",
        readonly=True,
        aggregator="sum",
        help="Rows of the API that do not say which product they are about; the first"
        " ones have lines.",
    )
    undated = fields.Integer(
        string="Times Not Understood",
        readonly=True,
        aggregator="sum",
        help="Quantities whose time in the API's answer was not understood. They count"
        " all the same, without it: nothing tells whether they are outdated.",
    )
    rows_twice = fields.Boolean(
        string="Rows That Differ",
        readonly=True,
        help="Whether two rows differed about one product and location. A row that"
        " moves while it changes does so, and another may have slipped by.",
    )
    drift_count = fields.Integer(
        string="Missed Changes",
        readonly=True,
        help="Products that had changed without a list of changes mentioning them.",
    )
    drift_total = fields.Integer(
        string="Changes in All",
        readonly=True,
        help="Of how many products that had changed.",
    )
    queue = fields.Json(
        readonly=True,
        groups=NO_ACCESS,
        exportable=False,
        copy=False,
        prefetch=False,  # a catalogue's worth of numbers
        help="The bindings to ask about, in their order, where that is one by one.",
    )
    line_ids = fields.One2many("stock.sync.run.line", "run_id", readonly=True)
    reverted_run_id = fields.Many2one(
        "sync.run",
        string="Reverts",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        help="The run whose changes this one has undone.",
    )
    revert_run_ids = fields.One2many(
        "sync.run", "reverted_run_id", string="Reverted By", readonly=True
    )
    has_held_lines = fields.Boolean(compute="_compute_has_held_lines")

    @api.depends("nameless", "undated", "line_ids.state")
    def _compute_message(self):
        return super()._compute_message()

    @api.depends("state", "line_ids.state", "line_ids.error_code")
    def _compute_has_held_lines(self):
        held = self.env["stock.sync.run.line"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("state", "=", "planned"),
                ("error_code", "=", "held_by_guard"),
            ],
            ["run_id"],
        )
        runs_with_held_lines = {run for [run] in held}
        for run in self:
            run.has_held_lines = run.state == "held" or run in runs_with_held_lines

    def _has_held(self):
        return super()._has_held() or self.has_held_lines

    def _get_parts(self, reasons=None):
        parts = super()._get_parts(reasons)
        if self.has_held_lines:
            waiting = format_number(self.env, len(self._waiting_lines()))
            parts.append(self.env._("%s waiting for approval", waiting))
        if self.drift_count:
            parts.append(self._drift_text())
        if self.unmatched:
            unmatched = format_number(self.env, self.unmatched)
            parts.append(self.env._("%s IDs without a product", unmatched))
        if self.nameless:
            nameless = format_number(self.env, self.nameless)
            parts.append(self.env._("%s rows without a usable ID", nameless))
        if self.undated:
            parts.append(
                self.env._(
                    "the time of %s rows was not understood, and their quantities count"
                    " without it",
                    format_number(self.env, self.undated),
                )
            )
        return parts

    def _drift_text(self):
        return self.env._(
            "“changes only” missed %(missed)s of %(changed)s",
            missed=format_number(self.env, self.drift_count),
            changed=format_number(self.env, self.drift_total),
        )

    def _get_failure_reasons(self):
        """Why products have failed, the most frequent reason first.

        :return: dict of run to a text such as “Not found by the API, Invalid quantity”
        """
        names = dict(self._fields["error_code"]._description_selection(self.env))
        groups = self.env["stock.sync.run.line"]._read_group(
            [("run_id", "in", self.ids), ("state", "=", "failed")],
            ["run_id", "error_code"],
            ["__count"],
            order="__count DESC, error_code",
        )
        reasons = {}
        for run, code, _count in groups:
            if code:
                reasons.setdefault(run, []).append(names[code])
        return {run: ", ".join(texts) for run, texts in reasons.items()}

    def _get_log_name(self):
        if self.flow_id.kind != KIND:
            return super()._get_log_name()
        return "Stock synchronisation of backend"

    def _count_to_do(self):
        planned = [("run_id", "=", self.id), ("state", "=", "planned")]
        return super()._count_to_do() + self.line_ids.search_count(planned)

    def _count_read(self):
        return super()._count_read() + self.unmatched

    def _count_undated(self, levels):
        """Remember that times were not understood: once, and not for each row."""
        self._count(undated=sum(level.undated for level in levels))

    @api.model
    def _forget_place(self):
        return {**super()._forget_place(), "queue": False}

    def _has_more_to_do(self):
        if super()._has_more_to_do() or self.rows_twice:
            return True
        waiting = ["apply_failed", "count_in_progress", "move_in_progress"]
        waiting += ["below_reserved", "held_by_guard"]
        return bool(
            self.line_ids.search_count(
                [("run_id", "=", self.id), ("error_code", "in", waiting)], limit=1
            )
        )

    def _move_reference(self):
        """The reference of the moves that this run makes."""
        self.ensure_one()
        reference = f"{self.flow_id.name} #{self.id}"
        if self.reverted_run_id:
            return self.env._(
                "%(run)s, reverts #%(reverted)s",
                run=reference,
                reverted=self.reverted_run_id.id,
            )
        return reference

    def _reject(self, lines=None, problem=()):
        """
        :param lines: only these of the held lines; by default all
        :param problem: (error code, facts), where it was not a person who looked at
            them
        """
        for run in self:
            waiting = run._waiting_lines()
            rejected = waiting if lines is None else waiting & lines
            for line in rejected:
                line._hold(reason="rejected")
            rejected.state = "skipped"
            if problem:
                code, facts = problem
                rejected.write({"error_code": code, "error_facts": facts})
            run._count(skipped=len(rejected))
            if run.state == "held" and rejected == waiting:
                facts = {**(run.error_facts or {}), "reason": "not_approved"}
                run._finish("interrupted", *(problem or ("held_by_guard", facts)))

    def _end_held(self, problem):
        self._reject(problem=problem)

    def _why_left(self):
        """The facts for lines that go on waiting when others of the run are approved.

        They wait because the run was held, and not because of what they are.
        """
        self.ensure_one()
        facts = self.error_facts or {}
        reason = f"left_{facts.get('reason')}"
        if f"held_by_guard.{reason}" not in SENTENCES:
            reason = "left"
        return {**facts, "reason": reason}

    def _waiting_lines(self):
        """The lines of the run that wait for a person."""
        Line = self.env["stock.sync.run.line"]
        return Line.search(Line._held_domain() & Domain("run_id", "in", self.ids))
