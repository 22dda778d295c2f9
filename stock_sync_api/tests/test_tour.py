import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.tests import HttpCase, new_test_user, tagged


class StockHandler(BaseHTTPRequestHandler):
    """A real server, of the exercise's contract: every product has 50."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        product_id = self.path.rsplit("/", 1)[1]
        body = json.dumps({"product_id": product_id, "quantity": "50"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@tagged("post_install", "-at_install")
class TestTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        server = ThreadingHTTPServer(("127.0.0.1", 0), StockHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        cls.addClassCleanup(thread.join)
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.warehouse = cls.env["stock.warehouse"].create(
            {"name": "Sync Tour", "code": "SYT"}
        )
        cls.env["stock.sync.backend"].search([]).active = False
        cls.env["stock.sync.backend"].create(
            {
                "name": "Tour API",
                "base_url": f"http://127.0.0.1:{server.server_port}",
                "location_id": cls.warehouse.lot_stock_id.id,
            }
        )
        cls.product = cls.env["product.template"].create(
            {
                "name": "Tour Product",
                "type": "consu",
                "is_storable": True,
                "x_external_id": "123",
            }
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product.product_variant_id, cls.warehouse.lot_stock_id, 3
        )

    def _click_through(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        user = new_test_user(
            self.env,
            "sync_tour_user",
            groups="base.group_user,stock.group_stock_user,product.group_product_manager",
            lang=lang,
        )
        action = "stock.product_template_action_product"
        self.start_tour(
            f"/odoo/action-{action}/{self.product.id}",
            "stock_sync_button",
            login=user.login,
        )
        self.env.invalidate_all()
        self.assertEqual(self.product.qty_available, 50)
        self.assertTrue(self.product.last_sync_date)

    def test_click_on_the_button_shows_quantity_and_date(self):
        self._click_through("en_US")

    def test_click_on_the_button_works_in_french(self):
        self._click_through("fr_FR")
