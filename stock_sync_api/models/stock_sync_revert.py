from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ..levels.outcome import Outcome
from ..tools.quantities import format_quantity
from .stock_sync_compare import Stock
from .stock_sync_engine import APPLY_SIZE


@dataclass(eq=False)
class Reversal(Outcome):
    """:param original: the line that is to be undone"""

    original: object = None


class StockSyncRevert(models.AbstractModel):
    """Brings the stock back to what it was before a run, where it has not moved since.

    As a run of its own, through the same moves that set the stock in the first place.
    """

    _name = "stock.sync.revert"
    _inherit = ["stock.sync.apply"]
    _description = "Stock Synchronisation: Revert"

    @api.model
    def _revert(self, run, lines):
        """Undo lines of a run, as the person who asks for it.

        :param lines: of the run; those that have not changed the stock are left out
        :return: the new run
        :raise UserError: where that cannot be done now
        """
        run = run.with_env(self.env)
        self._check_revertible(run)
        lines = lines.with_env(self.env).filtered(
            lambda line: line.state == "applied" and line.move_ids
        )
        if not lines:
            raise UserError(
                self.env._("Nothing was changed here that could be reverted.")
            )
        reverting = self.env["sync.run"].create(
            {
                "flow_id": run.flow_id.id,
                "user_id": self.env.user.id,
                "trigger": "revert",
                "scope": "chosen",
                "state": "applying",
                "reverted_run_id": run.id,
            }
        )
        for batch in split_every(APPLY_SIZE, lines.sorted("id").ids, lines.browse):
            self._revert_lines(reverting, batch)
        reverting._finish()
        return reverting

    @api.model
    def _check_revertible(self, run):
        flow = run.flow_id
        problem = flow._problem(self.env.user)
        # A backend may be paused, or have no address: nobody is called here.
        if problem and problem[0] != "access_denied":
            problem = None
        if not problem and flow._has_run_at_work():
            problem = ("run_in_progress", {"backend": flow.name})
        if problem:
            raise UserError(run._explain(*problem))
        if run.preview or run._is_under_way():
            raise UserError(self.env._("Only a finished run can be reverted."))

    @api.model
    def _revert_lines(self, run, lines):
        record = self.env["stock.sync.record"]
        sites = run.flow_id._get_sites()
        outcomes = [self._reversal(run, line, sites) for line in lines]
        new_lines = self.env["stock.sync.run.line"].create(
            [record._prepare_line(run, outcome) for outcome in outcomes]
        )
        for outcome, line in zip(outcomes, new_lines, strict=True):
            outcome.line = line
        self._apply(run, [o for o in outcomes if o.state == "planned"])
        record._settle_lines(outcomes)
        states = [outcome.state for outcome in outcomes]
        run._count(
            changed=states.count("applied"),
            skipped=states.count("skipped"),
            failed=states.count("failed"),
        )
        for outcome in outcomes:
            if outcome.error_code:
                record._log_problem(run, outcome)

    @api.model
    def _reversal(self, run, line, sites):
        outcome = Reversal(
            line.binding_id,
            line.product_id,
            line.external_id,
            site=sites.by_location.get(line.location_id.id),
            received=fields.Datetime.now(),
            run_id=run.id,
            state="planned",
            before=line.quantity_after,
            after=line.quantity_before,
            original=line,
        )
        if not outcome.site:
            return outcome.skip("unknown_location", reason="revert")
        return self.env["stock.sync.compare"]._check_product(outcome)

    @api.model
    def _lock_levels(self, outcomes):
        # A product that was linked by mistake may have no binding any more.
        return super()._lock_levels(
            [outcome for outcome in outcomes if outcome.binding]
        )

    @api.model
    def _compare_again(self, run, outcomes):
        """Only what is still as the line has left it is brought back."""
        by_site = {}
        for outcome in outcomes:
            by_site.setdefault(outcome.site, []).append(outcome)
        for site, of_site in by_site.items():
            products = self.env["product.product"].union(*(o.product for o in of_site))
            stocks = self.env["stock.sync.compare"]._read_stock(site, products)
            moved = self._moved_since(site, of_site)
            for outcome in of_site:
                stock = stocks.get(outcome.product.id, Stock())
                self._decide(run.flow_id, outcome, stock, moved)

    @api.model
    def _decide(self, flow, outcome, stock, moved):
        original = outcome.original
        outcome.state = "unchanged"
        outcome.before, outcome.after = stock.on_hand, original.quantity_before
        outcome.error_code, outcome.error_facts = None, {}
        differs = outcome.product.uom_id.compare(stock.on_hand, original.quantity_after)
        if differs or outcome.product in moved:
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            return outcome.skip(
                "stale_level",
                reason="moved_since",
                location=outcome.site.location.complete_name,
                before=format_quantity(stock.on_hand, digits),
                left=format_quantity(original.quantity_after, digits),
            )
        compare = self.env["stock.sync.compare"]
        return compare._check_change(flow, outcome, stock, reason="revert")

    @api.model
    def _moved_since(self, site, outcomes):
        """The products that have moved at the site since their lines."""
        since = {
            outcome.product: max(_when(move) for move in outcome.original.move_ids)
            for outcome in outcomes
        }
        inside = Domain("location_id", "in", site.location_ids)
        inside |= Domain("location_dest_id", "in", site.location_ids)
        move_lines = self.env["stock.move.line"].search(
            Domain(
                [
                    ("product_id", "in", [product.id for product in since]),
                    ("state", "=", "done"),
                    ("owner_id", "=", False),
                    ("move_id.date", ">=", min(date for date, _id in since.values())),
                ]
            )
            & inside
        )
        return {
            line.product_id
            for line in move_lines
            if _when(line.move_id) > since[line.product_id]
        }

    @api.model
    def _accept(self, outcomes):
        """The API has not said this: the next run is to ask about it again."""
        applied = [o for o in outcomes if o.binding and o.state == "applied"]
        self.env["stock.sync.level"]._forget(
            [(outcome.binding.id, outcome.site.location.id) for outcome in applied]
        )
        bindings = self.env["stock.sync.binding"].union(*(o.binding for o in applied))
        bindings.write({"state": "new", "error_code": False, "error_facts": False})


def _when(move):
    """Dates have whole seconds; within one, the later move has the higher number."""
    return move.date, move.id
