from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base_sync_api.client import Auth, Limits, MappingError, Paging

from ..client import Mapping, StockApi, StockApiSettings
from .stock_sync_parameter import PARAMETER_NAME, may_be_header

#: the client's words for the expressions, and the fields that hold them
MAPPING_FIELDS = {
    "rows": "rows_path",
    "item_rows": "item_rows_path",
    "external_id": "external_id_path",
    "quantity": "quantity_path",
    "location": "location_path",
    "date": "date_path",
    "levels": "levels_path",
    "filter": "filter_path",
    "success": "success_path",
}
PAGING_FIELDS = {"next": "next_path", "pages": "pages_path", "total": "total_path"}
#: How the API is asked: a change of these does not change what its answers mean. The
#: secret is looked at by its value, wherever it is kept.
HOW_FIELDS = frozenset(
    {
        "auth_type",
        "auth_header",
        "auth_param",
        "oauth_token_url",
        "secret_source",
        "secret_name",
        "secret_id",
        "ids_per_request",
        "page_size",
        "page_size_param",
        "request_timeout",
        "max_attempts",
        "max_answer_mb",
        "max_pages",
        "concurrency",
        "requests_per_second",
    }
)
#: but the place that a list by page numbers has come to is another one after these
PLACE_FIELDS = frozenset({"page_size", "page_size_param"})
#: paging that cannot work without these
PAGING_NEEDS = {
    "page": ["page_param"],
    "offset": ["page_param"],
    "cursor": ["page_param", "next_path"],
    "next_url": ["next_path"],
    "version": ["page_param", "next_path"],
}
#: the choices with which a field means something: each a field with some values, or
#: with whether there is one at all. With others the form hides the field, and what is
#: left in it has no effect.
USED_WITH = {
    "auth_header": {"auth_type": ["api_key"], "auth_param": False},
    "auth_param": {"auth_type": ["api_key"]},
    "auth_username": {"auth_type": ["basic", "oauth2"]},
    "oauth_token_url": {"auth_type": ["oauth2"]},
    "oauth_scope": {"auth_type": ["oauth2"]},
    "http_method": {"request_mode": ["list", "ids"]},
    "since_param": {"request_mode": ["list"]},
    "ids_param": {"request_mode": ["ids"]},
    "ids_separator": {"request_mode": ["ids"]},
    "ids_per_request": {"request_mode": ["ids"]},
    "rows_path": {"list_path": True},
    "item_rows_path": {"item_path": True},
    "paging": {"list_path": True},
    "page_param": {
        "list_path": True,
        "paging": ["page", "offset", "cursor", "version"],
    },
    "page_size_param": {
        "list_path": True,
        "paging": ["page", "offset", "cursor", "link", "next_url", "version"],
    },
    "page_size": {
        "list_path": True,
        "paging": ["page", "offset", "cursor", "link", "next_url", "version"],
    },
    "first_page": {"list_path": True, "paging": ["page"]},
    "next_path": {"list_path": True, "paging": ["cursor", "next_url", "version"]},
    "pages_path": {"list_path": True, "paging": ["page"]},
    "total_path": {"list_path": True},
    "cursor_alone": {"list_path": True, "paging": ["cursor"]},
}
#: the choices themselves: what they hide must be right once they show it
_CHOICES = (
    "auth_type",
    "auth_param",
    "request_mode",
    "paging",
    "list_path",
    "item_path",
)


