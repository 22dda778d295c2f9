from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..kind import KIND
from ..levels.sites import Site, Sites
from ..levels.sorting import LevelSorter


class SyncFlow(models.Model):
    """Which stock a flow is about."""

    _inherit = "sync.flow"

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
        "flow_id",
        copy=True,
        help="Which of Odoo's locations the API's codes stand for. Without a map, all"
        " quantities are those of the backend's location.",
    )
    location_codes = fields.Json(
        readonly=True,
        copy=False,
        help="The API's location codes, seen while there was no location map.",
    )

    @api.depends("company_id", "kind")
    def _compute_location_id(self):
        """The company's only warehouse; with several, a wrong one doubles the stock."""
        for flow in self.filtered(lambda flow: flow.kind == KIND):
            if flow.location_id.company_id == flow.company_id:
                continue
            warehouses = self.env["stock.warehouse"].search(
                [("company_id", "=", flow.company_id.id)], limit=2
            )
            flow.location_id = (
                warehouses.lot_stock_id if len(warehouses) == 1 else False
            )

    @api.constrains("location_id", "inventory_location_id")
    def _check_location_usage(self):
        for flow in self:
            if flow.location_id and flow.location_id.usage != "internal":
                raise ValidationError(
                    self.env._("The location of a backend must be an internal one.")
                )
            counterpart = flow.inventory_location_id
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
        for flow in self.filtered(lambda flow: flow.active and flow.kind == KIND):
            overlaps = flow._overlaps()
            if not overlaps:
                continue
            domain = Domain("flow_id", "in", [flow.id, *(b.id for b in overlaps)])
            if products is not None:
                domain &= Domain("product_id", "in", products.ids)
            domain &= Domain("product_id.sync_binding_ids.flow_id", "=", flow.id)
            shared = (
                self.env["stock.sync.binding"]
                .sudo()
                ._read_group(
                    domain,
                    ["product_id"],
                    ["flow_id:recordset"],
                    having=[("__count", ">", 1)],
                    limit=1,
                )
            )
            for product, flows in shared:
                other = (flows - flow)[0]
                raise ValidationError(
                    self.env._(
                        "%(product)s would get its stock at %(location)s from more than"
                        " one backend: %(backends)s. Give them locations that do not"
                        " contain each other, or remove one external ID.",
                        product=product.display_name,
                        location=overlaps[other].complete_name,
                        backends=", ".join(flows.sorted().mapped("name")),
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
        for other in others.search([("kind", "=", KIND), ("id", "!=", self.id)]):
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

    def _not_configured(self):
        facts = super()._not_configured()
        if facts or self.kind != KIND:
            return facts
        if not self.location_id:
            return {"reason": "no_location"}
        archived = self._get_target_locations().filtered(lambda place: not place.active)
        if archived:
            return {
                "reason": "archived_location",
                "location": archived[0].complete_name,
            }
        return None

    def _may_be_tried(self, problem):
        """Without a location nothing is synchronised, but much can be learned."""
        lacks_location = problem[1].get("reason") == "no_location"
        return lacks_location or super()._may_be_tried(problem)

    @api.model
    def _set_up_fields(self):
        return {*super()._set_up_fields(), "location_map_ids"}

    def _get_meaning(self):
        values = super()._get_meaning()
        for row in self.location_map_ids:
            values["location", row.code] = (row.location_id, row.ignored)
        return values

    def _forget_progress(self):
        self.filtered("location_codes").location_codes = False
        return super()._forget_progress()

    @api.model
    def _default_for(self, company):
        """The backend that a product's form shows and sets: the first by sequence."""
        flows = self.sudo().with_context(active_test=True)
        domain = [("kind", "=", KIND), ("company_id", "=", company.id)]
        return flows.search(domain, limit=1)

    def _get_sorter(self, state=None, codes=None):
        """Sorts what the API says.

        :param state: what an earlier one has left over
        :param codes: the API's codes that are known already
        """
        several = self.several_rows
        if several == "refuse" and self._may_repeat():
            several = "same"
        return LevelSorter(self._get_sites(), several, state, codes)

    def _can_delta(self):
        if self.kind != KIND:
            return super()._can_delta()
        # News of one part say nothing about the sum.
        return (
            super()._can_delta()
            and self.several_rows != "sum"
            and not any(len(site.codes) > 1 for site in self._get_sites())
        )
