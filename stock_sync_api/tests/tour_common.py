import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.tests import HttpCase, new_test_user


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


class TourCase(HttpCase):
    """A backend on a real server, with one product of which there are 3."""

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
        cls.env["sync.flow"].search([]).active = False
        cls.backend = cls.env["sync.flow"].create(
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

    def walk(self, tour, action, lang, group, record=None):
        """Walk a tour that begins with an action, as a user of that language.

        :param action: XML id of the window action
        :param group: XML id of the user's role
        :param record: whose form is shown; by default the action's first view
        """
        self.env["res.lang"]._activate_lang(lang)
        user = new_test_user(
            self.env,
            "sync_tour_user",
            groups=f"base.group_user,product.group_product_manager,{group}",
            lang=lang,
        )
        path = f"/odoo/action-{action}"
        if record:
            path += f"/{record.id}"
        self.start_tour(path, tour, login=user.login)
        self.env.invalidate_all()
