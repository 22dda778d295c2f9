from odoo import SUPERUSER_ID, api, fields, models


class SyncFlow(models.Model):
    """One kind of record with one backend, in one direction.

    What is asked, what the answer means, when, and how it is doing. The address, the
    credentials and the limits are the backend's, and shown as the flow's own.
    """

    _name = "sync.flow"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _inherits = {"sync.backend": "backend_id"}
    _description = "Synchronisation Flow"
    _order = "sequence, id"
    _check_company_auto = True

    backend_id = fields.Many2one(
        "sync.backend",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        help="The external system. Its address, credentials and limits are those of all"
        " its flows.",
    )
    kind = fields.Selection(
        [], required=True, readonly=True, default=lambda self: self._default_kind()
    )
    name = fields.Char(required=True)
    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, precompute=True, readonly=False
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users",
        string="Scheduled As",
        required=True,
        default=lambda self: self.env.user,
        help="The scheduled action works as this user, who needs the rights for it in"
        " the company.",
    )
    paused = fields.Boolean(help="Nothing is synchronised while this is set.")
    run_ids = fields.One2many("sync.run", "flow_id")

    _name_company_uniq = models.Constraint(
        "UNIQUE(name, company_id)",
        "Another backend of the company has this name.",
    )

    @api.model
    def _default_kind(self):
        """The only one that there is."""
        kinds = list(self._get_kinds())
        return kinds[0] if len(kinds) == 1 else False

    @api.model
    def _default_of_kind(self, fname):
        """The default of a field, for the kind that a form is opened for."""
        kind = self.env.context.get("default_kind") or self._default_kind()
        return self._get_default_values(kind).get(fname, False)

    @api.model
    def _get_default_values(self, kind):
        """What a new flow of a kind has in the fields that ask for it."""
        return {}

    @api.model
    def default_get(self, fields_list):
        """Without what a backend has that is there already."""
        values = super().default_get(fields_list)
        if values.get("backend_id"):
            inherited = {name for name in values if self._fields[name].inherited}
            values = {name: values[name] for name in values.keys() - inherited}
        return values

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_vals(vals) for vals in vals_list])

    @api.model
    def _prepare_vals(self, vals):
        """The values of a new flow, with what goes without saying for its kind."""
        if backend_id := self.env.context.get("default_backend_id"):
            vals = {"backend_id": backend_id, **vals}
        vals = self._clean_vals(vals)
        if vals.get("backend_id"):
            self._check_may_use(vals["backend_id"])
        else:
            # Named and empty, it would be looked into before there is a new one.
            vals = {name: vals[name] for name in vals if name != "backend_id"}
        kind = vals.get("kind", self.env.context.get("default_kind"))
        return {**self._get_default_values(kind or self._default_kind()), **vals}

    def write(self, vals):
        vals = self._clean_vals(vals)
        left = self.env["sync.backend"]
        if "backend_id" in vals:
            self._check_may_use(vals["backend_id"])
            left = self._leave_backend(vals["backend_id"])
            super().write({"backend_id": vals["backend_id"]})
        shared = {name: vals[name] for name in vals if self._fields[name].inherited}
        if shared:
            # At once: they are checked together, and an address before its secret.
            self.backend_id.write(shared)
        result = super().write({k: v for k, v in vals.items() if k not in shared})
        left._unlink_without_flows()
        return result

    @api.model
    def _check_may_use(self, backend_id):
        """:raise AccessError: where the user may not set up this backend"""
        self.env["sync.backend"].browse(backend_id).check_access("write")

    def _leave_backend(self, backend_id):
        """Before flows move to a backend; returns those that they leave.

        A secret is for the server that it was entered for, and for no other.
        """
        moved = self.filtered(lambda flow: flow.backend_id.id != backend_id)
        moved.sudo().parameter_ids.filtered("is_secret")._forget_secret()
        return moved.backend_id

    def unlink(self):
        self.check_access("unlink")
        self.sudo().parameter_ids.unlink()  # PostgreSQL would leave their secrets
        backends = self.backend_id
        result = super().unlink()
        backends._unlink_without_flows()
        return result

    @api.model
    def _clean_vals(self, vals):
        """The values as they are to be kept."""
        return vals

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", backend.name))
            if "name" not in (default or {})
            else vals
            for backend, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # --- the kind ---

    @api.model
    def _get_kinds(self):
        """The kinds that there are; who adds one adds it here.

        :return: dict of a value of ``kind`` to :class:`Kind`
        """
        return {}

    def _get_kind(self):
        """:return: the :class:`Kind` of this flow"""
        self.ensure_one()
        return self._get_kinds()[self.kind]

    def _get_service(self):
        """The service of the flow's kind."""
        return self.env[self._get_kind().service]

    def _may_run(self, user):
        """Whether this user may have the flow do its work."""
        self.ensure_one()
        return user.has_group(self._get_kind().user_group)

    def _may_decide(self, user):
        """Whether this user may approve, reject and stop."""
        self.ensure_one()
        return user.has_group(self._get_kind().manager_group)

    def _explain(self, code, facts):
        """The sentence for an error of this flow; see ``sync.error``."""
        return self.env["sync.error"]._explain(code, facts, self.kind)

    def _get_title(self):
        """What stands above a message about this kind of flow."""
        return self.env._("Synchronisation")

    # --- whether it can work ---

    def _problem(self, user):
        """Why this flow cannot work now for this user, before any request.

        :return: (code, facts), or None where nothing stands in the way
        """
        self.ensure_one()
        if user.id != SUPERUSER_ID and not (
            user.active and self._may_run(user) and self.company_id in user.company_ids
        ):
            return "access_denied", {
                "user": user.name,
                "company": self.company_id.display_name,
            }
        if facts := self._not_configured():
            return "not_configured", {"backend": self.name, **facts}
        return None

    def _not_configured(self):
        """What keeps the flow from working, whoever the user is.

        :return: facts with a ``reason``; None where nothing does
        """
        if not self.active:
            return {"reason": "archived"}
        if self.paused:
            return {"reason": "paused"}
        backend = self.backend_id
        if not backend.base_url:
            return {"reason": "no_address"}
        if backend.auth_type == "oauth2" and not backend.oauth_token_url:
            return {"reason": "no_token_url"}
        return self._missing_secret()

    def _may_be_tried(self, problem):
        """Whether one request can be sent although this stands in the way of a run."""
        return False

    def _missing_secret(self):
        """The facts about a secret that is needed and not there; None if all are."""
        backend = self.backend_id
        if backend.auth_type != "none" and not backend.has_secret:
            return backend._missing_secret_facts() or {"reason": "no_secret"}
        for row in self._get_parameters():
            if row.is_secret and not row.has_secret:
                facts = {"reason": "no_secret_parameter", "name": row.name}
                return row._missing_secret_facts() or facts
        return None

    def _get_parameters(self):
        """The headers and parameters that go with this flow's requests, in sudo.

        Its own come last: of two with one name the last one is sent.
        """
        flow = self.sudo()
        if not flow.id:  # a form that is being filled in
            return flow.shared_parameter_ids | flow.parameter_ids
        rows = self.env["sync.parameter"].sudo()
        rows = rows.search(
            [
                ("backend_id", "=", flow.backend_id.id),
                ("flow_id", "in", [False, flow.id]),
            ]
        )
        return rows.sorted(lambda row: bool(row.flow_id))
