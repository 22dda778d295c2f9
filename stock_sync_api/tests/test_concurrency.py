"""Several transactions at once, with real cursors: what is done here is committed."""

import json
import re
from contextlib import contextmanager
from unittest.mock import patch

import responses
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import API, SERVICE_LOGGER


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """A location, a backend and two products, made and removed by each test."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.quantity = 5
        mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        mock.add_callback(
            responses.GET, re.compile(re.escape(API) + "/.*"), callback=self._answer
        )
        mock.start()
        self.addCleanup(mock.stop)
        # the pause before Odoo repeats a request
        self.enterContext(patch("odoo.service.model.time.sleep"))
        with self.cursor() as env:
            self.addCleanup(self._remove)
            self._create(env)

    def _answer(self, request):
        external_id = request.url.rsplit("/", 1)[1]
        return (
            200,
            {},
            json.dumps({"product_id": external_id, "quantity": self.quantity}),
        )

    def _create(self, env):
        warehouse = env["stock.warehouse"].search([], limit=1)
        self.location_id = (
            env["stock.location"]
            .create(
                {
                    "name": "Concurrency",
                    "usage": "internal",
                    "location_id": warehouse.view_location_id.id,
                }
            )
            .id
        )
        backend = env["sync.flow"].create(
            {
                "name": "Concurrency",
                "company_id": warehouse.company_id.id,
                "base_url": API,
                "location_id": self.location_id,
                "concurrency": 1,
                "max_attempts": 1,
            }
        )
        products = env["product.product"].create(
            [
                {"name": f"Concurrency {number}", "type": "consu", "is_storable": True}
                for number in (1, 2)
            ]
        )
        env["stock.sync.binding"].create(
            [
                {
                    "flow_id": backend.id,
                    "product_id": product.id,
                    "external_id": str(product.id),
                }
                for product in products
            ]
        )
        self.flow_id, self.product_ids = backend.id, products.ids
        self.product_id = products[0].id

    def _remove(self):
        with self.cursor() as env:
            env["sync.flow"].browse(self.flow_id).unlink()
            cron = env.ref("stock_sync_api.ir_cron_stock_sync")
            env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
            for table in ("stock_move_line", "stock_move", "stock_quant"):
                env.cr.execute(
                    f"DELETE FROM {table} WHERE product_id IN %s",
                    [tuple(self.product_ids)],
                )
            env.invalidate_all()
            products = env["product.product"].browse(self.product_ids)
            products.product_tmpl_id.unlink()
            env["stock.location"].browse(self.location_id).unlink()

    @contextmanager
    def cursor(self):
        """A transaction of its own: an environment that commits at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})

    def look_around(self, env):
        """From its first query on, a transaction sees the database as it is now."""
        env.cr.execute("SELECT count(*) FROM stock_quant")

    def press(self, env, product_id=None):
        product = env["product.product"].browse(product_id or self.product_id)
        return product.action_stock_sync()["params"]

    def press_as_request(self, env, product_id=None):
        """Press as the web client does; counts how often Odoo had to try."""
        attempts = []

        def attempt():
            attempts.append(1)
            return self.press(env, product_id)

        with mute_logger("odoo.sql_db"):
            params = retrying(attempt, env)
        return params, len(attempts)

    def quantities(self, product_id=None):
        """The quantity of each quant, as a new transaction sees it."""
        with self.cursor() as env:
            quants = env["stock.quant"].search(
                [
                    ("product_id", "=", product_id or self.product_id),
                    ("location_id", "=", self.location_id),
                ]
            )
            return quants.mapped("quantity")

    def put(self, quantity):
        with self.cursor() as env:
            env["stock.quant"]._update_available_quantity(
                env["product.product"].browse(self.product_id),
                env["stock.location"].browse(self.location_id),
                quantity,
            )

    def test_two_buttons_at_once_do_not_double_a_product_without_stock(self):
        with self.cursor() as first, self.cursor() as second:
            self.look_around(second)
            self.assertEqual(self.press(first)["type"], "success")
            first.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self.press(second)
            second.cr.rollback()
            self.look_around(second)
        self.assertEqual(self.quantities(), [5])

    def test_button_that_lost_the_race_is_pressed_again_by_odoo(self):
        with self.cursor() as first, self.cursor() as second:
            self.look_around(second)
            self.press(first)
            first.cr.commit()
            params, attempts = self.press_as_request(second)
        self.assertEqual(attempts, 2)
        self.assertEqual(
            (params["type"], params["message"]), ("success", "already up to date")
        )
        self.assertEqual(self.quantities(), [5])

    def test_button_that_lost_the_race_sets_what_the_api_says_by_then(self):
        with self.cursor() as first, self.cursor() as second:
            self.look_around(second)
            self.press(first)
            first.cr.commit()
            self.quantity = 8
            params, attempts = self.press_as_request(second)
        self.assertEqual(attempts, 2)
        self.assertIn("5 → 8", params["message"])
        self.assertEqual(self.quantities(), [8])

    def test_delivery_that_was_committed_meanwhile_is_not_overwritten(self):
        self.put(10)
        self.quantity = 12
        with self.cursor() as env:
            self.look_around(env)
            self._deliver(4)
            params, attempts = self.press_as_request(env)
        self.assertEqual(attempts, 2)
        self.assertIn("6 → 12", params["message"])
        self.assertEqual(self.quantities(), [12])

    def _deliver(self, quantity):
        with self.cursor() as env:
            move = env["stock.move"].create(
                {
                    "product_id": self.product_id,
                    "product_uom_qty": quantity,
                    "location_id": self.location_id,
                    "location_dest_id": env.ref("stock.stock_location_customers").id,
                    "move_line_ids": [
                        Command.create(
                            {
                                "product_id": self.product_id,
                                "quantity": quantity,
                                "location_id": self.location_id,
                                "location_dest_id": env.ref(
                                    "stock.stock_location_customers"
                                ).id,
                            }
                        )
                    ],
                    "picked": True,
                }
            )
            move._action_done()

    def test_different_products_of_one_location_do_not_disturb_each_other(self):
        with self.cursor() as first, self.cursor() as second:
            self.look_around(second)
            self.press(first, self.product_ids[0])
            self.press(second, self.product_ids[1])
            first.cr.commit()
            second.cr.commit()
        for product_id in self.product_ids:
            self.assertEqual(self.quantities(product_id), [5])

    def test_quant_that_someone_else_holds_is_left_alone(self):
        self.put(3)
        with self.cursor() as other, self.cursor() as env:
            other.cr.execute(
                "SELECT id FROM stock_quant WHERE product_id = %s FOR UPDATE",
                [self.product_id],
            )
            with self.assertLogs(SERVICE_LOGGER, "WARNING") as logs:
                params = self.press(env)
            self.assertEqual(len(logs.output), 1)
            self.assertEqual(params["type"], "danger")
            self.assertIn("Someone else is changing", params["message"])
            binding = env["stock.sync.binding"].search(
                [("product_id", "=", self.product_id)]
            )
            self.assertEqual(binding.error_code, "apply_failed")
            self.assertEqual(binding.error_facts["reason"], "busy")
            self.assertFalse(binding.last_sync_date)
            env.cr.commit()
            self.assertEqual(self.quantities(), [3], "and no second quant")
            other.cr.rollback()
            self.assertEqual(self.press(env)["type"], "success")
        self.assertEqual(self.quantities(), [5])

    def test_neighbours_of_a_busy_product_are_set(self):
        self.put(3)
        with self.cursor() as other, self.cursor() as env:
            other.cr.execute(
                "SELECT id FROM stock_quant WHERE product_id = %s FOR UPDATE",
                [self.product_id],
            )
            products = env["product.product"].browse(self.product_ids)
            with self.assertLogs(SERVICE_LOGGER, "WARNING"):
                params = products.action_stock_sync()["params"]
            self.assertEqual(params["type"], "warning")
        self.assertEqual(self.quantities(self.product_ids[0]), [3])
        self.assertEqual(self.quantities(self.product_ids[1]), [5])

    def test_failure_is_kept_when_the_stock_is_not(self):
        self.quantity = "many"
        with self.cursor() as env, mute_logger(SERVICE_LOGGER):
            self.press_as_request(env)
        with self.cursor() as env:
            binding = env["stock.sync.binding"].search(
                [("product_id", "=", self.product_id)]
            )
            self.assertEqual(binding.error_code, "invalid_quantity")
            run = env["sync.run"].search([("flow_id", "=", self.flow_id)])
            self.assertEqual(run.state, "failed")
        self.assertEqual(self.quantities(), [])

    # --- what the scheduled action calls, called from elsewhere ---

    def open_run(self):
        with self.cursor() as env:
            values = {"flow_id": self.flow_id, "trigger": "cron"}
            return env["sync.run"].create(values).id

    def call_round(self, env):
        """As a server action or the shell does; other backends have their say, too."""
        with mute_logger("odoo.sql_db", SERVICE_LOGGER):
            self.assertIsNone(env["stock.sync.service"]._cron_sync())
        env.cr.commit()

    def states(self):
        with self.cursor() as env:
            runs = env["sync.run"].search([("flow_id", "=", self.flow_id)])
            return runs.sorted("id").mapped("state")

    def test_round_that_lost_the_race_for_a_run_raises_nothing(self):
        run_id = self.open_run()
        with self.cursor() as env:
            self.look_around(env)
            with self.cursor() as other:
                other["sync.run"].browse(run_id)._finish("done")
            self.call_round(env)
        self.assertEqual(self.states(), ["done"])
        self.assertEqual(self.quantities(), [])

    def test_round_that_lost_the_race_for_a_dead_run_raises_nothing(self):
        run_id = self.open_run()
        with self.cursor() as env:
            env.cr.execute(
                "UPDATE sync_run SET write_date = write_date - interval '1 day'"
                " WHERE id = %s",
                [run_id],
            )
        with self.cursor() as env:
            self.look_around(env)
            with self.cursor() as other, mute_logger(SERVICE_LOGGER):
                other["sync.run"].browse(run_id)._finish("failed")
            self.call_round(env)
        self.assertEqual(self.states(), ["failed"])

    def test_round_that_lost_the_race_for_a_deleted_run_raises_nothing(self):
        run_id = self.open_run()
        with self.cursor() as env:
            self.look_around(env)
            with self.cursor() as other:
                other["sync.run"].browse(run_id).unlink()
            self.call_round(env)
        self.assertEqual(self.states(), [])

    def test_round_beside_a_run_that_has_just_begun_raises_nothing(self):
        with self.cursor() as env:
            self.look_around(env)
            run_id = self.open_run()
            self.call_round(env)
        with self.cursor() as env:
            self.assertEqual(env["sync.run"].browse(run_id).state, "planning")
        self.assertEqual(self.quantities(), [])

    def test_round_that_lost_the_race_for_the_stock_is_made_up_for_by_the_next(self):
        with self.cursor() as env:
            self.look_around(env)
            with self.cursor() as other:
                self.press(other)
            self.call_round(env)
        with self.cursor() as env:
            self.call_round(env)
        for product_id in self.product_ids:
            self.assertEqual(self.quantities(product_id), [5])

    def test_round_raises_nothing_where_the_backend_was_changed_meanwhile(self):
        run_id = self.open_run()
        with self.cursor() as env:
            self.look_around(env)
            with self.cursor() as other:
                backend = other["sync.flow"].browse(self.flow_id)
                backend.quantity_factor = 2
            self.call_round(env)
        with self.cursor() as env:
            self.assertEqual(env["sync.run"].browse(run_id).state, "interrupted")
        self.assertEqual(self.quantities(), [])
