from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

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
        Line = self.env["stock.sync.run.line"]
        with_stock = Domain(
            [
                ("run_id", "=", run.id),
                ("state", "=", "planned"),
                ("quantity_before", ">", 0),
            ]
        )
        emptied = with_stock & Domain("quantity_after", "<=", 0)
        checks = [
            ("zeros", emptied, self._count_received, backend.guard_zero_percent),
            ("share", with_stock, self._count_stocked, backend.guard_change_percent),
        ]
        for reason, domain, count_all, percent in checks:
            count = Line.search_count(domain)
            if count < backend.guard_minimum:
                continue
            total = count_all(run)
            if count * 100 > total * percent:
                return {
                    "reason": reason,
                    "count": count,
                    "total": total,
                    "percent": percent,
                }
        for line in self._suspicious_lines(run):
            self._hold_line(line)
        return None

    @api.model
    def _count_received(self, run):
        """The products that the run is about; a delta names only those that changed.

        Never more than are bound: ids of no product must not thin a guard out.
        """
        bound = self.env["stock.sync.binding"].search_count(
            [("backend_id", "=", run.backend_id.id)]
        )
        return bound if run.delta else min(run.received, bound)

    @api.model
    def _count_stocked(self, run):
        """Bound products that have stock, counted once per site.

        Two plain questions: with statistics of yesterday, PostgreSQL needs minutes for
        both in one.
        """
        bindings = self.env["stock.sync.binding"]._read_group(
            [("backend_id", "=", run.backend_id.id)], [], ["product_id:array_agg"]
        )
        bound = set(bindings[0][0] or ())
        total = 0
        for site in run.backend_id._get_sites().spoken_of():
            stocked = self.env["stock.quant"]._read_group(
                [("location_id", "in", site.location_ids), ("owner_id", "=", False)],
                ["product_id"],
                having=[("quantity:sum", ">", 0)],
            )
            total += sum(product.id in bound for [product] in stocked)
        return total

    @api.model
    def _suspicious_lines(self, run):
        """Planned changes of a product with stock by a large factor and quantity."""
        backend = run.backend_id
        larger = SQL("GREATEST(quantity_before, quantity_after)")
        smaller = SQL("LEAST(quantity_before, quantity_after)")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM stock_sync_run_line
                 WHERE run_id = %s AND state = 'planned' AND quantity_before > 0
                   AND %s - %s >= %s AND %s >= %s * %s
                 ORDER BY id
                """,
                run.id,
                larger,
                smaller,
                backend.guard_difference,
                larger,
                smaller,
                backend.guard_factor,
            )
        )
        ids = [line_id for [line_id] in self.env.cr.fetchall()]
        return self.env["stock.sync.run.line"].browse(ids)

    @api.model
    def _hold_line(self, line, **why):
        """Have a line wait for a person.

        :param why: facts; by default the change is unusually large
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        line.write(
            {
                "error_code": "held_by_guard",
                "error_facts": {
                    "location": line.location_id.complete_name,
                    "before": format_quantity(line.quantity_before, digits),
                    "target": format_quantity(line.quantity_after, digits),
                    **why,
                },
            }
        )
