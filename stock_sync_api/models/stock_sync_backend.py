from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.base_sync_api.client import same_host

from ..reading import Reading
from ..sites import Site, Sites
from .stock_sync_api_mixin import HOW_FIELDS, PLACE_FIELDS
from .stock_sync_run import OPEN_RUNS

#: how much further back than the last run a delta begins: the API's clock may be behind
DELTA_OVERLAP = timedelta(minutes=10)


class StockSyncBackend(models.Model):
    """One external API: where it is, how to speak to it, which stock it is about."""

    _name = "stock.sync.backend"
    _inherit = [
        "stock.sync.api.mixin",
        "stock.sync.drift.mixin",
        "stock.sync.heartbeat.mixin",
        "stock.sync.setup.mixin",
    ]
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

    preset_id = fields.Many2one(
        "stock.sync.preset",
        help="A well-known API. Choosing one fills in how to speak to it, and replaces"
        " what was there; the address, the secret and the stock stay as they are.",
    )
    preset_description = fields.Text(related="preset_id.description")
    preset_limits = fields.Text(related="preset_id.limits")
    parameter_ids = fields.One2many(
        "stock.sync.parameter",
        "backend_id",
        string="Headers and Parameters",
        copy=True,
        help="Sent with each request, for example the parameter marketplaceIds or the"
        " header X-Client-Id.",
    )

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
    location_map_ids = fields.One2many(
        "stock.sync.location.map",
        "backend_id",
        copy=True,
        help="Which of Odoo's locations the API's codes stand for. Without a map, all"
        " quantities are those of the backend's location.",
    )
    match_by = fields.Selection(
        [
            ("external_id", "External ID"),
            ("default_code", "Internal reference"),
            ("barcode", "Barcode"),
        ],
        string="Find Products By",
        required=True,
        default="external_id",
        help="What the API's ID is compared with where no product has it as external"
        " ID yet. A product that is found that way gets it as its external ID; an ID"
        " that fits none, or several, goes to Unmatched Products.",
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
    quantity_factor = fields.Float(
        string="Factor",
        digits=0,
        required=True,
        default=1.0,
        help="How many of Odoo's units one of the API's is: 12 for an API that counts"
        " boxes of 12, 0.001 for one that counts grams of what Odoo keeps in kg. A"
        " product's external ID may have its own.",
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="The API Counts In",
        help="For example Dozens; empty for each product's own unit. It is converted to"
        " the product's unit, after the factor.",
    )
    missing_policy = fields.Selection(
        [("report", "Leave alone and report"), ("zero", "Set to zero")],
        string="Missing From the List",
        required=True,
        default="report",
        help="What to do with a product that has an external ID, but is missing from"
        " the API's list. It is set to zero only after the whole list was read without"
        " an error.",
    )
    several_rows = fields.Selection(
        [
            ("refuse", "Refuse and report"),
            ("sum", "Add up"),
            ("same", "The same number again"),
        ],
        required=True,
        default="refuse",
        help="What it means when the API gives several rows about one product at one"
        " location. Add up: batches, bins or lots, which together are the stock. The"
        " same number again: each row repeats it, for example once per sales channel."
        " A row that only moved to another page while the list was read counts once.",
    )
    list_is_partial = fields.Boolean(
        string="List Leaves Out Products",
        help="The API's list does not show all products that it knows, for example no"
        " variations. After the whole list, products with an external ID that it did"
        " not mention are asked about one by one, where the API has an address for one"
        " product; else they are left alone. Nothing that is missing is set to zero.",
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
    rounding = fields.Selection(
        [
            ("refuse", "Refuse and report"),
            ("half_up", "Round half up to the product's unit"),
        ],
        string="Too Many Decimals",
        required=True,
        default="refuse",
        help="What to do with a quantity that has more decimals than Odoo keeps, for"
        " example 718.2700000000004 from an API that computes with floats.",
    )
    move_in_progress_policy = fields.Selection(
        [("skip", "Leave alone and report"), ("apply", "Set all the same")],
        string="Picked But Not Validated",
        required=True,
        default="skip",
        help="What to do where a transfer of the product is picked but not validated:"
        " the API may have counted it already.",
    )

    full_sync_hours = fields.Integer(
        string="Hours Between Full Runs",
        required=True,
        default=24,
        help="In between, the scheduled action asks only for what has changed, where"
        " the API can do that. 0: each run reads everything.",
    )

    guard_zero_percent = fields.Integer(
        default=20,
        help="A run over all products is held if it would set more than this share of"
        " them to zero, by itself or together with the runs before it; also if it would"
        " empty all of 3 or more that have stock, unless this is 100.",
    )
    guard_change_percent = fields.Integer(
        default=50,
        help="A run over all products is held if it would change more than this share"
        " of those that have stock, or if together with the runs before it more than"
        " this share of the stock would be taken away; each product counts alike.",
    )
    guard_minimum = fields.Integer(
        default=10,
        help="Fewer products than this hold no run, unless they are all that have"
        " stock and would have none.",
    )
    guard_hours = fields.Integer(
        string="Together Within (Hours)",
        default=24,
        help="What the runs over all products of so many hours change together is"
        " judged as if one run had changed it, less what a person has approved or done."
        " 0: each run is judged by itself.",
    )
    guard_factor = fields.Float(
        default=10.0,
        help="A product that has stock is held if it would change by this factor…",
    )
    guard_difference = fields.Float(
        default=100.0,
        help="… and by at least this quantity. So is one that has nothing and would get"
        " more than twice the most that it ever had there, and so much more.",
    )
    guard_ceiling = fields.Float(
        string="Highest Quantity",
        default=1_000_000.0,
        help="A product is held if it would come to more than this quantity, and to"
        " more than it ever had there. 0: there is no such limit.",
    )
    guard_fall_percent = fields.Integer(
        string="Fall of the Catalogue (%)",
        default=50,
        help="A run that reads everything fails if the API knows fewer of the products"
        " than at the last good run, by more than this share. 0: however many are"
        " left, as long as there are any.",
    )
    expected_products = fields.Integer(
        readonly=True,
        copy=False,
        help="Number of products that the API knew when everything was last read in"
        " good order, or when somebody accepted a smaller catalogue.",
    )

    location_codes = fields.Json(
        readonly=True,
        copy=False,
        help="The API's location codes, seen while there was no location map.",
    )

    binding_ids = fields.One2many("stock.sync.binding", "backend_id")
    run_ids = fields.One2many("stock.sync.run", "backend_id")
    binding_count = fields.Integer(compute="_compute_binding_counts")
    problem_count = fields.Integer(compute="_compute_binding_counts")
    unmatched_count = fields.Integer(compute="_compute_unmatched_count")

    _name_company_uniq = models.Constraint(
        "UNIQUE(name, company_id)",
        "Another backend of the company has this name.",
    )
    # Here and not in the mixin, of which Odoo would leave a trace when it is removed.
    _alert_after_positive = models.Constraint(
        "CHECK(alert_after > 0)", "Tell after at least 1 failure."
    )
    _limits_positive = models.Constraint(
        "CHECK(request_timeout > 0 AND max_attempts > 0 AND concurrency > 0"
        " AND max_answer_mb > 0 AND max_pages > 0 AND page_size > 0"
        " AND ids_per_request > 0)",
        "Time limit, attempts, requests at once, size of an answer, pages, rows per"
        " page and IDs per request must be at least 1.",
    )
    _rates_not_negative = models.Constraint(
        "CHECK(requests_per_second >= 0 AND full_sync_hours >= 0 AND first_page >= 0)",
        "Requests per second, hours between full runs and the number of the first page"
        " cannot be negative.",
    )
    _guards_possible = models.Constraint(
        "CHECK(guard_hours >= 0 AND guard_ceiling >= 0 AND guard_fall_percent >= 0)",
        "The hours, quantities and shares of the guard cannot be negative.",
    )
    _factor_positive = models.Constraint(
        "CHECK(quantity_factor > 0)", "The factor must be greater than 0."
    )

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

    def _compute_unmatched_count(self):
        counts = dict(
            self.env["stock.sync.unmatched"]._read_group(
                [("backend_id", "in", self.ids), ("ignored", "=", False)],
                ["backend_id"],
                ["__count"],
            )
        )
        for backend in self:
            backend.unmatched_count = counts.get(backend, 0)

    @api.onchange("preset_id")
    def _onchange_preset_id(self):
        if self.preset_id:
            values = self.preset_id._get_backend_values()
            # Last what otherwise follows from the others.
            follows = {"request_mode", "since_param", "pages_path", "total_path"}
            self.update({n: v for n, v in values.items() if n not in follows})
            self.update({n: v for n, v in values.items() if n in follows})

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
        for backend in self.filtered("active"):
            overlaps = backend._overlaps()
            if not overlaps:
                continue
            domain = Domain("backend_id", "in", [backend.id, *(b.id for b in overlaps)])
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
                other = (backends - backend)[0]
                raise ValidationError(
                    self.env._(
                        "%(product)s would get its stock at %(location)s from more than"
                        " one backend: %(backends)s. Give them locations that do not"
                        " contain each other, or remove one external ID.",
                        product=product.display_name,
                        location=overlaps[other].complete_name,
                        backends=", ".join(backends.sorted().mapped("name")),
                    )
                )

    def _overlaps(self):
        """Other active backends that set stock where this one does.

        :return: dict of backend to the location of ours that contains one of theirs,
            or lies in it
        """
        self.ensure_one()
        others = self.sudo().with_context(active_test=True)
        overlaps = {}
        for other in others.search([("id", "!=", self.id)]):
            theirs = other._get_target_locations()
            for mine in self._get_target_locations():
                if any(t._child_of(mine) or mine._child_of(t) for t in theirs):
                    overlaps[other] = mine
                    break
        return overlaps

    def _get_target_locations(self):
        """Where the backend sets stock: its location, and those of its map."""
        self.ensure_one()
        mapped = self.sudo().location_map_ids.filtered(lambda row: not row.ignored)
        return self.sudo().location_id | mapped.location_id

    def _get_map(self):
        """:return: dict of the API's location code to ``stock.sync.location.map``"""
        self.ensure_one()
        return {row.code: row for row in self.sudo().location_map_ids}

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_preset(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._with_preset(self._clean_vals(vals))
        if vals.keys() & {"base_url", "auth_type", "oauth_token_url"}:
            # A secret is for the server that it was entered for, and for no other.
            for backend in self.filtered(lambda b: b._sends_elsewhere(vals)):
                backend._forget_secrets()
        if not self._set_up_fields() & vals.keys():
            return super().write(vals)
        with self._watching_meaning():
            # What its rows do meanwhile is looked at together with the rest.
            backends = self.with_context(stock_sync_meaning_watched=True)
            return super(StockSyncBackend, backends).write(vals)

    @api.model
    def _set_up_fields(self):
        """All that may have to do with what the API answers, or whether it does."""
        api_fields = self.env["stock.sync.api.mixin"]._fields
        return {
            *self._meaning_fields(),
            *api_fields,
            "parameter_ids",
            "location_map_ids",
        }

    @api.model
    def _meaning_fields(self):
        """What decides which levels the API gives and what they mean here.

        Beside these: the secret (an API may know by it whose stock is asked for), and
        the rows of headers, parameters and locations.
        """
        api_fields = self.env["stock.sync.api.mixin"]._fields.values()
        names = {field.name for field in api_fields if field.store}
        return (names - HOW_FIELDS - {"id"}) | {
            "location_id",
            "match_by",
            "quantity_type",
            "quantity_factor",
            "rounding",
            "uom_id",
            "several_rows",
        }

    def _get_meaning(self):
        """Equal as long as the API's answers mean the same."""
        self.ensure_one()
        values = {fname: self[fname] or False for fname in self._meaning_fields()}
        if self.auth_type != "none":
            values["secret"] = self._get_secret()
        for row in self.location_map_ids:
            values["location", row.code] = (row.location_id, row.ignored)
        values["rows"] = sorted(
            (row.kind, row.name, row._get_value())
            for row in self.parameter_ids
            if row._get_value()
        )
        return values

    @api.model
    def _of_rows(self, vals_list):
        """The backends that rows with these values are to belong to."""
        default = self.env.context.get("default_backend_id")
        ids = {vals.get("backend_id", default) for vals in vals_list}
        return self.browse(filter(None, ids))

    def _get_place(self):
        """Equal as long as a list can be read on from the page that was read last."""
        self.ensure_one()
        if self.paging != "page":
            return None
        return {fname: self[fname] or False for fname in PLACE_FIELDS}

    @contextmanager
    def _watching_meaning(self):
        """What was read is given up where its meaning is another one afterwards.

        Values count and not keys: a form may write what was there before.
        """
        if self.env.context.get("stock_sync_meaning_watched"):
            yield
            return
        backends = self.sudo()
        before = {b: (b._get_meaning(), b._get_place()) for b in backends}
        yield
        backends = backends.exists()
        changed = backends.filtered(lambda b: b._get_meaning() != before[b][0])
        if changed:
            changed._forget_progress()
        (backends - changed).filtered(
            lambda b: b._get_place() != before[b][1]
        )._interrupt_lists()

    @api.model
    def _with_preset(self, vals):
        """The values, and what the preset among them says about all others."""
        preset = self.env["stock.sync.preset"].browse(vals.get("preset_id") or [])
        return {**preset._get_backend_values(), **vals} if preset else vals

    def unlink(self):
        self.check_access("unlink")
        self.sudo().parameter_ids.unlink()  # PostgreSQL would leave their secrets
        return super().unlink()

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
        self.sudo().parameter_ids.filtered("is_secret")._forget_secret()

    def _after_good_run(self, run):
        self.env["stock.sync.catalogue"]._remember(run)
        return super()._after_good_run(run)

    def _accept_catalogue(self, run):
        """A person says that the API rightly knows no more than in this run."""
        self.expected_products = run.confirmed
        self._end_pause()
        self.message_post(
            body=self.env._(
                "%(user)s has accepted that the API knows %(confirmed)s products, as in"
                " %(run)s.",
                user=self.env.user.name,
                confirmed=run.confirmed,
                run=run.display_name,
            ),
            author_id=self.env.user.partner_id.id,
        )

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
        if self.auth_type == "oauth2" and not self.oauth_token_url:
            return "not_configured", {**facts, "reason": "no_token_url"}
        if missing := self._missing_secret():
            return "not_configured", {**facts, **missing}
        if not self.location_id:
            return "not_configured", {**facts, "reason": "no_location"}
        archived = self._get_target_locations().filtered(lambda place: not place.active)
        if archived:
            location = archived[0].complete_name
            facts = {**facts, "reason": "archived_location", "location": location}
            return "not_configured", facts
        return None

    def _missing_secret(self):
        """The facts about a secret that is needed and not there; None if all are."""
        if self.auth_type != "none" and not self.has_secret:
            return self._missing_secret_facts() or {"reason": "no_secret"}
        for row in self.sudo().parameter_ids:
            if row.is_secret and not row.has_secret:
                facts = {"reason": "no_secret_parameter", "name": row.name}
                return row._missing_secret_facts() or facts
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

    def _has_run_at_work(self):
        """Whether a run over all products may be changing the stock.

        One that the API has asked to wait is not.
        """
        self.ensure_one()
        waiting = Domain("state", "=", "planning") & Domain("resume_date", "!=", False)
        domain = OPEN_RUNS & ~waiting & Domain("backend_id", "=", self.id)
        return bool(self.env["stock.sync.run"].sudo().search_count(domain, limit=1))

    def _has_open_run(self):
        """Whether a run over all products is under way."""
        self.ensure_one()
        runs = self.env["stock.sync.run"].sudo()
        return bool(
            runs.search_count(OPEN_RUNS & Domain("backend_id", "=", self.id), limit=1)
        )

    def _get_sites(self):
        """The locations that this backend sets the stock of."""
        self.ensure_one()
        codes = defaultdict(set)
        rows = self.sudo().location_map_ids
        for row in rows.filtered(lambda row: not row.ignored):
            codes[row.location_id].add(row.code)
        roots = self.location_id | self.env["stock.location"].union(*codes)
        below = defaultdict(list)
        locations = self.env["stock.location"].sudo().with_context(active_test=False)
        for location in locations.search(
            [("id", "child_of", roots.ids), ("usage", "=", "internal")]
        ):
            # of the nearest root above it
            path = map(int, location.parent_path.split("/")[-2::-1])
            below[next(root for root in path if root in roots._ids)].append(location.id)
        return Sites(
            [
                Site(root, tuple(below[root.id]), frozenset(codes[root]))
                for root in roots
            ],
            ignored=rows.filtered("ignored").mapped("code"),
        )

    def _has_rows_apart(self):
        """Locations may be rows of their own; and what a product has in several rows is
        only known not to be so from a list that was read to its end.
        """
        if self.several_rows != "refuse" or (
            self.location_path and not self.levels_path
        ):
            return True
        whole = self._last_whole_run()
        return not whole or whole.rows_twice

    def _adds_rows_up(self):
        return self.several_rows == "sum"

    def _may_repeat(self):
        """Whether an API may give one number more than once.

        As its setting says; or because what is newer than a version may include that.
        """
        by_version = self.request_mode == "list" and self.paging == "version"
        return self.several_rows == "same" or by_version

    def _get_reading(self, state=None, codes=None):
        """Sorts what the API says.

        :param state: what an earlier one has left over
        :param codes: the API's codes that are known already
        """
        several = self.several_rows
        if several == "refuse" and self._may_repeat():
            several = "same"
        return Reading(self._get_sites(), several, state, codes)

    def _empties_missing(self):
        """Whether what the API does not mention is to be set to zero.

        Never by a list that leaves out products: what it does not mention is not gone.
        """
        self.ensure_one()
        return self.missing_policy == "zero" and not self.list_is_partial

    def _get_factor(self):
        """By what the API's quantity is multiplied, where no unit of measure is set."""
        return Decimal(repr(self.quantity_factor))

    def _get_delta(self):
        """Values of a run that asks only for what has changed, where that will do.

        Not for a new binding, which the API may have no news about; and every so often
        not at all, because a list of changes promises nothing about the rest.
        """
        self.ensure_one()
        if not self._can_delta() or self._is_delta_distrusted():
            return {}
        last_full = self._last_whole_run()
        limit = fields.Datetime.now() - timedelta(hours=self.full_sync_hours)
        if not last_full or last_full.start_date < limit:
            return {}
        if (
            self.env["stock.sync.binding"]
            .sudo()
            .search_count(
                [("backend_id", "=", self.id), ("state", "=", "new")], limit=1
            )
        ):
            return {}
        if last_full.state in ("failed", "interrupted"):
            return {}
        return self._delta_values()

    def _can_delta(self):
        """Whether the API can be asked for changes, and they say all there is to it."""
        if self.request_mode != "list" or not (
            self.since_param or self.paging == "version"
        ):
            return False
        # News of one part say nothing about the sum.
        return self.several_rows != "sum" and not any(
            len(site.codes) > 1 for site in self._get_sites()
        )

    def _delta_values(self, before=None):
        """What a list of changes begins at: the last run that left nothing open.

        :param before: of the runs before this one
        :return: values of a run; none where there is no such run
        """
        domain = self._whole_runs_domain(before) & Domain("settled", "=", True)
        last = self.env["stock.sync.run"].sudo().search(domain, limit=1)
        if not last:
            return {}
        if self.paging == "version":
            return {"delta": True, "since_version": last.version or False}
        return {"delta": True, "since_date": last.start_date - DELTA_OVERLAP}

    def _whole_runs_domain(self, before=None):
        """Runs that have read to the end, be it of all or of what has changed."""
        domain = Domain(
            [
                ("backend_id", "in", self._origin.ids),  # none of one that is new
                ("complete", "=", True),
                ("preview", "=", False),
            ]
        )
        return domain & Domain("id", "<", before.id) if before else domain

    def _last_whole_run(self, before=None):
        """The last run that read all that the API has to say.

        :param before: the last one before this run
        """
        domain = self._whole_runs_domain(before) & Domain("delta", "=", False)
        return self.env["stock.sync.run"].sudo().search(domain, limit=1)

    def _forget_progress(self):
        """After a change of what the API is: the next run reads everything."""
        self.filtered("location_codes").location_codes = False
        self.filtered("drift_runs").drift_runs = 0
        held = self._held_runs()
        held._end_as_changed()
        self._open_runs()._end_as_changed()
        self.env["stock.sync.run"].sudo().search(
            [("backend_id", "in", self.ids), ("complete", "=", True)]
        ).complete = False
        for backend in held.backend_id:
            backend._tell_of_held()

    def _interrupt_lists(self):
        """After a change by which a page's number means other rows."""
        self._open_runs().filtered(
            lambda run: run.state == "planning" and run._is_list()
        )._end_as_changed()

    def _open_runs(self):
        return (
            self.env["stock.sync.run"]
            .sudo()
            .search(OPEN_RUNS & Domain("backend_id", "in", self.ids))
        )

    def action_sync(self):
        """Synchronise all products now, or soon where that takes long."""
        self.ensure_one()
        self.check_access("write")
        service = self.env["stock.sync.service"]
        if self._takes_long():
            return service.start_backend(self)._notification()
        return service.sync_backend(self)._notification()

    def action_preview(self):
        """Show what a synchronisation would change, and change nothing."""
        self.ensure_one()
        self.check_access("write")
        service = self.env["stock.sync.service"]
        if self._takes_long():
            run = service.start_backend(self, preview=True)
        else:
            run = service.sync_backend(self, preview=True)
        if run.state == "failed":
            return run._notification()
        return run.action_view_lines() if run.end_date else run._action_form()

    def action_test_connection(self):
        """Ask the API once and say what it answered and what that means."""
        self.ensure_one()
        self.check_access("write")
        return self.env["stock.sync.connection.test"]._test(self)
