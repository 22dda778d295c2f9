from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.keys import BLANKS_SQL, trim


class StockSyncMatch(models.AbstractModel):
    """Finds the product for an external id; binds it where it was not bound yet."""

    _name = "stock.sync.match"
    _description = "Stock Synchronisation: Match"

    @api.model
    def _match(self, run, external_ids):
        """Find the products of a page of ids, in a fixed number of queries.

        :return: dict of external id to (binding, product), and dict of external id to
            (error code, facts) for those that are not one product. A preview makes no
            binding, it gives an empty one.
        """
        flow = run.flow_id
        external_ids = set(external_ids)
        if not external_ids:
            return {}, {}
        bindings = self.env["stock.sync.binding"].search(
            [
                ("flow_id", "=", flow.id),
                ("external_id", "in", list(external_ids)),
            ]
        )
        found = {
            binding.external_id: (binding, binding.product_id) for binding in bindings
        }
        unknown = external_ids - found.keys()
        problems = {
            external_id: ("unmatched_product", {"external_id": external_id})
            for external_id in unknown
        }
        if unknown and flow.match_by != "external_id":
            candidates = self._candidates(flow, unknown)
            new, ambiguous = self._choose_products(flow, candidates)
            found.update(self._bind(run, new, problems))
            problems.update(ambiguous)
            for external_id in found:
                problems.pop(external_id, None)
        return found, problems

    @api.model
    def _candidate_domain(self, flow):
        """The products that may be bound to the backend."""
        return Domain(flow.match_by, "!=", False) & Domain(
            "company_id", "in", [flow.company_id.id, False]
        )

    @api.model
    def _candidates(self, flow, external_ids):
        """:return: dict of external id to the products that have it as their key"""
        products = (
            self.env["product.product"]
            .with_context(active_test=False)
            .search(
                self._candidate_domain(flow)
                & self._key_domain(flow.match_by, external_ids)
            )
        )
        groups = products.grouped(lambda product: trim(product[flow.match_by]))
        return {key: groups[key] for key in groups.keys() & set(external_ids)}

    @api.model
    def _key_domain(self, fname, external_ids):
        """The products whose key is one of these ids, spaces around it left out.

        Either half has an index; that of the second has only the keys with spaces.
        """
        external_ids = list(external_ids)

        def to_sql(products, alias, query):
            column = products._field_to_sql(alias, fname, query)
            trimmed = SQL("btrim(%s, %s)", column, SQL(BLANKS_SQL))
            return SQL(
                "(%s != %s AND %s = ANY(%s))", column, trimmed, trimmed, external_ids
            )

        return Domain(fname, "in", external_ids) | Domain.custom(to_sql=to_sql)

    @api.model
    def _choose_products(self, flow, candidates):
        """Where one key is that of several products, only an active one will do.

        :return: dict of external id to product, and dict of external id to problem
        """
        products = self.env["product.product"].union(*candidates.values())
        bindings = self.env["stock.sync.binding"].search(
            [("flow_id", "=", flow.id), ("product_id", "in", products.ids)]
        )
        bound = bindings.product_id
        chosen, problems = {}, {}
        for external_id, products in candidates.items():
            product = products
            if len(products) > 1:
                product = products.filtered("active")
            if len(product) != 1 or product in bound:
                names = ", ".join(products[:5].mapped("display_name"))
                facts = {"external_id": external_id, "products": names}
                problems[external_id] = ("ambiguous_product", facts)
            else:
                chosen[external_id] = product
        return chosen, problems

    @api.model
    def _key_problem(self, flow, product):
        """Why the product's key does not name this product alone, or None."""
        key = trim(product[flow.match_by])
        bound = self.env["stock.sync.binding"].search(
            [("flow_id", "=", flow.id), ("external_id", "=", key)]
        )
        products = bound.product_id | product
        candidates = self._candidates(flow, {key})
        chosen, problems = self._choose_products(flow, candidates)
        if products == product and chosen.get(key) == product:
            return None
        products |= candidates.get(key, product)
        names = ", ".join(products[:5].mapped("display_name"))
        facts = {"external_id": key, "products": names}
        return problems.get(key) or ("ambiguous_product", facts)

    @api.model
    def _bind(self, run, chosen, problems):
        """:return: dict of external id to (binding, product)"""
        Binding = self.env["stock.sync.binding"]
        if run.preview:
            return {key: (Binding, product) for key, product in chosen.items()}
        values = [
            {
                "flow_id": run.flow_id.id,
                "product_id": product.id,
                "external_id": external_id,
            }
            for external_id, product in chosen.items()
        ]
        bindings = []
        try:
            with self.env.cr.savepoint():
                bindings = list(Binding.create(values))
        except UserError:
            # One of them cannot be: find out which, and bind the others.
            for one in values:
                try:
                    with self.env.cr.savepoint():
                        bindings.append(Binding.create(one))
                except UserError as error:
                    problems[one["external_id"]] = (
                        "unmatched_product",
                        {
                            "reason": "refused",
                            "external_id": one["external_id"],
                            "reason_text": " ".join(str(error).split()),
                        },
                    )
        return {b.external_id: (b, b.product_id) for b in bindings}
