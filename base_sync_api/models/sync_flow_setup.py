from odoo import api, fields, models
from odoo.exceptions import UserError


class SyncFlow(models.Model):
    """A flow's first set-up: nothing happens by itself before its end."""

    _inherit = "sync.flow"

    STEPS = [
        ("connect", "Connect"),
        ("test", "Test"),
        ("preview", "Preview"),
        ("done", "Switched On"),
    ]
    setup_step = fields.Selection(
        STEPS,
        string="Set-up",
        required=True,
        default="done",
        copy=False,
        help="The scheduled action leaves it alone until its set-up is finished.",
    )
    needs_setup = fields.Boolean(compute="_compute_needs_setup")
    has_other_backends = fields.Boolean(compute="_compute_has_other_backends")
    sample_external_id = fields.Char(
        string="ID to Try",
        copy=False,
        help="The external ID that Test Connection asks about, for example 123.",
    )
    last_test_id = fields.Many2one(
        "sync.connection.test",
        compute="_compute_last_test",
        groups="base_sync_api.group_sync_manager",
    )
    test_summary = fields.Text(
        compute="_compute_last_test", groups="base_sync_api.group_sync_manager"
    )
    test_problem = fields.Text(
        compute="_compute_last_test", groups="base_sync_api.group_sync_manager"
    )
    test_excerpt = fields.Text(
        string="Answer",
        compute="_compute_last_test",
        groups="base_sync_api.group_sync_manager",
    )
    test_passed = fields.Boolean(
        compute="_compute_last_test",
        groups="base_sync_api.group_sync_manager",
        help="Whether the answer was understood, and was about something.",
    )
    last_preview_id = fields.Many2one("sync.run", compute="_compute_last_preview")
    preview_state = fields.Char(compute="_compute_last_preview")
    preview_message = fields.Char(compute="_compute_last_preview")
    preview_outcomes = fields.Html(compute="_compute_last_preview", sanitize=False)
    preview_progress = fields.Char(compute="_compute_last_preview")

    @api.depends("setup_step", "base_url")
    def _compute_needs_setup(self):
        for flow in self:
            flow.needs_setup = flow.setup_step != "done" or not flow.base_url

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_has_other_backends(self):
        """Whether a new flow may be one more of a system that is known already."""
        known = bool(
            self.env["sync.backend"].search([("base_url", "!=", False)], limit=1)
        )
        for flow in self:
            flow.has_other_backends = known and not flow._origin

    @api.depends_context("uid")
    def _compute_last_test(self):
        """One's own: nobody else's is shown."""
        Test = self.env["sync.connection.test"]
        for flow in self:
            test = Test.search(
                [
                    ("flow_id", "in", flow._origin.ids),
                    ("create_uid", "=", self.env.uid),
                ],
                order="id desc",
                limit=1,
            )
            flow.last_test_id = test
            flow.test_summary = test.summary
            flow.test_problem = test.problem
            flow.test_excerpt = test.excerpt
            flow.test_passed = test.has_found and not test.problem

    @api.depends_context("lang")
    def _compute_last_preview(self):
        for flow in self:
            run = self.env["sync.run"].search(
                [("flow_id", "in", flow._origin.ids), ("preview", "=", True)],
                limit=1,
            )
            flow.last_preview_id = run
            flow.preview_state = run.state
            flow.preview_message = run.message
            flow.preview_outcomes = run.outcomes
            flow.preview_progress = run.progress

    def action_connect_api(self):
        """A new flow, in the first step of its set-up."""
        self.check_access("create")
        kind = self.env.context.get("default_kind") or self._default_kind()
        return self.new({"kind": kind, "setup_step": "connect"})._action_setup()

    def action_set_up(self):
        """Begin the set-up, or go on with it; until its end nothing is scheduled."""
        self.ensure_one()
        self.check_access("write")
        if self.setup_step == "done":
            self.setup_step = "connect"
        return self._action_setup()

    def _action_setup(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect an API"),
            "res_model": self._name,
            "res_id": self.id or False,
            "views": [
                (self.env.ref("base_sync_api.sync_flow_view_form_setup").id, "form")
            ],
            "context": {"default_kind": self.kind, "default_setup_step": "connect"},
        }

    def action_next_step(self):
        """On to the next step, once this one has what it needs.

        :raise UserError: what is missing, in a sentence
        """
        self.ensure_one()
        self.check_access("write")
        self._check_step()
        self.setup_step = self._step_beside(1)

    def action_previous_step(self):
        self.ensure_one()
        self.check_access("write")
        self.setup_step = self._step_beside(-1)

    def _step_beside(self, distance):
        names = self._get_steps()
        position = names.index(self.setup_step) + distance
        return names[min(max(0, position), len(names) - 1)]

    def _get_steps(self):
        """:return: the names of the steps for this kind of flow, in order"""
        return [name for name, _label in self.STEPS]

    def _check_step(self):
        problem = self._problem(self.env.user)
        if problem and not self._is_for_later(problem):
            raise UserError(self._explain(*problem))

    def _is_for_later(self, problem):
        """Whether a later step of the set-up is there for this problem."""
        return False

    def action_setup_test(self):
        """Test the connection; the form shows what came of it."""
        self.ensure_one()
        self.check_access("write")
        self.env["sync.connection.test"]._run_test(self)

    def action_setup_preview(self):
        """Preview; the form shows what came of it."""
        self.ensure_one()
        self.check_access("write")
        self.action_preview()

    def action_view_preview(self):
        self.ensure_one()
        self.check_access("read")
        return self.last_preview_id._action_form()

    def action_switch_on(self):
        """The end of the set-up: from now on the scheduled action does the work."""
        self.ensure_one()
        self.check_access("write")
        if problem := self._problem(self.env.user):
            raise UserError(self._explain(*problem))
        self.setup_step = "done"
        message = self.env._(
            "%(backend)s is switched on. %(schedule)s.",
            backend=self.name,
            schedule=self.schedule,
        )
        action = self._notify("success", message)
        action["params"]["next"] = self._get_dashboard_action()
        return action

    def _get_dashboard_action(self):
        """Where the flow's card is."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "base_sync_api.sync_flow_action"
        )
