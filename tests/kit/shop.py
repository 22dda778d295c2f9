"""What a test wants from Odoo: products, a backend, synchronisations, the stock."""

import logging
from contextlib import contextmanager

from odoo import Command, fields

#: the addon tells the log of each problem; here they are expected
_LOGGER = logging.getLogger("odoo.addons.stock_sync_api")


class Shop:
    """A warehouse of its own, in one transaction."""

    def __init__(self, env):
        self.env = env
        warehouse = env["stock.warehouse"].create({"name": "Test", "code": "TST"})
        self.location = warehouse.lot_stock_id
        self.backend = env["sync.flow"]
        self.products = {}

    def add_location(self, name):
        return self.env["stock.location"].create(
            {"name": name, "location_id": self.location.id, "usage": "internal"}
        )

    def connect(self, base_url, **values):
        """A backend made through its fields alone."""
        self.backend = self.env["sync.flow"].create(
            {
                "name": "Test API",
                "base_url": base_url,
                "location_id": self.location.id,
                **values,
            }
        )

    def bind(self, external_ids):
        """A new product without stock for each id of the API."""
        products = self.env["product.product"].create(
            [
                {
                    "name": f"Product {external_id}",
                    "is_storable": True,
                    "sync_binding_ids": [
                        Command.create(
                            {
                                "flow_id": self.backend.id,
                                "external_id": external_id,
                            }
                        )
                    ],
                }
                for external_id in external_ids
            ]
        )
        self.products = {
            **self.products,
            **dict(zip(external_ids, products, strict=True)),
        }

    def put(self, external_id, quantity):
        """Have so much more of a product."""
        self.env["stock.quant"]._update_available_quantity(
            self.products[external_id], self.location, quantity
        )

    def set_stock(self, quantities):
        """Have so much of products: dict of external id to quantity."""
        for external_id, quantity in quantities.items():
            self.put(external_id, quantity)

    def states(self, external_ids):
        """How products stand: dict of external id to (state, error code)."""
        self.env.invalidate_all()
        bindings = {i: self.products[i].sync_binding_ids for i in external_ids}
        return {i: (b.state, b.error_code) for i, b in bindings.items()}

    def sync(self):
        """The backend's button; the run."""
        with quiet():
            return self._service().sync_flow(self.backend)

    def sync_chosen(self, external_ids):
        """The button of products; the run."""
        products = self.env["product.product"].union(
            *(self.products[external_id] for external_id in external_ids)
        )
        with quiet():
            return self._service().sync_products(products)

    def go_on(self, run):
        """The time that the API asked a run to wait for has come; the run."""
        run.sudo().resume_date = fields.Datetime.now()
        with quiet():
            self._service()._cron_sync()
        return run

    def scheduled_sync(self):
        """The scheduled action; the run that it made."""
        before = self.backend.run_ids
        with quiet():
            self._service()._cron_sync()
        return self.backend.run_ids - before

    def stock(self, location=None):
        """What there is of the products: dict of external id to quantity."""
        quantities = dict(
            self.env["stock.quant"]._read_group(
                [
                    ("location_id", "child_of", (location or self.location).id),
                    ("product_id", "in", [p.id for p in self.products.values()]),
                ],
                ["product_id"],
                ["quantity:sum"],
            )
        )
        return {
            external_id: quantities.get(product, 0.0)
            for external_id, product in self.products.items()
        }

    def moves(self):
        """How many stock moves the products have."""
        return self.env["stock.move"].search_count(
            [("product_id", "in", [p.id for p in self.products.values()])]
        )

    def _service(self):
        self.env.invalidate_all()
        return self.env["stock.sync.service"]


@contextmanager
def quiet():
    level = _LOGGER.level
    _LOGGER.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        _LOGGER.setLevel(level)
