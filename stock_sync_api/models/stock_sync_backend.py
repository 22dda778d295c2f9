from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.orm.models import NO_ACCESS

from ..client import ApiSettings, Auth, Limits, StockApi, same_host


class StockSyncBackend(models.Model):
    """One external API: where it is, how to speak to it, which stock it is about."""

    _name = "stock.sync.backend"
    _description = "Stock Synchronisation Backend"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Scheduled As",
        required=True,
        default=lambda self: self.env.user,
        help="The scheduled action works as this user, who needs the role"
        " Inventory / User in the company.",
    )
    paused = fields.Boolean(
        help="Nothing is synchronised while this is set, for example during a"
        " stock-take."
    )

    base_url = fields.Char(
        string="Base URL",
        help="Where the API is, for example https://api.globalshop.example/v1",
    )
    item_path = fields.Char(
        required=True,
        default="/stock/{external_id}",
        help="The path of one product below the base URL; {external_id} stands for"
        " its external ID.",
    )
    auth_type = fields.Selection(
        [
            ("none", "None"),
            ("api_key", "API key in a header"),
            ("bearer", "Bearer token"),
            ("basic", "User name and password"),
        ],
        string="Authentication",
        required=True,
        default="none",
    )
    auth_header = fields.Char(string="API Key Header", default="X-API-Key")
    auth_username = fields.Char(string="User Name")
    secret = fields.Char(
        string="Stored Secret", groups=NO_ACCESS, copy=False, exportable=False
    )
    secret_input = fields.Char(
        string="Secret",
        compute="_compute_secret_input",
        inverse="_inverse_secret_input",
        exportable=False,
        help="The API key, token or password. It is kept, and never shown again.",
    )
    has_secret = fields.Boolean(compute="_compute_has_secret", compute_sudo=True)

    location_id = fields.Many2one(
        "stock.location",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="The stock that the API is about, locations below it included.",
    )
    inventory_location_id = fields.Many2one(
        "stock.location",
        string="Counterpart Location",
        check_company=True,
        domain="[('usage', '=', 'inventory'),"
        " ('company_id', 'in', [company_id, False])]",
        help="The other side of the adjustments; by default the product's own inventory"
        " loss location.",
    )
    quantity_type = fields.Selection(
        [
            ("on_hand", "On hand: everything on the shelf"),
            ("available", "Available: without what Odoo has reserved"),
        ],
        string="The API's Quantity Is",
        required=True,
        default="on_hand",
    )
    negative_policy = fields.Selection(
        [
            ("refuse", "Refuse and report"),
            ("clamp", "Set the stock to zero"),
            ("accept", "Accept"),
        ],
        string="Stock Below Zero",
        required=True,
        default="refuse",
    )
    move_in_progress_policy = fields.Selection(
        [("skip", "Leave alone and report"), ("apply", "Set all the same")],
        string="Picked But Not Validated",
        required=True,
        default="skip",
        help="What to do where a transfer of the product is picked but not validated:"
        " the API may have counted it already.",
    )

    request_timeout = fields.Integer(
        default=20,
        required=True,
        help="Seconds for one answer, repeated attempts included.",
    )
    max_attempts = fields.Integer(default=3, required=True)
    concurrency = fields.Integer(
        string="Requests at Once",
        default=4,
        required=True,
        help="How many requests may be under way at the same time.",
    )
    next_attempt_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="The API asked not to be called by the scheduled action before this time.",
    )

    guard_zero_percent = fields.Integer(
        default=20,
        help="A run over all products is held if it would set more than this share of"
        " them to zero.",
    )
    guard_change_percent = fields.Integer(
        default=50,
        help="A run over all products is held if it would change more than this share"
        " of those that have stock.",
    )
    guard_minimum = fields.Integer(
        default=10, help="Fewer products than this never hold a run."
    )
    guard_factor = fields.Float(
        default=10.0,
        help="A product that has stock is held if it would change by this factor…",
    )
    guard_difference = fields.Float(
        default=100.0, help="… and by at least this quantity."
    )

    binding_ids = fields.One2many("stock.sync.binding", "backend_id")
    run_ids = fields.One2many("stock.sync.run", "backend_id")
    binding_count = fields.Integer(compute="_compute_binding_counts")
    problem_count = fields.Integer(compute="_compute_binding_counts")

    _name_company_uniq = models.Constraint(
        "UNIQUE(name, company_id)",
        "Another backend of the company has this name.",
    )
    _limits_positive = models.Constraint(
        "CHECK(request_timeout > 0 AND max_attempts > 0 AND concurrency > 0)",
        "Time limit, attempts and requests at once must be at least 1.",
    )

    def _compute_secret_input(self):
        self.secret_input = False  # write-only

    def _inverse_secret_input(self):
        for backend in self:
            if backend.secret_input:
                backend.sudo().secret = backend.secret_input.strip()
        self._compute_secret_input()

    @api.depends("secret")
    def _compute_has_secret(self):
        for backend in self:
            backend.has_secret = bool(backend.secret)

    @api.depends("company_id")
    def _compute_location_id(self):
        """The company's only warehouse; with several, a wrong one doubles the stock."""
        for backend in self:
            if backend.location_id.company_id == backend.company_id:
                continue
            warehouses = self.env["stock.warehouse"].search(
                [("company_id", "=", backend.company_id.id)], limit=2
            )
            backend.location_id = (
                warehouses.lot_stock_id if len(warehouses) == 1 else False
            )

    def _compute_binding_counts(self):
        groups = self.env["stock.sync.binding"]._read_group(
            [("backend_id", "in", self.ids)], ["backend_id", "state"], ["__count"]
        )
        for backend in self:
            counts = {state: count for who, state, count in groups if who == backend}
            backend.binding_count = sum(counts.values())
            backend.problem_count = counts.get("error", 0)

    @api.constrains("base_url")
    def _check_base_url(self):
        for backend in self.filtered("base_url"):
            try:
                url = urlsplit(backend.base_url)
                valid = (
                    url.scheme in ("http", "https")
                    and url.hostname
                    and url.port != 0
                    and not (url.username or url.password or url.query or url.fragment)
                    and backend.base_url.isprintable()
                    and " " not in backend.base_url
                )
            except ValueError:
                valid = False
            if not valid:
                raise ValidationError(
                    self.env._(
                        "The base URL must look like https://api.example.com/v1:"
                        " http or https, a server, perhaps a path; no user name,"
                        " password, “?” or “#”."
                    )
                )

    @api.constrains("item_path")
    def _check_item_path(self):
        for backend in self:
            path = backend.item_path
            if not path.startswith("/") or path.count("{external_id}") != 1:
                raise ValidationError(
                    self.env._(
                        "The item path must begin with “/” and contain {external_id}"
                        " once, for example /stock/{external_id}"
                    )
                )

    @api.constrains("auth_type", "auth_header")
    def _check_auth_header(self):
        for backend in self.filtered(lambda backend: backend.auth_type == "api_key"):
            header = backend.auth_header or ""
            if not header.isascii() or not header.replace("-", "").isalnum():
                raise ValidationError(
                    self.env._(
                        "The API key header must be a name like X-API-Key: letters,"
                        " digits and hyphens."
                    )
                )

    @api.constrains("location_id", "inventory_location_id")
    def _check_location_usage(self):
        for backend in self:
            if backend.location_id and backend.location_id.usage != "internal":
                raise ValidationError(
                    self.env._("The location of a backend must be an internal one.")
                )
            counterpart = backend.inventory_location_id
            if counterpart and counterpart.usage != "inventory":
                raise ValidationError(
                    self.env._(
                        "The counterpart location must be an inventory loss location."
                    )
                )

    @api.constrains("location_id", "active")
    def _check_overlap(self):
        self._check_locations_apart()

    def _check_locations_apart(self, products=None):
        """Two backends must not set the same product's stock at the same place.

        :param products: check only these; by default all that are bound
        :raise ValidationError: naming the product and both backends
        """
        for backend in self.filtered(lambda b: b.active and b.location_id):
            others = backend._overlapping_backends()
            if not others:
                continue
            domain = Domain("backend_id", "in", (backend + others).ids)
            if products is not None:
                domain &= Domain("product_id", "in", products.ids)
            domain &= Domain("product_id.sync_binding_ids.backend_id", "=", backend.id)
            shared = (
                self.env["stock.sync.binding"]
                .sudo()
                ._read_group(
                    domain,
                    ["product_id"],
                    ["backend_id:recordset"],
                    having=[("__count", ">", 1)],
                    limit=1,
                )
            )
            for product, backends in shared:
                raise ValidationError(
                    self.env._(
                        "%(product)s would get its stock at %(location)s from more than"
                        " one backend: %(backends)s. Give them locations that do not"
                        " contain each other, or remove one external ID.",
                        product=product.display_name,
                        location=backend.location_id.complete_name,
                        backends=", ".join(backends.sorted().mapped("name")),
                    )
                )

    def _overlapping_backends(self):
        """Other active backends whose location contains ours or lies in it."""
        self.ensure_one()
        location = self.location_id
        return (
            self.sudo()
            .search([("id", "!=", self.id), ("location_id", "!=", False)])
            .filtered(
                lambda other: (
                    other.location_id._child_of(location)
                    or location._child_of(other.location_id)
                )
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_vals(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._clean_vals(vals)
        if "base_url" in vals and not vals.get("secret_input"):
            # A secret is for the server that it was entered for, and for no other.
            self.filtered(
                lambda backend: (
                    backend.base_url
                    and not same_host(backend.base_url, vals["base_url"] or "")
                )
            ).sudo().secret = False
        return super().write(vals)

    @api.model
    def _clean_vals(self, vals):
        vals = dict(vals)
        if isinstance(vals.get("base_url"), str):
            vals["base_url"] = vals["base_url"].strip().rstrip("/")
        if isinstance(vals.get("item_path"), str):
            vals["item_path"] = vals["item_path"].strip()
        return vals

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", backend.name))
            if "name" not in (default or {})
            else vals
            for backend, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model
    def _default_for(self, company):
        """The backend that a product's form shows and sets: the first by sequence."""
        backends = self.sudo().with_context(active_test=True)
        return backends.search([("company_id", "=", company.id)], limit=1)

    def _problem(self, user):
        """Why this backend cannot work now for this user, before any request.

        :return: (code, facts), or None where nothing stands in the way
        """
        self.ensure_one()
        facts = {"backend": self.name}
        if user.id != SUPERUSER_ID and not (
            user.active
            and user.has_group("stock.group_stock_user")
            and self.company_id in user.company_ids
        ):
            return "access_denied", {
                "user": user.name,
                "company": self.company_id.display_name,
            }
        if not self.active:
            return "not_configured", {**facts, "reason": "archived"}
        if self.paused:
            return "not_configured", {**facts, "reason": "paused"}
        if not self.base_url:
            return "not_configured", {**facts, "reason": "no_address"}
        if self.auth_type != "none" and not self.has_secret:
            return "not_configured", {**facts, "reason": "no_secret"}
        if not self.location_id:
            return "not_configured", {**facts, "reason": "no_location"}
        return None

    def _held_runs(self):
        """Runs with something that waits for approval."""
        return (
            self.env["stock.sync.run"]
            .sudo()
            .search(
                Domain("backend_id", "in", self.ids)
                & (
                    Domain("state", "=", "held")
                    | Domain(
                        "line_ids",
                        "any",
                        Domain("state", "=", "planned")
                        & Domain("error_code", "=", "held_by_guard"),
                    )
                )
            )
        )

    def _has_open_run(self):
        """Whether a run over all products is under way."""
        self.ensure_one()
        return bool(
            self.env["stock.sync.run"]
            .sudo()
            .search_count(
                [
                    ("backend_id", "=", self.id),
                    ("scope", "=", "backend"),
                    ("state", "in", ["planning", "applying"]),
                ],
                limit=1,
            )
        )

    def _get_api(self):
        """The client for this API; to be used as a context manager."""
        self.ensure_one()
        return StockApi(self._get_api_settings())

    def _get_api_settings(self):
        self.ensure_one()
        return ApiSettings(
            base_url=self.base_url,
            item_path=self.item_path,
            auth=Auth(
                kind=self.auth_type,
                secret=self.sudo().secret or "",
                username=self.auth_username or "",
                header=self.auth_header or "",
            ),
            limits=Limits(
                connect_timeout=min(10, self.request_timeout),
                read_timeout=self.request_timeout,
                total_timeout=self.request_timeout,
                max_attempts=self.max_attempts,
            ),
            concurrency=self.concurrency,
        )

    def _get_locations(self):
        """The internal locations whose stock this backend is about."""
        self.ensure_one()
        return (
            self.env["stock.location"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [("id", "child_of", self.location_id.id), ("usage", "=", "internal")]
            )
        )

    def action_sync(self):
        """Synchronise all products of the backend now."""
        self.ensure_one()
        run = self.env["stock.sync.service"].sync_backend(self)
        return run._notification()

    def action_preview(self):
        """Show what a synchronisation would change, and change nothing."""
        self.ensure_one()
        run = self.env["stock.sync.service"].sync_backend(self, preview=True)
        if run.state == "failed":
            return run._notification()
        return run.action_view_lines()

    def action_test_connection(self):
        """Ask about one bound product and say what came back."""
        self.ensure_one()
        return self.env["stock.sync.service"]._test_connection(self)

    def action_view_bindings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_binding_action"
        )
        action["domain"] = [("backend_id", "=", self.id)]
        return action

    def action_view_runs(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock_sync_api.stock_sync_run_action"
        )
        action["domain"] = [("backend_id", "=", self.id)]
        return action
