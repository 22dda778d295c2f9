from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, models
from odoo.fields import Domain

from ..levels.outcome import Outcome
from ..tools.quantities import format_quantity, plain_text


@dataclass(frozen=True)
class Stock:
    """What Odoo has of one product at a site, without consignments.

    :param on_hand: total quantity
    :param reserved: what of it is promised to transfers
    :param counted: whether a person has typed in a count that is not applied
    :param moving: whether a transfer in or out is picked but not validated
    """

    on_hand: float = 0.0
    reserved: float = 0.0
    counted: bool = False
    moving: bool = False


class StockSyncCompare(models.AbstractModel):
    """Compares levels with Odoo's stock and decides what is to be done."""

    _name = "stock.sync.compare"
    _description = "Stock Synchronisation: Compare"

    @api.model
    def _compare(self, flow, outcomes):
        """Decide each outcome that has a level.

        Reads the stock of all products in a fixed number of queries per site.
        """
        by_site = defaultdict(list)
        for outcome in outcomes:
            if outcome.level:
                by_site[outcome.site].append(outcome)
        for site, of_site in by_site.items():
            products = self.env["product.product"].union(*(o.product for o in of_site))
            stocks = self._read_stock(site, products)
            accepted = self._read_accepted(site, of_site)
            for outcome in of_site:
                self._decide(
                    flow,
                    outcome,
                    stocks.get(outcome.product.id, Stock()),
                    accepted.get(outcome.binding.id),
                )

    @api.model
    def _check_product(self, outcome):
        """Whether the product's stock can be set to one number at all."""
        product = outcome.product
        if not product.active:
            outcome.skip("archived_product")
        elif "is_kits" in product._fields and product.is_kits:  # with mrp
            outcome.skip("kit_product")
        elif not product.is_storable:
            outcome.skip("not_storable")
        elif product.tracking != "none":
            outcome.skip("tracked_product")
        return outcome

    @api.model
    def _settable_domain(self):
        """The products that pass ``_check_product``."""
        domain = Domain(
            [
                ("active", "=", True),
                ("is_storable", "=", True),
                ("tracking", "=", "none"),
            ]
        )
        if "is_kits" in self.env["product.product"]._fields:
            domain &= Domain("is_kits", "=", False)
        return domain

    @api.model
    def _binding_domain(self, flow):
        settable = self.env["stock.sync.compare"]._settable_domain()
        return Domain("flow_id", "=", flow.id) & Domain("product_id", "any", settable)

    @api.model
    def _unsettable_domain(self, flow):
        """Bindings that are not asked about one by one: why is on their product."""
        return Domain("flow_id", "=", flow.id) & ~self._binding_domain(flow)

    @api.model
    def _make_outcome(self, run, external_id, found, received, **values):
        """An outcome that is decided already where the product cannot be set."""
        nothing = (self.env["stock.sync.binding"], self.env["product.product"])
        binding, product = found.get(external_id, nothing)
        outcome = Outcome(
            binding, product, external_id, received=received, run_id=run.id, **values
        )
        if product:
            self._check_product(outcome)
        if outcome.error_code:
            outcome.level = None
        return outcome

    @api.model
    def _decide(self, flow, outcome, stock, accepted):
        level, product = outcome.level, outcome.product
        uom = product.uom_id
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        outcome.state = "unchanged"
        outcome.before = outcome.after = stock.on_hand
        outcome.error_code, outcome.error_facts = None, {}
        if level.quantity is None:
            return outcome.skip("not_managed")
        if accepted and self._is_stale(outcome, accepted):
            date = level.date or outcome.received
            return outcome.skip("stale_level", date=f"{date:%Y-%m-%d %H:%M:%S}")
        api_uom = outcome.binding.uom_id or flow.uom_id
        if api_uom and not api_uom._has_common_reference(uom):
            return outcome.fail(
                "invalid_quantity",
                reason="unit",
                api_unit=api_uom.name,
                unit=uom.name,
            )
        exact = self._convert(flow, outcome)
        outcome.quantity = self._round(flow, exact)
        outcome.rounded_from = exact if exact != outcome.quantity else None
        quantity = float(outcome.quantity)
        outcome.api_changed = bool(accepted) and quantity != accepted.quantity
        if Decimal(repr(uom.round(quantity))) != outcome.quantity:
            return outcome.fail(
                "invalid_quantity",
                reason="precision",
                quantity=plain_text(outcome.quantity),
                digits=digits,
                unit=uom.name,
            )
        target = quantity
        if flow.quantity_type == "available":
            target = uom.round(quantity + stock.reserved)
        if uom.compare(target, 0) < 0:
            if flow.negative_policy == "refuse":
                facts = self._quantity_facts(outcome, stock, target)
                return outcome.fail("invalid_quantity", reason="negative", **facts)
            if flow.negative_policy == "clamp":
                target = 0.0
        outcome.after = target
        return self._check_change(flow, outcome, stock)

    @api.model
    def _check_change(self, flow, outcome, stock, **facts):
        """Whether the stock can be brought from ``before`` to ``after`` now.

        :param facts: more of them for the sentence, where it cannot
        """
        uom, target = outcome.product.uom_id, outcome.after
        if uom.compare(stock.on_hand, target) == 0:
            return outcome
        facts.update(self._quantity_facts(outcome, stock, target))
        if stock.counted:
            return outcome.skip("count_in_progress", **facts)
        if stock.moving and flow.move_in_progress_policy == "skip":
            return outcome.skip("move_in_progress", **facts)
        if (
            uom.compare(stock.reserved, 0) > 0
            and uom.compare(target, stock.on_hand) < 0
            and uom.compare(target, stock.reserved) < 0
        ):
            return outcome.skip("below_reserved", **facts)
        outcome.state = "planned"
        return outcome

    @api.model
    def _quantity_facts(self, outcome, stock, target):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return {
            "location": outcome.site.location.complete_name,
            "before": format_quantity(stock.on_hand, digits),
            "target": format_quantity(target, digits),
            "reserved": format_quantity(stock.reserved, digits),
        }

    @api.model
    def _in_product_unit(self, flow, outcome):
        """The API's quantity in the unit that Odoo keeps the product in.

        Exactly, or rounded where the backend says so.
        """
        return self._round(flow, self._convert(flow, outcome))

    @api.model
    def _round(self, flow, quantity):
        """To the precision that all units share, with decimals: floats round badly."""
        too_large = quantity.adjusted() > 20  # and refused as such later on
        if flow.rounding != "half_up" or too_large:
            return quantity
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rounded = quantity.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        return rounded or Decimal(0)  # never -0

    @api.model
    def _convert(self, flow, outcome):
        """The API's quantity in the product's unit, exactly.

        The API may count boxes: by a unit of measure, or by a plain factor; the
        binding's own goes before the backend's.
        """
        binding = outcome.binding
        factor = flow._get_factor()
        if binding.quantity_factor:
            factor = Decimal(repr(binding.quantity_factor))
        quantity = outcome.level.quantity * factor
        uom = binding.uom_id or flow.uom_id
        if uom:
            # Multiplied first: 24 units are exactly 2 dozens, 1/12 is nothing exact.
            quantity *= Decimal(repr(uom.factor))
            return quantity / Decimal(repr(outcome.product.uom_id.factor))
        return quantity

    @api.model
    def _quant_domain(self, site, products):
        """The quants that the API's quantity is about; consignments are not ours."""
        return Domain(
            [
                ("product_id", "in", products.ids),
                ("location_id", "in", site.location_ids),
                ("owner_id", "=", False),
            ]
        )

    @api.model
    def _read_stock(self, site, products):
        """:return: dict of :class:`Stock` by product id"""
        quants = self.env["stock.quant"]._read_group(
            self._quant_domain(site, products),
            ["product_id"],
            [
                "quantity:sum",
                "reserved_quantity:sum",
                "inventory_quantity_set:bool_or",
            ],
        )
        stocks = {
            product.id: (on_hand, reserved, bool(counted))
            for product, on_hand, reserved, counted in quants
        }
        moving = self._read_moving(site, products)
        return {
            product_id: Stock(
                *stocks.get(product_id, (0.0, 0.0, False)), product_id in moving
            )
            for product_id in stocks.keys() | moving
        }

    @api.model
    def _read_moving(self, site, products):
        """:return: ids of products picked into or out of the site, not done"""
        inside = Domain("location_id", "in", site.location_ids)
        towards = Domain("location_dest_id", "in", site.location_ids)
        groups = self.env["stock.move.line"]._read_group(
            Domain(
                [
                    ("product_id", "in", products.ids),
                    ("state", "not in", ["done", "cancel"]),
                    ("picked", "=", True),
                    ("quantity", "!=", 0),
                    ("owner_id", "=", False),
                ]
            )
            & ((inside & ~towards) | (towards & ~inside)),
            ["product_id"],
        )
        return {product.id for [product] in groups}

    @api.model
    def _read_accepted(self, site, outcomes):
        """:return: the level accepted last, by binding id"""
        levels = self.env["stock.sync.level"].search_fetch(
            [
                ("binding_id", "in", [outcome.binding.id for outcome in outcomes]),
                ("location_id", "=", site.location.id),
                ("date", "!=", False),
            ],
            ["binding_id", "date", "source_date", "accepted_by_run", "quantity"],
        )
        return {level.binding_id.id: level for level in levels}

    @api.model
    def _is_stale(self, outcome, accepted):
        """Whether a newer level was accepted, by the API's own time or by ours.

        The latter where a plan was held, or its server was down, while a later run
        went on: times have whole seconds, so the runs' order decides within one.
        """
        date = outcome.level.date
        if date and accepted.source_date and date < accepted.source_date:
            return True
        return (
            accepted.accepted_by_run > outcome.run_id
            and accepted.date >= outcome.received
        )
