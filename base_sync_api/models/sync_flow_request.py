from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..client import MappingError, Paging, RowMapping
from ..tools.settings import (
    check_parameter_name,
    is_used,
    label,
    label_of_choice,
    used_value,
)
from ..tools.urls import is_path
from . import sync_backend

#: the client's words for the expressions, and the fields that hold them
MAPPING_FIELDS = {
    "rows": "rows_path",
    "item_rows": "item_rows_path",
    "success": "success_path",
}
PAGING_FIELDS = {"next": "next_path", "pages": "pages_path", "total": "total_path"}
#: paging that cannot work without these
PAGING_NEEDS = {
    "page": ["page_param"],
    "offset": ["page_param"],
    "cursor": ["page_param", "next_path"],
    "next_url": ["next_path"],
    "version": ["page_param", "next_path"],
}
#: see ``is_used``
USED_WITH = {
    **sync_backend.USED_WITH,
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
    "request_mode",
    "paging",
    "list_path",
    "item_path",
)


class SyncFlow(models.Model):
    """What is asked, and what the answers mean."""

    _inherit = "sync.flow"

    parameter_ids = fields.One2many(
        "sync.parameter",
        "flow_id",
        string="Headers and Parameters",
        copy=True,
        help="Sent with each request, for example the parameter marketplaceIds or the"
        " header X-Client-Id.",
    )

    # --- what is asked ---
    item_path = fields.Char(
        string="Path of One Record",
        default=lambda self: self._default_of_kind("item_path"),
        help="Below the base URL; {external_id} stands for the record's external ID:"
        " /items/{external_id}, or /items?id={external_id}. Empty where the API has no"
        " address for one record: then the list is read.",
    )
    list_path = fields.Char(
        string="Path of the List",
        help="Below the base URL, for example /items. Empty where the API has no"
        " list: then it is asked about each record.",
    )
    request_mode = fields.Selection(
        [
            ("item", "One by one"),
            ("list", "The list, page by page"),
            ("ids", "Several at once"),
        ],
        string="All Records",
        required=True,
        compute="_compute_request_mode",
        store=True,
        readonly=False,
        precompute=True,
        help="How the API is asked when everything is synchronised.",
    )
    asks_by_id = fields.Boolean(compute="_compute_asks_by_id")
    http_method = fields.Selection(
        [("GET", "GET"), ("POST", "POST with a JSON body")],
        string="Method",
        required=True,
        default="GET",
        help="For the list and for several records; one record is always a GET.",
    )
    ids_param = fields.Char(
        string="Parameter of the IDs",
        default="ids",
        help="Carries the external IDs, for example ids in /items?ids=1,2,3",
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
        help="Asks the list only for what has changed since a time, for example"
        " updated_since. Empty where the API cannot do that: then each run reads the"
        " whole list.",
    )

    # --- what the answers mean: JMESPath expressions ---
    rows_path = fields.Char(
        string="Rows",
        default="items",
        help="The rows in the answer about several records: items, payload.summaries,"
        " or @ where the answer is the list itself. Where it is an object of values by"
        " ID, items(name) makes rows of it, with [0] as ID and [1] as value.",
    )
    item_rows_path = fields.Char(
        string="Rows of One Record",
        default="@",
        help="The row, or rows, in the answer about one record: @ where the answer is"
        " the row itself, [] where it is a list of them, or items.",
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
    max_pages = fields.Integer(
        string="Most Pages",
        default=20_000,
        required=True,
        help="A list with more pages is taken for one without an end: reading it is"
        " stopped with an error.",
    )

    _sizes_positive = models.Constraint(
        "CHECK(max_pages > 0 AND page_size > 0 AND ids_per_request > 0)",
        "Pages, rows per page and IDs per request must be at least 1.",
    )
    _first_page_not_negative = models.Constraint(
        "CHECK(first_page >= 0)", "The number of the first page cannot be negative."
    )

    @api.depends("kind")
    def _compute_asks_by_id(self):
        for record in self:
            record.asks_by_id = bool(record.kind) and record._get_kind().asks_by_id

    @api.depends("list_path", "asks_by_id")
    def _compute_request_mode(self):
        for record in self:
            if not record.asks_by_id:
                record.request_mode = "list"
            elif not record.list_path:
                record.request_mode = "item"
            elif record.request_mode != "ids":
                record.request_mode = "list"

    @api.depends("paging")
    def _compute_signs_of_the_end(self):
        """GlobalShop's, while pages are numbered: elsewhere they would be missing."""
        for record in self:
            for fname, usual in (("pages_path", "pages"), ("total_path", "total")):
                record._default_to(fname, usual, record.paging == "page")

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
        return is_used(self, fname, USED_WITH)

    def _get_used(self, fname):
        """The value of a field; False where it means nothing."""
        return used_value(self, fname, USED_WITH)

    @api.constrains("item_path", "list_path", "request_mode")
    def _check_paths(self):
        for record in self:
            path = record.item_path or ""
            if path and (
                not is_path(path) or path.count("{external_id}") != 1 or "#" in path
            ):
                raise ValidationError(
                    self.env._(
                        "The item path must begin with “/” and contain {external_id}"
                        " once, for example /items/{external_id}"
                    )
                )
            path = record.list_path or ""
            if path and (not is_path(path) or "?" in path or "#" in path):
                raise ValidationError(
                    self.env._(
                        "The path of the list must begin with “/”, for example /items."
                        " What comes after a “?” belongs into the table of parameters."
                    )
                )
            needed = "item_path" if record.request_mode == "item" else "list_path"
            if not record[needed]:
                raise ValidationError(
                    self.env._(
                        "To read everything by “%(mode)s”, the API needs the field"
                        " “%(field)s”.",
                        mode=label_of_choice(record, "request_mode"),
                        field=label(record, needed),
                    )
                )

    @api.constrains(
        "ids_param", "since_param", "page_param", "page_size_param", *_CHOICES
    )
    def _check_parameter_names(self):
        for record in self:
            for fname in ("ids_param", "since_param", "page_param", "page_size_param"):
                check_parameter_name(record, fname, record._get_used(fname))

    @api.constrains(
        "request_mode",
        "paging",
        "page_param",
        "next_path",
        "rows_path",
        "item_rows_path",
        "item_path",
        "ids_param",
    )
    def _check_needed(self):
        """What this way of asking cannot do without."""
        for record in self:
            for fname in record._get_needed():
                if not record[fname]:
                    raise ValidationError(
                        self.env._(
                            "“%s” is needed for this way of asking the API.",
                            label(record, fname),
                        )
                    )

    def _get_needed(self):
        """:return: list of the fields without which this way of asking cannot do"""
        needed = ["item_rows_path"] if self.item_path else []
        if self.request_mode != "item":
            needed += ["rows_path", *PAGING_NEEDS.get(self.paging, [])]
        if self.request_mode == "ids":
            needed.append("ids_param")
        return needed

    @api.constrains(lambda self: self._get_expression_fields())
    def _check_expressions(self):
        for record in self:
            for settings, fnames in (
                (record._get_mapping(), record._get_mapping_fields()),
                (record._get_paging(), PAGING_FIELDS),
            ):
                try:
                    settings.check()
                except MappingError as error:
                    fname = fnames[error.field]
                    raise ValidationError(record._fault(fname, error)) from None

    def _get_mapping_fields(self):
        """:return: dict of the client's word for an expression to the field for it"""
        return MAPPING_FIELDS

    @api.model
    def _get_expression_fields(self):
        """The fields that an expression is in, or decide whether it is used."""
        return [
            *self._get_mapping_fields().values(),
            *PAGING_FIELDS.values(),
            *_CHOICES,
        ]

    def _get_mapping(self):
        return RowMapping(**self._get_texts(self._get_mapping_fields()))

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
            field=label(self, fname),
            fault=error.message,
            place=place,
        )

    @api.model
    def _clean_vals(self, vals):
        """Without the spaces of a paste."""
        vals = super()._clean_vals(vals)
        for fname in ("item_path", "list_path"):
            if isinstance(vals.get(fname), str):
                vals = {**vals, fname: vals[fname].strip()}
        return vals
