from odoo import api, models

from ..tools import format_quantity


class StockSyncGuard(models.AbstractModel):
    """Looks at a whole plan before anything is written.

    Only at runs over all products: whoever presses the button on chosen ones is
    looking at them.
    """

    _name = "stock.sync.guard"
    _description = "Stock Synchronisation: Guard"

    @api.model
    def _guard(self, run):
        """Look at the plan; hold single lines of it that are unlikely.

        :return: the facts for which the run as a whole is held, or None
        """
        backend = run.backend_id
        lines = run.line_ids.filtered(lambda line: line.state == "planned")
        with_stock = lines.filtered(lambda line: line.quantity_before > 0)
        emptied = with_stock.filtered(lambda line: line.quantity_after <= 0)
        checks = [
            ("zeros", len(emptied), run.received, backend.guard_zero_percent),
            (
                "share",
                len(with_stock),
                self._count_stocked(backend),
                backend.guard_change_percent,
            ),
        ]
        for reason, count, total, percent in checks:
            if count >= backend.guard_minimum and count * 100 > total * percent:
                return {
                    "reason": reason,
                    "count": count,
                    "total": total,
                    "percent": percent,
                }
        for line in with_stock:
            if self._is_suspicious(backend, line):
                self._hold_line(line)
        return None

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
