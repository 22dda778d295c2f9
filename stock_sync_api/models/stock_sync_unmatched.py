from collections import Counter, defaultdict

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base_sync_api.tools.numbers import format_number

from ..kind import KIND
from ..tools.keys import near_form, near_form_sql


class StockSyncUnmatched(models.Model):
    """An id of the API that no product, or more than one, answers to.

    One row per backend and external id, whatever the number of runs. It leaves when a
    product of the backend gets the id.
    """

    _name = "stock.sync.unmatched"
    _inherit = ["sync.error"]
    _description = "Stock Synchronisation Unmatched Product"
    _order = "flow_id, external_id, id"
    _rec_name = "external_id"
    _log_access = False
    _check_company_auto = True

    flow_id = fields.Many2one(
        "sync.flow", string="Backend", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    external_id = fields.Char(string="External ID", required=True, readonly=True)
    quantity = fields.Char(
        string="API's Quantity", readonly=True, help="As the API wrote it."
    )
    location_code = fields.Char(string="API's Location", readonly=True)
    api_date = fields.Datetime(
        string="API's Own Time",
        readonly=True,
        help="The time that the API gave with the quantity, if it gave one.",
    )
    first_seen = fields.Datetime(readonly=True)
    last_seen = fields.Datetime(readonly=True)
    reported_by_run = fields.Integer(
        readonly=True, help="The number of the run that reported it last."
    )
    ignored = fields.Boolean(
        readonly=True, help="It stays in this list, and is not counted."
    )
    product_id = fields.Many2one(
        "product.product",
        string="Link To",
        check_company=True,
        ondelete="set null",
        domain="[('is_storable', '=', True)]",
        help="The product that is to get this external ID.",
    )
    suggested_product_ids = fields.Many2many(
        "product.product",
        string="Suggestions",
        compute="_compute_suggested_product_ids",
        help="Products without an external ID of this backend that have this ID as"
        " barcode, internal reference or name, or as external ID of another backend;"
        " if there is none, those whose barcode or internal reference is nearly the"
        " same.",
    )

    _external_id_uniq = models.Constraint(
        "UNIQUE(flow_id, external_id)",
        "The backend's unmatched products have this external ID already.",
    )

    def _get_error_kind(self):
        return KIND

    @api.depends("flow_id", "external_id")
    def _compute_suggested_product_ids(self):
        """Exact matches, which have an index; nearly alike ones only for the rest."""
        for flow, rows in self.grouped("flow_id").items():
            found = rows._find_products(flow)
            left = rows.filtered(lambda row, found=found: not found[row._exact_form()])
            near = left._find_near_products(flow)
            for row in rows:
                row.suggested_product_ids = (
                    found[row._exact_form()] or near[near_form(row.external_id)]
                )

    def _exact_form(self):
        self.ensure_one()
        return self.external_id.lower()

    @api.model
    def _linkable_domain(self, flow):
        return (
            Domain("is_storable", "=", True)
            & Domain("company_id", "in", [False, flow.company_id.id])
            & Domain("sync_binding_ids", "not any", [("flow_id", "=", flow.id)])
        )

    def _find_near_products(self, flow):
        """Look through all keys, once for all rows.

        :return: dict of external id, in its near form, to products
        """
        found = defaultdict(self.env["product.product"].browse)
        forms = {near_form(row.external_id) for row in self} - {""}
        if not forms:
            return found
        keys = ("default_code", "barcode")
        products = self.env["product.product"].search(
            self._linkable_domain(flow)
            & Domain.OR(_near_domain(key, list(forms)) for key in keys)
        )
        for product in products:
            for form in {near_form(product[key]) for key in keys} & forms:
                found[form] |= product
        return found

    def _find_products(self, flow):
        """:return: dict of external id, in small letters, to products"""
        found = defaultdict(self.env["product.product"].browse)
        texts = {
            text
            for external_id in self.mapped("external_id")
            for text in (external_id, external_id.lower(), external_id.upper())
        }
        bindings = self.env["stock.sync.binding"].search(
            [("external_id", "in", list(texts)), ("flow_id", "!=", flow.id)]
        )
        products = self.env["product.product"].search(
            self._linkable_domain(flow)
            & Domain.OR(
                [
                    Domain("id", "in", bindings.product_id.ids),
                    Domain("barcode", "in", list(texts)),
                    Domain("default_code", "in", list(texts)),
                    Domain("name", "in", list(texts)),
                ]
            )
        )
        names = defaultdict(set)
        for binding in bindings:
            names[binding.product_id].add(binding.external_id.lower())
        for product in products:
            for text in (product.barcode, product.default_code, product.name):
                names[product].add((text or "").lower())
            for name in names[product]:
                found[name] |= product
        return found

    @api.model
    def _report(self, flow, rows, run_id=None):
        """Write down what could not be matched, in one statement.

        :param rows: list of (external id, error code, facts, quantity as the API wrote
            it, location code, the API's time); what is unknown is None
        :param run_id: the run that reports them
        """
        self.flush_model()
        now = fields.Datetime.now()
        values = {}
        for external_id, error_code, facts, *said in rows:
            values[external_id] = (
                flow.id,
                flow.company_id.id,
                external_id,
                error_code,
                Json(facts or {}),
                *said,
                now,
                now,
                run_id,
            )
        if not values:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO stock_sync_unmatched (
                    flow_id, company_id, external_id, error_code, error_facts,
                    quantity, location_code, api_date, first_seen, last_seen,
                    reported_by_run)
                     VALUES %s
                ON CONFLICT (flow_id, external_id) DO UPDATE
                        SET error_code = excluded.error_code,
                            error_facts = excluded.error_facts,
                            quantity = excluded.quantity,
                            location_code = excluded.location_code,
                            api_date = excluded.api_date,
                            last_seen = excluded.last_seen,
                            reported_by_run = excluded.reported_by_run
                """,
                # in one order, so that two runs cannot lock each other out
                SQL(", ").join(SQL("%s", values[key]) for key in sorted(values)),
            )
        )
        self.invalidate_model()
        flow.invalidate_model(["unmatched_count"])

    @api.model
    def _forget(self, flow, external_ids):
        """Remove what is matched now.

        :param external_ids: iterable of external ids
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM stock_sync_unmatched"
                " WHERE flow_id = %s AND external_id = ANY(%s)",
                flow.id,
                list(external_ids),
            )
        )
        self.invalidate_model()
        flow.invalidate_model(["unmatched_count"])

    def action_link(self):
        """Give the products chosen, or else suggested, these external ids.

        :raise UserError: where there is nothing to link
        """
        self.check_access("write")
        wanted = {row: row._product_to_link() for row in self}
        uses = Counter((row.flow_id, product) for row, product in wanted.items())
        bound = self.env["stock.sync.binding"].search(
            [
                ("flow_id", "in", self.flow_id.ids),
                ("product_id", "in", [product.id for product in wanted.values()]),
            ]
        )
        taken = {(binding.flow_id, binding.product_id) for binding in bound}
        linked = {
            row: product
            for row, product in wanted.items()
            if product
            and uses[row.flow_id, product] == 1
            and (row.flow_id, product) not in taken
        }
        if not linked:
            raise UserError(
                self.env._(
                    "Nothing was linked. Choose a product in “Link To” that has no"
                    " external ID of the same backend yet, one for each line."
                )
            )
        left = len(self) - len(linked)
        self._bind(linked)
        count = format_number(self.env, len(linked))
        return self._notification(
            self.env._("%(linked)s linked.", linked=count)
            if not left
            else self.env._(
                "%(linked)s linked. %(left)s left: no product is chosen, there is not"
                " exactly one suggestion, or the product has an external ID already.",
                linked=count,
                left=format_number(self.env, left),
            )
        )

    def _product_to_link(self):
        """The product chosen; else the only one suggested, if there is only one."""
        self.ensure_one()
        if self.product_id:
            return self.product_id
        suggested = self.suggested_product_ids
        return suggested if len(suggested) == 1 else suggested.browse()

    def action_create_products(self):
        """Create a storable product for each id, and show them."""
        self.check_access("write")
        unknown = self.filtered(lambda row: row.error_code == "unmatched_product")
        if not unknown:
            raise UserError(
                self.env._(
                    "Several products answer to these IDs already; creating one more"
                    " would not help. Link one of them instead."
                )
            )
        products = self.env["product.product"].create(
            [row._prepare_product() for row in unknown]
        )
        self._bind(dict(zip(unknown, products, strict=True)))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Created Products"),
            "res_model": "product.product",
            "view_mode": "list,form",
            "domain": [("id", "in", products.ids)],
        }

    def _prepare_product(self):
        """The API says no name; the id stands for it until a person gives one."""
        self.ensure_one()
        key = "barcode" if self.flow_id.match_by == "barcode" else "default_code"
        return {
            "name": self.external_id,
            key: self.external_id,
            "type": "consu",
            "is_storable": True,
        }

    def _bind(self, product_by_row):
        """Create the bindings; the rows leave by themselves."""
        self.env["stock.sync.binding"].create(
            [
                {
                    "flow_id": row.flow_id.id,
                    "product_id": product.id,
                    "external_id": row.external_id,
                }
                for row, product in product_by_row.items()
            ]
        )

    def action_ignore(self):
        self.check_access("write")
        self.ignored = True

    def action_unignore(self):
        self.check_access("write")
        self.ignored = False

    def _notification(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


def _near_domain(fname, forms):
    """The products whose key has one of these near forms."""
    return Domain.custom(
        to_sql=lambda products, alias, query: SQL(
            "%s = ANY(%s)",
            near_form_sql(products._field_to_sql(alias, fname, query)),
            forms,
        )
    )
