import logging

import psycopg2

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain

from odoo.addons.base_sync_api.tools.notification import notification

from ..kind import KIND

_logger = logging.getLogger(__name__)


class StockSyncService(models.AbstractModel):
    """What the buttons on products, the scheduled action and other addons call."""

    _name = "stock.sync.service"
    _inherit = ["sync.service"]
    _description = "Stock Synchronisation Service"

    CRON = "stock_sync_api.ir_cron_stock_sync"

    @api.private
    @api.model
    def sync_products(self, products):
        """Synchronise chosen products now, in the caller's transaction.

        :param products: ``product.product`` records
        :return: the ``sync.run`` records, one per flow that knows a product
        :raise UserError: where the product's company has no flow at all
        """
        runs = self.env["sync.run"]
        for flow, (bindings, unbound) in self._group_by_flow(products).items():
            engine = self._engine(flow, self.env.user)
            runs += engine._sync_chosen(bindings, unbound)
        return runs.with_env(self.env)

    @api.model
    def _sync_and_notify(self, products):
        """What the button calls: never a traceback, always a sentence.

        Concurrency errors pass, so that Odoo repeats the whole request.
        """
        products.check_access("read")
        if not self.env.user.has_group("stock.group_stock_user"):
            facts = {
                "user": self.env.user.name,
                "company": self.env.company.display_name,
            }
            _logger.info(
                "The user %s may not synchronise products %s",
                self.env.uid,
                products.ids,
            )
            return self._notification(
                "danger",
                self._explain("access_denied", facts),
            )
        if not products:
            return self._notification(
                "warning", self.env._("There is no product variant to synchronise.")
            )
        try:
            with self.env.cr.savepoint():
                return self.sync_products(products)._notification()
        except (psycopg2.OperationalError, ConcurrencyError):
            raise
        except UserError as error:
            message = str(error)
        except Exception:
            _logger.exception("Unexpected error, products %s", products.ids)
            message = self.env._(
                "Something unexpected went wrong; nothing was changed. Ask an"
                " administrator to look at the server's log."
            )
        return self._notification("danger", message)

    @api.model
    def _notification(self, kind, message):
        return notification(self.env._("Stock synchronisation"), kind, message)

    @api.model
    def _explain(self, code, facts):
        return self.env["sync.error"]._explain(code, facts, KIND)

    @api.model
    def _group_by_flow(self, products):
        """:return: dict of flow to (bindings, products without a binding)"""
        bindings = (
            self.env["stock.sync.binding"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("flow_id.active", "=", True),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )
        groups = {
            flow: (of_flow, self.env["product.product"])
            for flow, of_flow in bindings.grouped("flow_id").items()
        }
        left = products - bindings.product_id.with_env(products.env)
        defaults = left._sync_flows()
        for product in left:
            flow = defaults[product.id]
            if not flow:
                raise UserError(self._explain("not_configured", {}))
            of_flow, unbound = groups.get(
                flow, (bindings.browse(), self.env["product.product"])
            )
            groups[flow] = (of_flow, unbound + product)
        return groups

    @api.model
    def _due_domain(self):
        """Not those that have nothing to ask about."""
        return super()._due_domain() & (
            Domain("binding_ids", "!=", False)
            | Domain("match_by", "!=", "external_id")
            | Domain("request_mode", "=", "list")  # tells unmatched ids
        )
