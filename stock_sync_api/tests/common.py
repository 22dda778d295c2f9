import json
import re
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import unquote

import responses

from odoo import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

#: Odoo's test harness lets no other host through, so that faults are mocked here
API = "http://localhost:9/api"
#: of the base and of this addon
SERVICE_LOGGER = "odoo.addons"


class StockSyncCase(TransactionCase):
    """A backend on a mocked API, a warehouse of its own, and a stock user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.warehouse = cls.env["stock.warehouse"].create(
            {"name": "Sync Test", "code": "SYT"}
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.shelf = cls.env["stock.location"].create(
            {"name": "Shelf", "location_id": cls.stock.id, "usage": "internal"}
        )
        # Other data of the database must not count as the default backend.
        cls.env["sync.flow"].search([]).active = False
        cls.backend = cls.env["sync.flow"].create(
            {
                "name": "Test API",
                "sequence": 0,
                "base_url": API,
                "location_id": cls.stock.id,
                "concurrency": 1,
                "max_attempts": 1,
            }
        )
        cls.user = new_test_user(
            cls.env,
            "sync_stock_user",
            groups="base.group_user,stock.group_stock_user",
            lang="en_US",
        )
        cls.service = cls.env["stock.sync.service"].with_user(cls.user)
        cls.product = cls._create_product("123")

    def setUp(self):
        super().setUp()
        self.answers = {}
        self.calls = []
        mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        mock.add_callback(
            responses.GET, re.compile(re.escape(API) + "/.*"), callback=self._answer
        )
        mock.start()
        self.addCleanup(mock.reset)
        self.addCleanup(mock.stop)

    def _answer(self, request):
        """The mocked API: what ``self.answers`` says, else 404."""
        external_id = unquote(request.url.rsplit("/", 1)[1])
        self.calls.append(external_id)
        answer = self.answers.get(external_id)
        if answer is None:
            return 404, {}, '{"error": "not found"}'
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, tuple):
            return answer
        return (
            200,
            {},
            answer if isinstance(answer, bytes | str) else json.dumps(answer),
        )

    def api_says(self, quantity, external_id="123", **more):
        self.answers[external_id] = {
            "product_id": external_id,
            "quantity": quantity,
            **more,
        }

    @classmethod
    def _create_product(cls, external_id=None, **values):
        return cls.env["product.product"].create(
            {
                "name": f"Product {external_id}",
                "type": "consu",
                "is_storable": True,
                "x_external_id": external_id,
                **values,
            }
        )

    @classmethod
    def _create_shirt(cls):
        """A template with two variants."""
        attribute = cls.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [Command.create({"name": name}) for name in "SM"],
            }
        )
        return cls.env["product.template"].create(
            {
                "name": "Shirt",
                "type": "consu",
                "is_storable": True,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )

    @classmethod
    def set_stock(cls, quantity, product=None, location=None, **where):
        """Put ``quantity`` more of the product there, as a receipt would."""
        cls.env["stock.quant"]._update_available_quantity(
            product or cls.product, location or cls.stock, quantity, **where
        )

    def on_hand(self, product=None, location=None):
        product = product or self.product
        return product.with_context(location=(location or self.stock).id).qty_available

    def deliver(self, quantity, product=None, location=None):
        """A delivery of the product, reserved but not picked."""
        product = product or self.product
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": (location or self.stock).id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": (location or self.stock).id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    @contextmanager
    def before_applying(self, change):
        """Call ``change`` between the plan and its application."""
        Engine = self.env.registry["stock.sync.engine"]
        apply_lines = Engine._apply_lines

        def change_first(engine, run, lines):
            change()
            return apply_lines(engine, run, lines)

        with patch.object(Engine, "_apply_lines", change_first):
            yield

    def pick(self, picking):
        """Mark a transfer as picked, without validating it."""
        picking.move_ids.picked = True
        return picking

    def places(self, product=None):
        """What lies where at the warehouse: ``{"Stock": 3.0, "Shelf": 5.0}``.

        Of packages and owners: ``{"Stock, PACK1": 3.0, "Stock, Jane": 4.0}``.
        """
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", (product or self.product).id),
                ("location_id", "child_of", self.stock.id),
                ("quantity", "!=", 0),
            ]
        )
        places = {}
        for quant in quants:
            name = ", ".join(
                record.name
                for record in (quant.location_id, quant.package_id, quant.owner_id)
                if record
            )
            places[name] = places.get(name, 0.0) + quant.quantity
        return places

    def assert_left_alone(self, run, code, product=None):
        """The product was not touched; its line and its binding say why."""
        product = product or self.product
        line = run.line_ids.filtered(lambda line: line.product_id == product)
        binding = product.sync_binding_ids
        self.assertEqual((line.error_code, binding.error_code), (code, code))
        self.assertEqual(binding.state, "error")
        self.assertFalse(product.last_sync_date)
        self.assertFalse(line.move_ids)
        self.assert_plain_sentence(line.error_message)
        self.assertEqual(binding.error_message, line.error_message)
        self.assertEqual(product.sync_error_message, line.error_message)

    def assert_plain_sentence(self, message):
        """Every placeholder has its value, and nothing technical shows."""
        self.assertRegex(message, r"\A\S[^\n]*[.)!]\Z")
        self.assertNotRegex(message, r"%\(|\?|Traceback|Error\(|None|False|<class")

    def sync(self, products=None):
        """Press the button and return the run.

        Problems are logged as warnings; here they are expected.
        """
        products = products if products is not None else self.product
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_products(products.with_user(self.user))
        self.env.invalidate_all()
        return run.sudo()