class StockSyncApiMixin(models.AbstractModel):
    """How to speak to an API: where it is, what to ask, what its answers mean."""

    _name = "stock.sync.api.mixin"
    _inherit = ["stock.sync.secret.mixin"]
    _description = "Stock Synchronisation API"

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

    # --- what is asked ---
    item_path = fields.Char(
        string="Path of One Product",
        default="/stock/{external_id}",
        help="Below the base URL; {external_id} stands for the product's external ID:"
        " /stock/{external_id}, or /levels?sku={external_id}. Empty where the API has"
        " no address for one product: then the list is read.",
    )
    list_path = fields.Char(
        string="Path of the List",
        help="Below the base URL, for example /stock. Empty where the API has no"
        " list: then it is asked about each product.",
    )
    request_mode = fields.Selection(
        [
            ("item", "One request per product"),
            ("list", "The list, page by page"),
            ("ids", "Several products per request"),
        ],
        string="All Products",
        required=True,
        compute="_compute_request_mode",
        store=True,
        readonly=False,
        precompute=True,
        help="How the API is asked when all products are synchronised.",
    )
    http_method = fields.Selection(
        [("GET", "GET"), ("POST", "POST with a JSON body")],
        string="Method",
        required=True,
        default="GET",
        help="For the list and for several products; one product is always a GET.",
    )
    ids_param = fields.Char(
        string="Parameter of the IDs",
        default="ids",
        help="Carries the external IDs, for example ids in /stock?ids=1,2,3",
    )
    ids_separator = fields.Char(
        string="Separator", default=",", help="Stands between two external IDs."
    )
    ids_per_request = fields.Integer(
        string="IDs per Request",
        required=True,
        default=50,
        help="As many as the API takes at most, for example 50.",
    )
    since_param = fields.Char(
        string="Parameter of the Time",
        compute="_compute_since_param",
        store=True,
        readonly=False,
        precompute=True,
        help="Asks the list only for what has changed since a time, for example"
        " updated_since. Empty where the API cannot do that: then each run reads the"
        " whole list.",
    )

    # --- what the answers mean: JMESPath expressions ---
    rows_path = fields.Char(
        string="Rows",
        default="items",
        help="The rows in the answer about several products: items,"
        " payload.summaries, or @ where the answer is the list itself. Where it is an"
        " object of quantities by ID, items(stock) makes rows of it, with [0] as"
        " external ID and [1] as quantity.",
    )
    item_rows_path = fields.Char(
        string="Rows of One Product",
        default="@",
        help="The row, or rows, in the answer about one product: @ where the answer is"
        " the row itself, [] where it is a list of them, or items.",
    )
    external_id_path = fields.Char(
        string="External ID",
        default="product_id",
        help="On a row: product_id, sku, identity.sku. May be empty only where the API"
        " is asked product by product: then the answer is taken to be about the"
        " product that was asked for.",
    )
    quantity_path = fields.Char(
        string="Quantity",
        required=True,
        default="quantity",
        help="On a row, or on a level inside it: quantity, stock.available.",
    )
    location_path = fields.Char(
        string="Location Code",
        help="On a row, or on a level inside it: location_id, warehouse.code. Empty"
        " where the API has one quantity per product.",
    )
    date_path = fields.Char(
        string="Time",
        default="updated_at",
        help="When the quantity was last changed, on a level or on its row:"
        " updated_at. An answer older than the last one accepted is not used.",
    )
    api_tz = fields.Selection(
        "_get_time_zones",
        string="Time Zone of the API",
        required=True,
        default="UTC",
        help="For times that the API gives without a zone, and for the time since which"
        " it is asked for changes.",
    )
    levels_path = fields.Char(
        string="Levels Inside a Row",
        help="Where a row holds several quantities, one per location: locations, or"
        " warehouses[].stock[]. Empty where each row is one quantity.",
    )
    filter_path = fields.Char(
        string="Only Rows Where",
        help="Rows for which this is not true are left out: state == 'IN_STOCK'",
    )
    success_path = fields.Char(
        string="Success",
        help="For an API that answers 200 and reports an error inside: the answer is"
        " used only where this is true, for example status == 'ok'",
    )

    # --- page after page ---
    paging = fields.Selection(
        [
            ("none", "No pages: all at once"),
            ("page", "Page number"),
            ("offset", "Offset"),
            ("cursor", "Cursor"),
            ("link", "Link header"),
            ("next_url", "Address of the next page in the answer"),
            ("version", "Last version seen"),
        ],
        string="Pages",
        required=True,
        default="page",
    )
    page_param = fields.Char(
        string="Parameter of the Page",
        default="page",
        help="Carries the page number, offset, cursor or version: page, offset, cursor,"
        " searchCriteria[currentPage].",
    )
    page_size_param = fields.Char(
        string="Parameter of the Size",
        default="per_page",
        help="Carries the number of rows per page: per_page, limit. Empty where the API"
        " decides.",
    )
    page_size = fields.Integer(
        string="Rows per Page",
        required=True,
        default=500,
        help="As many as the API gives at most, for example 500.",
    )
    first_page = fields.Integer(default=1, help="The number of the first page: 1 or 0.")
    next_path = fields.Char(
        string="Next Page",
        help="The cursor or address of the next page in the answer:"
        " pagination.nextToken; for the last version seen, a row's own: version.",
    )
    pages_path = fields.Char(
        string="Number of Pages",
        compute="_compute_signs_of_the_end",
        store=True,
        readonly=False,
        precompute=True,
        help="In the answer: pages, meta.pagination.total_pages; or in a header:"
        " header:X-WP-TotalPages. Empty where the API does not say.",
    )
    total_path = fields.Char(
        string="Number of Rows",
        compute="_compute_signs_of_the_end",
        store=True,
        readonly=False,
        precompute=True,
        help="In the answer: total, total_count. Empty where the API does not say. A"
        " list with fewer rows than this is not taken for complete.",
    )
    cursor_alone = fields.Boolean(
        help="With a cursor, no other parameter but the size may be sent.",
    )

    # --- how much, how fast ---
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
    max_pages = fields.Integer(
        string="Most Pages",
        default=20_000,
        required=True,
        help="A list with more pages is taken for one without an end: reading it is"
        " stopped with an error.",
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

    @api.model
    def _get_time_zones(self):
        return self.env["res.partner"]._fields["tz"]._description_selection(self.env)

    @api.depends("list_path")
    def _compute_request_mode(self):
        for record in self:
            if not record.list_path:
                record.request_mode = "item"
            elif record.request_mode != "ids":
                record.request_mode = "list"

    @api.depends("paging")
    def _compute_signs_of_the_end(self):
        """GlobalShop's, while pages are numbered: elsewhere they would be missing."""
        for record in self:
            for fname, usual in (("pages_path", "pages"), ("total_path", "total")):
                record._default_to(fname, usual, record.paging == "page")

    @api.depends("paging", "rows_path", "external_id_path", "quantity_path")
    def _compute_since_param(self):
        """GlobalShop's, while the list looks like its own."""
        for record in self:
            looks = (record.rows_path, record.external_id_path, record.quantity_path)
            is_globalshop = looks == ("items", "product_id", "quantity")
            is_globalshop = is_globalshop and record.paging == "page"
            record._default_to("since_param", "updated_since", is_globalshop)

    def _default_to(self, fname, usual, is_usual):
        """Fill a field in, or empty it of its default; what was typed in stays."""
        value = self[fname]
        if is_usual:
            value = value or usual
        elif value == usual:
            value = False
        self[fname] = value

    def _is_used(self, fname):
        """Whether a field means anything, by what else is chosen."""
        self.ensure_one()
        return all(
            bool(self[choice]) == wanted
            if isinstance(wanted, bool)
            else self[choice] in wanted
            for choice, wanted in USED_WITH.get(fname, {}).items()
        )

    def _get_used(self, fname):
        """The value of a field; False where it means nothing."""
        return self._is_used(fname) and self[fname]

    @api.constrains("base_url", "oauth_token_url", "auth_type")
    def _check_urls(self):
        for record in self:
            for fname in ("base_url", "oauth_token_url"):
                if record._get_used(fname) and not _is_plain_url(record[fname]):
                    raise ValidationError(
                        self.env._(
                            "The %(field)s must look like https://api.example.com/v1:"
                            " http or https, a server, perhaps a path; no user name,"
                            " password, “?” or “#”.",
                            field=record._label(fname),
                        )
                    )

    @api.constrains("item_path", "list_path", "request_mode")
    def _check_paths(self):
        for record in self:
            path = record.item_path or ""
            if path and (
                not _is_path(path) or path.count("{external_id}") != 1 or "#" in path
            ):
                raise ValidationError(
                    self.env._(
                        "The item path must begin with “/” and contain {external_id}"
                        " once, for example /stock/{external_id}"
                    )
                )
            path = record.list_path or ""
            if path and (not _is_path(path) or "?" in path or "#" in path):
                raise ValidationError(
                    self.env._(
                        "The path of the list must begin with “/”, for example /stock."
                        " What comes after a “?” belongs into the table of parameters."
                    )
                )
            needed = "item_path" if record.request_mode == "item" else "list_path"
            if not record[needed]:
                raise ValidationError(
                    self.env._(
                        "To ask for all products by “%(mode)s”, the API needs the field"
                        " “%(field)s”.",
                        mode=record._label_of_choice("request_mode"),
                        field=record._label(needed),
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
            if record.auth_type == "basic" and ":" in (record.auth_username or ""):
                raise ValidationError(
                    self.env._(
                        "A user name cannot contain “:”, which divides it from the"
                        " password on the way."
                    )
                )

    @api.constrains(
        "auth_param",
        "ids_param",
        "since_param",
        "page_param",
        "page_size_param",
        *_CHOICES,
    )
    def _check_parameter_names(self):
        names = ("auth_param", "ids_param", "since_param", "page_param")
        for record in self:
            for fname in (*names, "page_size_param"):
                name = record._get_used(fname)
                if name and not PARAMETER_NAME.fullmatch(name):
                    raise ValidationError(
                        self.env._(
                            "%(field)s: “%(name)s” cannot be the name of a parameter:"
                            " no spaces, and none of & = # ? + %%",
                            field=record._label(fname),
                            name=name,
                        )
                    )

    @api.constrains(
        "request_mode",
        "paging",
        "page_param",
        "next_path",
        "rows_path",
        "item_rows_path",
        "external_id_path",
        "item_path",
        "ids_param",
    )
    def _check_needed(self):
        """What this way of asking cannot do without."""
        for record in self:
            needed = []
            if record.item_path:
                needed.append("item_rows_path")
            if record.request_mode != "item":
                needed += ["rows_path", "external_id_path"]
                needed += PAGING_NEEDS.get(record.paging, [])
            if record.request_mode == "ids":
                needed.append("ids_param")
            for fname in needed:
                if not record[fname]:
                    raise ValidationError(
                        self.env._(
                            "“%s” is needed for this way of asking the API.",
                            record._label(fname),
                        )
                    )

    @api.constrains(*MAPPING_FIELDS.values(), *PAGING_FIELDS.values(), *_CHOICES)
    def _check_expressions(self):
        for record in self:
            for settings, fnames in (
                (record._get_mapping(), MAPPING_FIELDS),
                (record._get_paging(), PAGING_FIELDS),
            ):
                try:
                    settings.check()
                except MappingError as error:
                    fname = fnames[error.field]
                    raise ValidationError(record._fault(fname, error)) from None

    def _fault(self, fname, error):
        """Where an expression does not compile, in a sentence.

        :param MappingError error: with the position, if it is known
        """
        expression = self[fname]
        if error.position is None:
            place = expression
        else:
            place = f"{expression[: error.position]} ⟨?⟩ {expression[error.position :]}"
        return self.env._(
            "%(field)s is not a valid JMESPath expression: %(fault)s. The place of the"
            " fault: %(place)s",
            field=self._label(fname),
            fault=error.message,
            place=place,
        )

    def _label(self, fname):
        return self._fields[fname]._description_string(self.env)

    def _label_of_choice(self, fname):
        choices = dict(self._fields[fname]._description_selection(self.env))
        return choices[self[fname]]

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_vals(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_vals(vals))

    @api.model
    def _clean_vals(self, vals):
        """Without the spaces of a paste."""
        vals = dict(vals)
        for fname in ("base_url", "oauth_token_url", "item_path", "list_path"):
            if isinstance(vals.get(fname), str):
                vals[fname] = vals[fname].strip()
        if isinstance(vals.get("base_url"), str):
            vals["base_url"] = vals["base_url"].rstrip("/")
        return vals

    def _get_api(self):
        """The client for this API; to be used as a context manager."""
        self.ensure_one()
        return StockApi(self._get_api_settings())

    def _get_api_settings(self):
        """Everything that the client needs to know, secrets included."""
        self.ensure_one()
        return StockApiSettings(
            base_url=self.base_url,
            item_path=self.item_path or "",
            list_path=self.list_path or "",
            mode=self.request_mode,
            method=self._get_used("http_method") or "GET",
            headers=self._get_rows("header", is_secret=False),
            secret_headers=self._get_rows("header", is_secret=True),
            params=self._get_rows("param", is_secret=False),
            secret_params=self._get_rows("param", is_secret=True),
            ids_param=self._get_used("ids_param") or "",
            ids_separator=self._get_used("ids_separator") or "",
            ids_per_request=self._get_used("ids_per_request") or 0,
            since_param=self._get_used("since_param") or "",
            mapping=self._get_mapping(),
            paging=self._get_paging(),
            auth=self._get_auth(),
            limits=Limits(
                connect_timeout=min(10, self.request_timeout),
                read_timeout=self.request_timeout,
                total_timeout=self.request_timeout,
                max_attempts=self.max_attempts,
                max_bytes=self.max_answer_mb * 2**20,
                max_pages=self.max_pages,
            ),
            time_zone=self.api_tz,
            rows_apart=self._has_rows_apart(),
            rows_add_up=self._adds_rows_up(),
            concurrency=self.concurrency,
            requests_per_second=self.requests_per_second,
        )

    def _has_rows_apart(self):
        """Whether rows about one product may be anywhere in the list."""
        return True

    def _adds_rows_up(self):
        """Whether rows about one product are parts of its quantity."""
        return False

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

    def _get_mapping(self):
        return Mapping(**self._get_texts(MAPPING_FIELDS))

    def _get_paging(self):
        return Paging(
            kind=self._get_used("paging") or "none",
            param=self._get_used("page_param") or "",
            size_param=self._get_used("page_size_param") or "",
            size=self._get_used("page_size") or 0,
            first=self._get_used("first_page") or 0,
            cursor_alone=self._get_used("cursor_alone"),
            **self._get_texts(PAGING_FIELDS),
        )

    def _get_texts(self, fnames):
        return {
            name: (self._get_used(fname) or "").strip()
            for name, fname in fnames.items()
        }

    def _get_rows(self, kind, is_secret):
        """:return: tuple of (name, value) of the extra headers or parameters"""
        rows = self.sudo().parameter_ids.filtered(
            lambda row: row.kind == kind and row.is_secret == is_secret
        )
        values = ((row.name, row._get_value()) for row in rows)
        return tuple((name, value) for name, value in values if value)


def _is_plain_url(text):
    try:
        url = urlsplit(text)
        return bool(
            url.scheme in ("http", "https")
            and url.hostname
            and url.port != 0
            and not (url.username or url.password or url.query or url.fragment)
            and text.isprintable()
            and " " not in text
        )
    except ValueError:
        return False


def _is_path(text):
    return text.startswith("/") and text.isprintable() and " " not in text
