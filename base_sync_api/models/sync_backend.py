from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError

from ..client import Auth, Limits, same_host
from ..tools.names import may_be_header
from ..tools.settings import check_parameter_name, label, used_value
from ..tools.shared_turns import shared_turns
from ..tools.urls import is_plain_url

#: see ``is_used``
USED_WITH = {
    "auth_header": {"auth_type": ["api_key"], "auth_param": False},
    "auth_param": {"auth_type": ["api_key"]},
    "auth_username": {"auth_type": ["basic", "oauth2"]},
    "oauth_token_url": {"auth_type": ["oauth2"]},
    "oauth_scope": {"auth_type": ["oauth2"]},
}


class SyncBackend(models.Model):
    """One external system: where it is, who we are there, how fast we may ask.

    What all its flows share; in the simple case it has one, whose form shows this, too.
    """

    _name = "sync.backend"
    _inherit = ["sync.secret.mixin"]
    _description = "Synchronisation Backend"
    _order = "name, id"

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        help="What the external system is called.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self._default_responsible(),
        domain="[('share', '=', False)]",
        help="Is told, once, when the scheduled action keeps failing, and when it works"
        " again; and has to approve or reject what was held. Whoever enters the"
        " address first, unless someone else is named.",
    )
    flow_ids = fields.One2many("sync.flow", "backend_id")
    flow_count = fields.Integer(compute="_compute_flow_count")

    # --- where it is, and who asks ---
    base_url = fields.Char(
        string="Base URL",
        help="Where the API is, for example https://api.globalshop.example/v1",
    )
    auth_type = fields.Selection(
        [
            ("none", "None"),
            ("api_key", "API key"),
            ("bearer", "Bearer token"),
            ("basic", "User name and password"),
            ("oauth2", "OAuth2 client credentials"),
        ],
        string="Authentication",
        required=True,
        default="none",
    )
    auth_header = fields.Char(
        string="API Key Header",
        default="X-API-Key",
        help="The header that carries the API key, for example X-API-Key.",
    )
    auth_param = fields.Char(
        string="API Key Parameter",
        help="The parameter that carries the API key, for example api_key; then no"
        " header does. Prefer the header where the API allows it: addresses are"
        " written to logs.",
    )
    auth_username = fields.Char(
        string="User Name", help="The user name, or the client ID of OAuth2."
    )
    oauth_token_url = fields.Char(
        string="Token URL",
        help="Where OAuth2 tokens are fetched, for example"
        " https://auth.example.com/oauth/token",
    )
    oauth_scope = fields.Char(
        string="Scope",
        help="What the token is asked for, if the API wants that said, for example"
        " view_products:my-shop",
    )
    api_tz = fields.Selection(
        "_get_time_zones",
        string="Time Zone of the API",
        required=True,
        default="UTC",
        help="For times that the API gives without a zone, and for the time since which"
        " it is asked for changes.",
    )
    shared_parameter_ids = fields.One2many(
        "sync.parameter",
        "backend_id",
        domain=[("flow_id", "=", False)],
        string="Headers and Parameters of All Flows",
        copy=True,
        help="Sent with each request of all flows of this system, for example the"
        " header X-Client-Id.",
    )

    # --- how much, how fast: all flows together ---
    request_timeout = fields.Integer(
        default=20,
        required=True,
        help="Seconds for one answer, repeated attempts included.",
    )
    max_attempts = fields.Integer(default=3, required=True)
    max_answer_mb = fields.Integer(
        string="Largest Answer (MB)",
        default=10,
        required=True,
        help="Reading a larger answer is stopped.",
    )
    concurrency = fields.Integer(
        string="Requests at Once",
        default=4,
        required=True,
        help="How many requests may be under way at the same time.",
    )
    requests_per_second = fields.Float(
        string="Requests per Second",
        help="No more than this, for example 2 for Amazon; 0 for no limit.",
    )

    _limits_positive = models.Constraint(
        "CHECK(request_timeout > 0 AND max_attempts > 0 AND concurrency > 0"
        " AND max_answer_mb > 0)",
        "Time limit, attempts, requests at once and size of an answer must be at least"
        " 1.",
    )
    _rate_not_negative = models.Constraint(
        "CHECK(requests_per_second >= 0)",
        "Requests per second cannot be negative.",
    )

    @api.depends("flow_ids.name")
    def _compute_name(self):
        """That of its only flow: who has one does not see that there are two things."""
        for backend in self:
            if len(backend.flow_ids) == 1 or not backend.name:
                backend.name = backend.flow_ids[:1].name

    @api.depends("flow_ids")
    def _compute_flow_count(self):
        for backend in self:
            backend.flow_count = len(backend.flow_ids)

    @api.model
    def _get_time_zones(self):
        return self.env["res.partner"]._fields["tz"]._description_selection(self.env)

    @api.model
    def _default_responsible(self):
        """A person: nobody reads what is sent to the superuser."""
        user = self.env.user
        return user if user.id != SUPERUSER_ID else user.browse()

    def _get_used(self, fname):
        """The value of a field; False where it means nothing."""
        return used_value(self, fname, USED_WITH)

    @api.constrains("base_url", "oauth_token_url", "auth_type")
    def _check_urls(self):
        for record in self:
            for fname in ("base_url", "oauth_token_url"):
                if record._get_used(fname) and not is_plain_url(record[fname]):
                    raise ValidationError(
                        self.env._(
                            "The %(field)s must look like https://api.example.com/v1:"
                            " http or https, a server, perhaps a path; no user name,"
                            " password, “?” or “#”.",
                            field=label(record, fname),
                        )
                    )

    @api.constrains("auth_type", "auth_header", "auth_param", "auth_username")
    def _check_auth(self):
        for record in self:
            header = record.auth_header or ""
            if (
                record.auth_type == "api_key"
                and not record.auth_param
                and not may_be_header(header)
            ):
                raise ValidationError(
                    self.env._(
                        "The API key header must be a name like X-API-Key: letters,"
                        " digits and hyphens, and not one that each request sets"
                        " itself."
                    )
                )
            check_parameter_name(record, "auth_param", record._get_used("auth_param"))
            if record.auth_type == "basic" and ":" in (record.auth_username or ""):
                raise ValidationError(
                    self.env._(
                        "A user name cannot contain “:”, which divides it from the"
                        " password on the way."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_vals(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._clean_vals(vals)
        if vals.keys() & {"base_url", "auth_type", "oauth_token_url"}:
            # A secret is for the server that it was entered for, and for no other.
            for backend in self.filtered(lambda b: b._sends_elsewhere(vals)):
                backend._forget_secrets()
        result = super().write(vals)
        if vals.get("base_url") and "responsible_id" not in vals:
            orphans = self.filtered(lambda backend: not backend.responsible_id)
            if orphans and (responsible := self._default_responsible()):
                orphans.responsible_id = responsible
        return result

    def unlink(self):
        self.check_access("unlink")
        # PostgreSQL would leave their secrets
        self._get_all_parameters().unlink()
        return super().unlink()

    def _unlink_without_flows(self):
        """Nobody would see them any more, nor the secrets that they have."""
        # in sudo: there may be flows of a kind that the user does not see
        backends = self.sudo().with_context(active_test=False)
        backends.filtered(lambda backend: not backend.flow_ids).unlink()

    @api.model
    def _clean_vals(self, vals):
        """Without the spaces of a paste."""
        vals = dict(vals)
        for fname in ("base_url", "oauth_token_url"):
            if isinstance(vals.get(fname), str):
                vals[fname] = vals[fname].strip()
        if isinstance(vals.get("base_url"), str):
            vals["base_url"] = vals["base_url"].rstrip("/")
        return vals

    def _sends_elsewhere(self, vals):
        """Whether credentials would go to a server that they were not entered for."""
        before = self._credential_urls({})
        after = self._credential_urls(vals)
        return bool(self.base_url) and (
            not after[0]
            or not all(any(same_host(old, new) for old in before) for new in after)
        )

    def _credential_urls(self, vals):
        """Where credentials are sent once ``vals`` are written; the API comes first."""

        def value(fname):
            return vals.get(fname, self[fname]) or ""

        urls = [value("base_url")]
        if value("auth_type") == "oauth2":
            urls.append(value("oauth_token_url"))
        return urls

    def _secret_urls(self):
        return self._credential_urls({})

    @api.model
    def _secret_depends(self):
        return [*super()._secret_depends(), "base_url", "auth_type", "oauth_token_url"]

    def _forget_secrets(self):
        self._forget_secret()
        self._get_all_parameters().filtered("is_secret")._forget_secret()

    def _get_all_parameters(self):
        """The headers and parameters of all flows, and of each, in sudo."""
        rows = self.env["sync.parameter"].sudo()
        return rows.search([("backend_id", "in", self.ids)])

    def _get_auth(self):
        return Auth(
            kind=self.auth_type,
            secret=self._get_secret() if self.auth_type != "none" else "",
            username=self._get_used("auth_username") or "",
            header=self._get_used("auth_header") or "",
            param=self._get_used("auth_param") or "",
            token_url=self._get_used("oauth_token_url") or "",
            scope=self._get_used("oauth_scope") or "",
        )

    def _get_shared_turns(self):
        """Turns that all flows of the backend take, in whatever process; see ``Pace``.

        :return: None where there is no limit, or none that others could keep to
        """
        self.ensure_one()
        if not self.requests_per_second or not self._origin:
            return None
        return partial(shared_turns, self.env.cr.dbname, self._origin.id)

    def _get_limits(self):
        return Limits(
            connect_timeout=min(10, self.request_timeout),
            read_timeout=self.request_timeout,
            total_timeout=self.request_timeout,
            max_attempts=self.max_attempts,
            max_bytes=self.max_answer_mb * 2**20,
        )
