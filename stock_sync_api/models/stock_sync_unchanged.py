from odoo import api, models
from odoo.tools import SQL


class StockSyncUnchanged(models.AbstractModel):
    """Passes a page's levels that plainly equal the stock, in two statements.

    Most products of most runs end here. It decides nothing: whatever is not plain goes
    on to ``stock.sync.compare``, which has the rules.
    """

    _name = "stock.sync.unchanged"
    _description = "Stock Synchronisation: Unchanged"

    @api.model
    def _pass(self, run, site, levels):
        """Record the levels that equal the stock, and take them out of ``levels``.

        :param levels: dict of external id to ``Level`` at the site
        :return: how many there were
        """
        if not self._is_plain(run.backend_id):
            return 0
        factor = run.backend_id._get_factor()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        same, changed = [], []
        for external_id, binding_id, level_id, stock, known, date in self._read(
            run, site, list(levels)
        ):
            level = levels[external_id]
            if level.quantity is None:
                continue
            quantity = float(level.quantity * factor if factor != 1 else level.quantity)
            if quantity != stock or quantity < 0 or round(quantity, digits) != quantity:
                continue
            if level.date and date and level.date < date:
                continue
            del levels[external_id]
            if quantity == known and (not level.date or level.date == date):
                same.append(level_id)
            else:
                changed.append((binding_id, quantity, level.date))
        Level = self.env["stock.sync.level"]
        Level._touch(same, run.id)
        Level._set(
            [
                (binding_id, site.location.id, quantity, date, run.id)
                for binding_id, quantity, date in changed
            ]
        )
        return len(same) + len(changed)

    @api.model
    def _is_plain(self, backend):
        """Whether the quantities need no more than a factor to be Odoo's."""
        return not backend.uom_id

    @api.model
    def _read(self, run, site, external_ids):
        """What Odoo has for those whose product and binding are in order.

        :return: rows of (external id, binding id, level id, stock, level's quantity,
            API's own time)
        """
        backend = run.backend_id
        quantity = SQL("quant.quantity")
        if backend.quantity_type == "available":
            quantity = SQL("quant.quantity - quant.reserved_quantity")
        self.env.flush_all()
        # The sub-selects keep PostgreSQL from reading whole tables for a join.
        self.env.cr.execute(
            SQL(
                """
                SELECT binding.external_id,
                       binding.id,
                       level.id,
                       COALESCE((SELECT SUM(%(quantity)s)
                                   FROM stock_quant quant
                                  WHERE quant.product_id = binding.product_id
                                    AND quant.location_id = ANY(%(locations)s)
                                    AND quant.owner_id IS NULL), 0.0),
                       level.quantity,
                       level.source_date
                  FROM stock_sync_binding binding
                  JOIN stock_sync_level level
                    ON level.binding_id = binding.id
                   AND level.location_id = %(location)s
                   AND level.date IS NOT NULL
                 WHERE binding.backend_id = %(backend)s
                   AND binding.external_id = ANY(%(external_ids)s)
                   AND binding.state = 'ok'
                   AND binding.error_code IS NULL
                   AND binding.uom_id IS NULL
                   AND COALESCE(binding.quantity_factor, 0) = 0
                   AND level.accepted_by_run < %(run)s
                   AND (SELECT product.active
                               AND template.is_storable
                               AND template.tracking = 'none'
                          FROM product_product product
                          JOIN product_template template
                            ON template.id = product.product_tmpl_id
                         WHERE product.id = binding.product_id)
                   AND (SELECT count(*)
                          FROM stock_sync_run_line line
                         WHERE line.run_id = %(run)s
                           AND line.binding_id = binding.id) = 0
                   %(no_kits)s
                """,
                quantity=quantity,
                locations=list(site.location_ids),
                location=site.location.id,
                backend=backend.id,
                external_ids=external_ids,
                run=run.id,
                no_kits=self._without_kits(),
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _without_kits(self):
        Product = self.env["product.product"].with_context(active_test=False)
        if "is_kits" not in Product._fields:  # without mrp
            return SQL()
        kits = Product._search([("is_kits", "=", True)])
        return SQL("AND binding.product_id <> ALL(ARRAY%s)", kits.subselect())
