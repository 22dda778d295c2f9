import logging
from collections import defaultdict

import psycopg2

from odoo import Command, api, models
from odoo.exceptions import ConcurrencyError, UserError

from ..tools.quantities import format_quantity

_logger = logging.getLogger(__name__)


class StockSyncApply(models.AbstractModel):
    """Makes the very moves that Odoo's inventory adjustment makes.

    Not through ``stock.quant._apply_inventory``: it writes the location's row, so that
    two transactions on different products of one location fail on each other, and it
    wipes counts that people have typed in or that were requested of someone.
    """

    _name = "stock.sync.apply"
    _description = "Stock Synchronisation: Apply"

    @api.model
    def _apply(self, run, outcomes):
        """Bring the stock of the planned outcomes to their targets.

        They are compared again first. When Odoo refuses, the batch is split until the
        product at fault stands alone.

        :raise psycopg2.OperationalError: concurrency errors of the database pass
            through: the whole transaction has to be tried again
        """
        failure = None
        try:
            with self.env.cr.savepoint():
                self._apply_batch(run, outcomes)
        except (psycopg2.OperationalError, ConcurrencyError):
            raise
        except Exception as error:  # whatever another addon raises
            failure = error
        if failure and len(outcomes) == 1:
            self._refuse(run, outcomes[0], failure)
        elif failure:
            middle = len(outcomes) // 2
            self._apply(run, outcomes[:middle])
            self._apply(run, outcomes[middle:])

    @api.model
    def _refuse(self, run, outcome, error):
        facts = {"location": outcome.site.location.complete_name}
        if isinstance(error, UserError):
            facts["reason_text"] = " ".join(str(error).split())
        else:
            facts["reason"] = "unexpected"
            _logger.error(
                "Unexpected error while adjusting product %s in run %s",
                outcome.product.id,
                run.id,
                exc_info=error,
            )
        outcome.moves = self.env["stock.move"]
        outcome.fail("apply_failed", **facts)

    @api.model
    def _apply_batch(self, run, outcomes):
        # First the levels: they keep two runs from setting the same product at once,
        # even where there is no quant yet that could be locked.
        self._lock_levels(outcomes)
        quants, busy = self._lock_quants(run.flow_id, outcomes)
        self._compare_again(run, outcomes)
        places = quants.grouped(lambda quant: (quant.product_id, quant.location_id.id))
        moves_by_outcome = []
        for outcome in outcomes:
            outcome.moves = self.env["stock.move"]
            if outcome.product in busy:
                outcome.fail(
                    "apply_failed",
                    reason="busy",
                    location=outcome.site.location.complete_name,
                )
            elif outcome.state == "planned":
                own_quants = quants.browse().union(
                    *(
                        places.get((outcome.product, location_id), quants.browse())
                        for location_id in outcome.site.location_ids
                    )
                )
                moves = self._prepare_moves(run, outcome, own_quants)
                moves_by_outcome.append((outcome, moves))
        self.with_context(stock_sync_held_quants=set(quants.ids))._make_moves(
            moves_by_outcome
        )
        self._accept(outcomes)

    @api.model
    def _lock_levels(self, outcomes):
        self.env["stock.sync.level"]._lock(
            [(outcome.binding.id, outcome.site.location.id) for outcome in outcomes]
        )

    @api.model
    def _compare_again(self, run, outcomes):
        self.env["stock.sync.compare"]._compare(run.flow_id, outcomes)

    @api.model
    def _accept(self, outcomes):
        self.env["stock.sync.level"]._accept(outcomes)

    @api.model
    def _lock_quants(self, flow, outcomes):
        """Lock the quants against transfers that are being validated, all at once.

        Those at the counterpart locations as well: Odoo makes a second quant where
        someone else holds the first.

        :return: the quants, and the products of which someone else holds a quant
        """
        products = self.env["product.product"].union(*(o.product for o in outcomes))
        locations = {
            location_id
            for outcome in outcomes
            for location_id in outcome.site.location_ids
        }
        locations.update(self._counterpart(flow, p).id for p in products)
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "in", products.ids),
                ("location_id", "in", list(locations)),
                ("owner_id", "=", False),
            ],
            order="id",
        )
        locked = quants.try_lock_for_update(allow_referencing=True)
        return locked, (quants - locked).product_id

    @api.model
    def _counterpart(self, flow, product):
        """The other side of the adjustments."""
        return flow.inventory_location_id or product.property_stock_inventory

    @api.model
    def _prepare_moves(self, run, outcome, quants):
        """The values of the moves that bring one product to its target.

        Negative quants are brought to zero first. An increase goes to the backend's
        location; a decrease takes what is not reserved, there first, then from the
        children, unpackaged before packaged, and never goes below zero unless the
        target itself does.

        :return: list of (quant or none, values of ``stock.move``)
        """
        uom = outcome.product.uom_id
        # Several quants of one place can exist (Odoo merges them later): take the sum.
        places = defaultdict(lambda: self.env["stock.quant"])
        for quant in quants:
            places[quant.location_id, quant.package_id, quant.lot_id] |= quant
        home = (
            outcome.site.location,
            self.env["stock.package"],
            self.env["stock.lot"],  # left over from when the product was tracked
        )
        changes = defaultdict(float)
        on_hand = sum(quants.mapped("quantity"))
        for place, at_place in places.items():
            quantity = sum(at_place.mapped("quantity"))
            if uom.compare(quantity, 0) < 0:
                changes[place] -= quantity
                on_hand -= quantity
        missing = uom.round(outcome.after - on_hand)
        if uom.compare(missing, 0) > 0:
            changes[home] += missing
        elif uom.compare(missing, 0) < 0:
            too_much = -missing
            for place in sorted(
                places, key=lambda place: self._taking_order(home, place)
            ):
                at_place = places[place]
                free = sum(at_place.mapped("quantity")) - sum(
                    at_place.mapped("reserved_quantity")
                )
                taken = uom.round(min(max(free, 0.0), too_much))
                changes[place] -= taken
                too_much = uom.round(too_much - taken)
            if uom.compare(too_much, 0) > 0:
                if uom.compare(outcome.after, 0) >= 0:
                    self._skip_reserved(outcome, quants)
                    return []
                changes[home] -= too_much
        return [
            self._prepare_move(run, outcome, places[place], place, uom.round(change))
            for place, change in changes.items()
            if uom.compare(change, 0)
        ]

    @api.model
    def _taking_order(self, home, place):
        location, package, lot = place
        return (
            location != home[0],
            bool(package),
            location.complete_name,
            location.id,
            package.id,
            lot.id,
        )

    @api.model
    def _skip_reserved(self, outcome, quants):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        outcome.skip(
            "below_reserved",
            location=outcome.site.location.complete_name,
            before=format_quantity(outcome.before, digits),
            target=format_quantity(outcome.after, digits),
            reserved=format_quantity(sum(quants.mapped("reserved_quantity")), digits),
        )

    @api.model
    def _prepare_move(self, run, outcome, quants, place, change):
        location, package, _lot = place
        product = outcome.product
        quant = quants[:1] or self.env["stock.quant"].new(
            {"product_id": product.id, "location_id": location.id}
        )
        quant = quant.with_context(inventory_name=run._move_reference())
        counterpart = self._counterpart(run.flow_id, product)
        if change > 0:
            values = quant._get_inventory_move_values(
                change, counterpart, location, package_dest_id=package
            )
        else:
            values = quant._get_inventory_move_values(
                -change, location, counterpart, package_id=package
            )
        values["sync_line_ids"] = [Command.link(outcome.line.id)]
        return quants[:1], values

    @api.model
    def _make_moves(self, moves_by_outcome):
        """Create and validate the moves, and note them on their outcomes."""
        entries_by_date = defaultdict(list)
        for outcome, moves in moves_by_outcome:
            for quant, values in moves:
                # stock_account: the accounting date that someone set on the quant
                date = "accounting_date" in quant._fields and quant.accounting_date
                entries_by_date[date].append((outcome, quant, values))
        for date, entries in entries_by_date.items():
            values = [values for _outcome, _quant, values in entries]
            moves = self._create_moves(values, date)
            for (outcome, _quant, _values), move in zip(entries, moves, strict=True):
                outcome.moves += move
            moves.with_context(quants_cache=None)._action_done()
            moves = moves.with_context(stock_sync_orderpoints_later=False)
            moves._update_orderpoints()
            moves._trigger_assign()
            if date:  # used up, as after an inventory adjustment
                quants = self.env["stock.quant"].union(*(entry[1] for entry in entries))
                quants.exists().accounting_date = False
        for outcome, _moves in moves_by_outcome:
            if outcome.state == "planned":
                outcome.state = "applied"

    @api.model
    def _create_moves(self, vals_list, date):
        """:param date: accounting date, if any"""
        Move = self.env["stock.move"].with_context(
            inventory_mode=False,
            ignore_dest_packages=True,
            stock_sync_orderpoints_later=True,
            # reservations at creation look quants up one by one without it
            quants_cache=self._read_quants(vals_list),
        )
        if date:
            Move = Move.with_context(force_period_date=date)
        return Move.create(vals_list)

    @api.model
    def _read_quants(self, vals_list):
        def records(model, *names):
            ids = {values[name] for values in vals_list for name in names}
            return self.env[model].browse(ids)

        return self.env["stock.quant"]._get_quants_by_products_locations(
            records("product.product", "product_id"),
            records("stock.location", "location_id", "location_dest_id"),
        )
