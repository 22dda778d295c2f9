from odoo import api, fields, models
from odoo.exceptions import UserError


class StockSyncSetupMixin(models.AbstractModel):
    """A backend's first set-up: nothing happens by itself before its end."""

    _name = "stock.sync.setup.mixin"
    _description = "Stock Synchronisation Set-up"

    STEPS = [
        ("connect", "Connect"),
        ("test", "Test"),
        ("location", "Location"),
        ("preview", "Preview"),
        ("done", "Switched On"),
    ]
    setup_step = fields.Selection(
        STEPS,
        string="Set-up",
        required=True,
        default="done",
        copy=False,
        help="The scheduled action leaves a backend alone until its set-up is"
        " finished.",
    )
    needs_setup = fields.Boolean(compute="_compute_needs_setup")
    sample_external_id = fields.Char(
        string="Product to Try",
        copy=False,
        help="The external ID that Test Connection asks about, for example 123. Empty:"
        " that of the first product which has one.",
    )
    last_test_id = fields.Many2one(
        "stock.sync.connection.test",
        compute="_compute_last_test",
        groups="stock.group_stock_manager",
    )
    test_summary = fields.Text(
        compute="_compute_last_test", groups="stock.group_stock_manager"
    )
    test_problem = fields.Text(
        compute="_compute_last_test", groups="stock.group_stock_manager"
    )
    test_excerpt = fields.Text(
        string="Answer",
        compute="_compute_last_test",
        groups="stock.group_stock_manager",
    )
    test_row_ids = fields.One2many(
        "stock.sync.connection.test.row",
        string="Tested Rows",
        compute="_compute_last_test",
        groups="stock.group_stock_manager",
    )
    test_code_count = fields.Integer(
        compute="_compute_last_test",
        groups="stock.group_stock_manager",
        help="The location codes of the answer that the location map lacks.",
    )
    last_preview_id = fields.Many2one("stock.sync.run", compute="_compute_last_preview")
    preview_state = fields.Char(compute="_compute_last_preview")
    preview_message = fields.Char(compute="_compute_last_preview")
    preview_outcomes = fields.Html(compute="_compute_last_preview", sanitize=False)
    preview_progress = fields.Char(compute="_compute_last_preview")

    @api.depends("setup_step", "base_url", "location_id", "location_map_ids")
    def _compute_needs_setup(self):
        for backend in self:
            backend.needs_setup = (
                backend.setup_step != "done"
                or not backend.base_url
                or not backend.location_id
            )

    @api.depends("location_map_ids.code")
    @api.depends_context("uid")
    def _compute_last_test(self):
        """One's own: nobody else's is shown."""
        Test = self.env["stock.sync.connection.test"]
        for backend in self:
            test = Test.search(
                [
                    ("backend_id", "in", backend._origin.ids),
                    ("create_uid", "=", self.env.uid),
                ],
                order="id desc",
                limit=1,
            )
            codes = {row.code for row in test.location_ids}
            backend.last_test_id = test
            backend.test_summary = test.summary
            backend.test_problem = test.problem
            backend.test_excerpt = test.excerpt
            backend.test_row_ids = test.row_ids
            backend.test_code_count = len(
                codes - set(backend.location_map_ids.mapped("code"))
            )

    @api.depends_context("lang")
    def _compute_last_preview(self):
        for backend in self:
            run = self.env["stock.sync.run"].search(
                [("backend_id", "in", backend._origin.ids), ("preview", "=", True)],
                limit=1,
            )
            backend.last_preview_id = run
            backend.preview_state = run.state
            backend.preview_message = run.message
            backend.preview_outcomes = run.outcomes
            backend.preview_progress = run.progress

    def action_connect_api(self):
        """A new backend, in the first step of its set-up."""
        self.check_access("create")
        return self.new({"setup_step": "connect"})._action_setup()

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
                (
                    self.env.ref(
                        "stock_sync_api.stock_sync_backend_view_form_setup"
                    ).id,
                    "form",
                )
            ],
            "context": {"default_setup_step": "connect"},
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
        names = [name for name, _label in self.STEPS]
        position = names.index(self.setup_step) + distance
        return names[min(max(0, position), len(names) - 1)]

    def _check_step(self):
        problem = self._problem(self.env.user)
        if not problem:
            return
        before_location = self.setup_step in ("connect", "test")
        if before_location and problem[1].get("reason") == "no_location":
            return
        raise UserError(self.env["stock.sync.error.mixin"]._explain(*problem))

    def action_setup_test(self):
        """Test the connection; the form shows what came of it."""
        self.ensure_one()
        self.check_access("write")
        self.env["stock.sync.connection.test"]._run_test(self)

    def action_setup_codes(self):
        """Choose locations for the codes that the test has shown."""
        self.ensure_one()
        self.check_access("write")
        return self.last_test_id._show()

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
            raise UserError(self.env["stock.sync.error.mixin"]._explain(*problem))
        self.setup_step = "done"
        action = self.env["stock.sync.service"]._notification(
            "success",
            self.env._(
                "%(backend)s is switched on. %(schedule)s.",
                backend=self.name,
                schedule=self.schedule,
            ),
        )
        action["params"]["next"] = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_backend_action"
        )
        return action
