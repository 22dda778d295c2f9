from odoo import api, models

from ..tools import format_quantity


class StockSyncGuard(models.AbstractModel):
    """Looks at a whole plan before anything is written.

    A scheduled run works while nobody looks; what a person starts on chosen products
    is not held.
    """

    _name = "stock.sync.guard"
    _description = "Stock Synchronisation: Guard"

    @api.model
    def _guard(self, run):
        """Hold the run, or single lines of it, where the changes look wrong.

        :return: whether the run as a whole may go on
        """
        lines = run.line_ids.filtered(lambda line: line.state == "planned")
        with_stock = lines.filtered(lambda line: line.quantity_before > 0)
        emptied = with_stock.filtered(lambda line: line.quantity_after <= 0)
        backend = run.backend_id
        stocked = self._count_stocked(backend)
        if self._too_many(
            len(emptied), run.received, backend.guard_zero_percent, backend
        ) or self._too_many(
            len(with_stock), stocked, backend.guard_change_percent, backend
        ):
            run.write({"state": "held"})
            return False
        for line in with_stock:
            if self._is_suspicious(backend, line):
                self._hold_line(line)
        return True

    @api.model
    def _count_stocked(self, backend):
        """Bound products that have stock at the backend's locations."""
        products = backend.binding_ids.product_id
        compare = self.env["stock.sync.compare"]
        groups = self.env["stock.quant"]._read_group(
            compare._quant_domain(backend, products),
            ["product_id"],
            having=[("quantity:sum", ">", 0)],
        )
        return len(groups)

    @api.model
    def _too_many(self, count, total, percent, backend):
        return count >= backend.guard_minimum and count * 100 > total * percent

    @api.model
    def _is_suspicious(self, backend, line):
        before, after = line.quantity_before, line.quantity_after
        larger, smaller = max(before, after), min(before, after)
        return (
            larger - smaller >= backend.guard_difference
            and larger >= smaller * backend.guard_factor
        )

    @api.model
    def _hold_line(self, line):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        line.write(
            {
                "error_code": "held_by_guard",
                "error_facts": {
                    "location": line.location_id.complete_name,
                    "before": format_quantity(line.quantity_before, digits),
                    "target": format_quantity(line.quantity_after, digits),
                },
            }
        )
