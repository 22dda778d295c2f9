import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.orm.models import NO_ACCESS

from ..tools import format_number
from .stock_sync_error_mixin import SENTENCES

_logger = logging.getLogger(__name__)

#: runs over all products that are not finished
OPEN_RUNS = Domain("scope", "=", "backend") & Domain(
    "state", "in", ["planning", "applying"]
)

#: a run that has had no answer for so long is not asked to wait any more, but fails
LONGEST_SILENCE = timedelta(hours=24)


class StockSyncRun(models.Model):
    """One execution, with counters; its lines are what differed or went wrong."""

    _name = "stock.sync.run"
    _inherit = ["stock.sync.error.mixin"]
    _description = "Stock Synchronisation Run"
    _order = "id desc"

    backend_id = fields.Many2one(
        "stock.sync.backend",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
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
            ("revert", "Revert"),
        ],
        required=True,
        default="manual",
        readonly=True,
    )
    scope = fields.Selection(
        [("backend", "All products"), ("products", "Chosen products")],
        required=True,
        default="backend",
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
    confirmed = fields.Integer(
        string="Known by the API",
        readonly=True,
        help="Products with an external ID that the API knew, in a run that reads"
        " everything.",
    )
    unchanged = fields.Integer(readonly=True, aggregator="sum")
    changed = fields.Integer(readonly=True, aggregator="sum")
    unmatched = fields.Integer(readonly=True, aggregator="sum")
    nameless = fields.Integer(
        string="Rows Without an ID",
        readonly=True,
        aggregator="sum",
        help="Rows of the API that do not say which product they are about; the first"
        " ones have lines.",
    )
    skipped = fields.Integer(readonly=True, aggregator="sum")
    failed = fields.Integer(readonly=True, aggregator="sum")
    undated = fields.Integer(
        string="Times Not Understood",
        readonly=True,
        aggregator="sum",
        help="Quantities whose time in the API's answer was not understood. They count"
        " all the same, without it: nothing tells whether they are outdated.",
    )
    api_calls = fields.Integer(string="API Calls", readonly=True, aggregator="sum")
    message = fields.Char(compute="_compute_message")
    delta = fields.Boolean(
        string="Changes Only",
        readonly=True,
        help="The API was asked only for what has changed since an earlier run.",
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
    queue = fields.Json(
        readonly=True,
        groups=NO_ACCESS,
        exportable=False,
        copy=False,
        prefetch=False,  # a catalogue's worth of numbers
        help="The bindings to ask about, in their order, where that is one by one.",
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
    line_ids = fields.One2many("stock.sync.run.line", "run_id", readonly=True)
    reverted_run_id = fields.Many2one(
        "stock.sync.run",
        string="Reverts",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
        help="The run whose changes this one has undone.",
    )
    revert_run_ids = fields.One2many(
        "stock.sync.run", "reverted_run_id", string="Reverted By", readonly=True
    )
    has_held_lines = fields.Boolean(compute="_compute_has_held_lines")

    # One run over all products of a backend at a time; the button on chosen products
    # works beside it.
    _one_open_run = models.UniqueIndex(
        "(backend_id) WHERE scope = 'backend' AND state IN ('planning', 'applying')"
    )

    @api.depends("backend_id.name")
    def _compute_display_name(self):
        for run in self:
            run.display_name = f"{run.backend_id.name} #{run.id or ''}"

    @api.depends(
        "error_message",
        "state",
        "unchanged",
        "changed",
        "skipped",
        "failed",
        "nameless",
        "undated",
        "preview",
        "resume_date",
        "line_ids.state",
    )
    @api.depends_context("lang", "tz")
    def _compute_message(self):
        reasons = self.filtered("failed")._get_failure_reasons()
        for run in self:
            waiting = run._is_waiting() and run.progress
            summary = waiting or run._summary(reasons.get(run))
            run.message = run.error_message or summary

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

    def _summary(self, reasons=None):
        """The counters in words.

        :param str reasons: why products have failed
        """
        self.ensure_one()
        figures = {
            name: format_number(self.env, self[name])
            for name in ("changed", "unchanged", "skipped", "failed")
        }
        if self.preview:
            figures["changed"] = format_number(self.env, self._count_planned())
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
        parts = [f"{counters} ({reasons})" if reasons else counters]
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
        return ", ".join(parts)

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

    def _count_planned(self):
        """What a run would change, or has yet to change."""
        self.ensure_one()
        return self.env["stock.sync.run.line"].search_count(
            [("run_id", "=", self.id), ("state", "=", "planned")]
        )

    def _count(self, **increments):
        """Add to the counters."""
        self.ensure_one()
        values = {name: self[name] + more for name, more in increments.items() if more}
        if values:
            self.write(values)

    def _count_undated(self, levels):
        """Remember that times were not understood: once, and not for each row."""
        self._count(undated=sum(level.undated for level in levels))

    def _finish(self, state=None, error_code=None, error_facts=None):
        """Close the run; without a state, the counters decide which."""
        self.ensure_one()
        if state is None:
            useful = any(
                [self.changed, self.unchanged, self.skipped, self.has_held_lines]
            ) or (self.preview and self._count_planned())
            state = "done"
            if error_code or self.failed or self.skipped or self.has_held_lines:
                state = "partial" if useful else "failed"
        values = {
            "state": state,
            "end_date": fields.Datetime.now(),
            "plan_state": False,
            "queue": False,
            "resume_date": False,
            "settled": self.complete and not error_code and not self._has_more_to_do(),
        }
        if error_code:
            values.update(error_code=error_code, error_facts=error_facts)
        self.write(values)
        if self.scope == "backend":
            self._log_end()
            if not self.preview:
                self.backend_id._after_run(self)

    def _log_end(self):
        """One line for a run that went wrong, or that has changed something.

        Not for chosen products, of which each problem is logged with its product.
        """
        if self.backend_id._was_rejected(self) or self.state == "held":
            level = logging.INFO
        elif self.error_code or self.state in ("failed", "interrupted"):
            level = logging.WARNING
        elif self.changed:
            level = logging.INFO
        else:
            return
        _logger.log(
            level,
            "Stock synchronisation of backend %s, run %s: %s: %s",
            self.backend_id.id,
            self.id,
            self.error_code or self.state,
            self.backend_id._reason(self),
        )

    def _is_waiting(self):
        """Whether the API has asked for a pause, after which the run goes on."""
        return bool(self.resume_date)

    def _wait(self, date, state):
        """Go on at a time, from where the reading is.

        :param state: where that is, as ``stock.sync.read`` has it
        """
        waits = state.get("waits", 0) + 1
        self.write({"resume_date": date, "plan_state": {**state, "waits": waits}})

    def _resume(self):
        self.resume_date = False
        self.backend_id._end_pause()

    def _has_waited_in_vain(self):
        """Whether the API has said nothing but that it wants a pause, for a day."""
        since = self.heard_date or self.start_date
        return since < fields.Datetime.now() - LONGEST_SILENCE

    def action_stop(self):
        """End a run that is under way, or waits; what was applied stays."""
        self._check_may_decide()
        for run in self.filtered(lambda run: run._is_under_way()):
            run.sudo().write({"decided_by_id": self.env.user.id})
            run.sudo()._finish("interrupted")

    def _has_more_to_do(self):
        """Whether a delta must ask again for something that this run was told.

        Or was not told, because the list moved while it was read.
        """
        if (self.plan_state or {}).get("moved"):
            return True
        if self.rows_twice:
            return True
        waiting = ["apply_failed", "count_in_progress", "move_in_progress"]
        waiting += ["below_reserved", "held_by_guard"]
        return bool(
            self.env["stock.sync.run.line"].search_count(
                [("run_id", "=", self.id), ("error_code", "in", waiting)], limit=1
            )
        )

    def _is_under_way(self):
        """Whether more may come of it by itself; a run that is held has been read."""
        self.ensure_one()
        return self.state in ("planning", "applying")

    def _is_list(self):
        """Whether it goes by the API's list, and not by the bindings."""
        return self.scope == "backend" and self.backend_id.request_mode == "list"

    def _move_reference(self):
        """The reference of the moves that this run makes."""
        self.ensure_one()
        reference = f"{self.backend_id.name} #{self.id}"
        if self.reverted_run_id:
            return self.env._(
                "%(run)s, reverts #%(reverted)s",
                run=reference,
                reverted=self.reverted_run_id.id,
            )
        return reference

    def action_approve(self):
        """Apply the held lines; they are compared again before anything is written."""
        self._check_may_decide()
        for run in self:
            run._check_is_held()
            run._approve()
        return self[-1:]._notification()

    def _approve(self, lines=None):
        """
        :param lines: only these of the held lines; by default all
        """
        self.ensure_one()
        service = self.env["stock.sync.service"]
        engine = service._engine(self.backend_id, self.env.user)
        if not engine._apply_held(self, lines):
            service._continue_later(self.backend_id)

    def action_reject(self):
        """Leave the stock as it is."""
        self._check_may_decide()
        self._check_is_held()
        self.sudo().decided_by_id = self.env.user
        self.sudo()._reject()
        for backend in self.sudo().backend_id:
            backend._tell_of_held()
        return True

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
                self.env["stock.sync.guard"]._hold_line(line, reason="rejected")
            rejected.state = "skipped"
            if problem:
                code, facts = problem
                rejected.write({"error_code": code, "error_facts": facts})
            run._count(skipped=len(rejected))
            if run.state == "held" and rejected == waiting:
                facts = {**(run.error_facts or {}), "reason": "not_approved"}
                run._finish("interrupted", *(problem or ("held_by_guard", facts)))

    def _end_as_changed(self):
        """The backend's settings mean something else now than when these runs read."""
        for run in self:
            run.decided_by_id = self.env.user
            facts = {"backend": run.backend_id.name, "user": self.env.user.name}
            if run._is_under_way():
                run._finish(
                    "interrupted", "not_configured", {**facts, "reason": "changed"}
                )
            else:
                facts["reason"] = "changed_held"
                run._reject(problem=("not_configured", facts))

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

    def action_revert(self):
        """Bring the stock back to what it was before, where it has not moved since."""
        self.ensure_one()
        return self._revert(self.line_ids)

    def _revert(self, lines):
        """:return: a notification that leads to the new run"""
        self._check_may_decide()
        service = self.env["stock.sync.service"]
        engine = service._engine(self.backend_id, self.env.user)
        run = engine.env["stock.sync.revert"]._revert(self, lines).with_env(self.env)
        action = run._notification()
        action["params"]["message"] += "\n" + self.env._(
            "The next synchronisation sets the API's quantities again: pause the"
            " backend, or correct the other system first."
        )
        action["params"]["sticky"] = True
        action["params"]["next"] = {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": run.id,
            "views": [(False, "form")],
        }
        return action

    def action_accept_catalogue(self):
        """From now on the API is expected to know as many products as in this run."""
        self._check_may_decide()
        self.ensure_one()
        if self.error_code != "catalogue_lost" or not self.confirmed:
            raise UserError(self.env._("This run has found no catalogue to accept."))
        self.sudo().decided_by_id = self.env.user
        self.sudo().backend_id._accept_catalogue(self)
        return self.env["stock.sync.service"]._notification(
            "success",
            self.env._("The next run over all products goes by this catalogue."),
        )

    def _check_is_held(self):
        if not all(run.has_held_lines for run in self):
            raise UserError(self.env._("Nothing is held in this run."))

    def _check_may_decide(self):
        self.check_access("read")
        if not self.env.user.has_group("stock.group_stock_manager"):
            raise AccessError(
                self.env._("Only an inventory manager may approve, reject or revert.")
            )

    def _notification(self):
        """The answer to a button: what happened to one product, or how many."""
        kinds = {"done": "success", "partial": "warning", "held": "warning"}
        kind = "danger"
        if len(set(self.mapped("state"))) == 1:
            kind = kinds.get(self[0].state, "danger")
        elif any(run.state != "failed" for run in self):
            kind = "warning"
        message = "\n".join(run._outcome_text() for run in self)
        return self.env["stock.sync.service"]._notification(kind, message)

    def _outcome_text(self):
        self.ensure_one()
        if self.error_message or self.preview:
            return self.message
        # what the API keeps no stock of (null) has a line, but counts nowhere
        if self.changed + self.unchanged + self.skipped + self.failed <= 1:
            if self.unchanged and not self.line_ids:
                return self.env._("already up to date")
            if len(self.line_ids) == 1 and not self.unchanged:
                return self.line_ids.description
        return self.message

    def action_view_lines(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_run_line_action"
        )
        action["domain"] = [("run_id", "in", self.ids)]
        return action
