"""Makes the pictures of the documentation from the running demo.

    make demo                               (in one terminal)
    .devenv/venv/bin/python docs/screenshots.py

Drives Debian's Chromium through the Chrome DevTools protocol. What it changes in the
demo (quantities, an external ID, a second backend, the user's language) it puts back.
"""

import argparse
import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH, HEIGHT = 1200, 800
PHONE = 390
PATIENCE = 30

# No movement, and no cursor that blinks in a picture.
STILL = """
    const style = document.createElement("style");
    style.textContent = `*, *::before, *::after {
        transition: none !important; animation: none !important;
        caret-color: transparent !important; }`;
    document.head.append(style);
"""


class Browser:
    """A page in a Chromium of our own; to be used as a context manager."""

    def __enter__(self):
        self._resources = contextlib.ExitStack()
        profile = self._resources.enter_context(
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        )
        command = [
            _find("chromium", "chromium-browser", "google-chrome"),
            "--headless",
            "--remote-debugging-port=0",
            "--remote-allow-origins=*",
            f"--user-data-dir={profile}",
            f"--window-size={WIDTH},{HEIGHT}",
            "--hide-scrollbars",
            "--disable-gpu",
            "--no-first-run",
            # The sandbox does not work for root.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "about:blank",
        ]
        chromium = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._resources.callback(chromium.wait)
        self._resources.callback(chromium.terminate)
        port_file = Path(profile) / "DevToolsActivePort"
        _wait(port_file.exists, "Chromium to start")
        port = port_file.read_text().split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            pages = [page for page in json.load(answer) if page["type"] == "page"]
        self._socket = websocket.create_connection(pages[0]["webSocketDebuggerUrl"])
        self._resources.callback(self._socket.close)
        self._number = 0
        self._size(HEIGHT)
        return self

    def __exit__(self, *exc_info):
        self._resources.close()

    def _size(self, height, width=WIDTH):
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width == PHONE,
        )

    @contextlib.contextmanager
    def phone(self):
        """The width that pages opened in here get."""
        self._size(HEIGHT, PHONE)
        try:
            yield
        finally:
            self._size(HEIGHT)

    def send(self, method, **parameters):
        """One command; events that come in between are passed over."""
        self._number += 1
        self._socket.send(
            json.dumps({"id": self._number, "method": method, "params": parameters})
        )
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]

    def run(self, code):
        """The value of a piece of JavaScript (with ``await``) in the page."""
        answer = self.send(
            "Runtime.evaluate",
            expression=f"(async () => {{ {code} }})()",
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def open(self, address, ready):
        self.send("Page.navigate", url=address)
        self.wait(ready)
        self.run(STILL)

    def wait(self, selector):
        code = f"return Boolean(document.querySelector({json.dumps(selector)}))"
        _wait(lambda: self._try(code), selector)

    def _try(self, code):
        # While a page gives way to the next there is none to ask.
        with contextlib.suppress(RuntimeError):
            return self.run(code)
        return False

    def click(self, selector):
        self.wait(selector)
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def shoot(self, name, height=HEIGHT, width=WIDTH):
        self._size(height, width)
        time.sleep(0.7)  # pictures and fonts that are still on their way
        picture = base64.b64decode(self.send("Page.captureScreenshot")["data"])
        (IMAGES / f"{name}.png").write_bytes(picture)
        self._size(HEIGHT)
        print(f"docs/images/{name}.png  {len(picture) // 1024} kB", flush=True)


class Odoo:
    """The demo, seen by the browser that is logged in to it."""

    def __init__(self, browser, options):
        self._browser = browser
        self._address = options.odoo
        self._context = {}
        browser.open(f"{self._address}/web/login", "input[name=password]")
        self._session = self._post(
            "/web/session/authenticate",
            {"db": options.db, "login": options.login, "password": options.password},
        )

    def _post(self, path, parameters):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters})
        answer = self._browser.run(
            f"""
            const response = await fetch({json.dumps(path)}, {{
                method: "POST",
                headers: {{"Content-Type": "application/json"}},
                body: {json.dumps(body)},
            }});
            return await response.json();
            """
        )
        if "error" in answer:
            raise SystemExit(f"Odoo: {answer['error']['data']['message']}")
        return answer.get("result")  # there is none where a method returns nothing

    def call(self, model, method, *args, **kwargs):
        kwargs = {"context": self._context, **kwargs}
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def record(self, xml_id):
        module, name = xml_id.split(".")
        [row] = self.call(
            "ir.model.data",
            "search_read",
            [("module", "=", module), ("name", "=", name)],
            ["res_id"],
        )
        return row["res_id"]

    def show(self, action, *path, ready, query=""):
        parts = "/".join([f"action-{action}", *map(str, path)])
        self._browser.open(f"{self._address}/odoo/{parts}{query}", ready)

    @contextlib.contextmanager
    def language(self, code):
        user = self._session["uid"]
        [row] = self.call("res.users", "read", [user], ["lang"])
        self.call("res.users", "write", [user], {"lang": code})
        self._context = {"lang": code}
        try:
            yield
        finally:
            self._context = {}
            self.call("res.users", "write", [user], {"lang": row["lang"]})


class MockApi:
    def __init__(self, address):
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def quantity(self, product_id):
        return self._ask(product_id)["quantity"]

    def set_quantity(self, product_id, quantity):
        self._ask(
            product_id,
            data=json.dumps({"quantity": quantity}).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )

    def _ask(self, product_id, **more):
        address = f"{self._address}/stock/{product_id}"
        request = urllib.request.Request(address, **more)
        with self._opener.open(request) as answer:
            return json.load(answer)


def main():
    options = _options()
    mock = MockApi(options.mock)
    IMAGES.mkdir(exist_ok=True)
    with Browser() as browser:
        odoo = Odoo(browser, options)
        for language, suffix in (("en_US", ""), ("fr_FR", "-fr")):
            with odoo.language(language):
                shoot_product(browser, odoo, mock, suffix)
                shoot_administration(browser, odoo, suffix)
                shoot_run(browser, odoo, mock, suffix)
                with second_backend(odoo, options.mock) as backend:
                    shoot_setup(browser, odoo, suffix)
                    shoot_unmatched(browser, odoo, backend, suffix)
                    shoot_dashboard(browser, odoo, suffix)
                shoot_lists(browser, odoo, suffix)
        browser.open(f"{options.mock}/", "table tr + tr")
        browser.shoot("mock-api")


def shoot_product(browser, odoo, mock, suffix):
    """The page of a product, and the answer after a click."""
    product = odoo.record("stock_sync_api.demo_product_5_product_template")
    quantity = mock.quantity("5")
    mock.set_quantity("5", "50")
    try:
        odoo.call("product.template", "action_stock_sync", [product])
        odoo.show(
            "stock.product_template_action_product",
            product,
            ready=".o_notebook a[name=stock_sync]",
        )
        browser.click(".o_notebook a[name=stock_sync]")
        browser.wait("button[name=action_stock_sync]")
        browser.shoot(f"product-page{suffix}", height=620)
        mock.set_quantity("5", quantity)
        browser.click("button[name=action_stock_sync]")
        browser.wait(".o_notification")
        browser.shoot(f"notification{suffix}", height=620)
    finally:
        mock.set_quantity("5", quantity)
        odoo.call("product.template", "action_stock_sync", [product])


def shoot_administration(browser, odoo, suffix):
    cron = odoo.record("stock_sync_api.ir_cron_stock_sync")
    odoo.show(
        "base.ir_cron_act",
        cron,
        query="?debug=1",
        ready="button[name=method_direct_trigger]",
    )
    browser.shoot(f"scheduled-action{suffix}")
    backend = odoo.record("stock_sync_api.backend_default")
    odoo.show(
        "stock_sync_api.stock_sync_backend_action",
        backend,
        query="?debug=0",
        ready="button[name=action_preview]",
    )
    browser.shoot(f"backend{suffix}", height=980)


def shoot_run(browser, odoo, mock, suffix):
    """A run that has changed something, and found an id that nobody knows."""
    backend = odoo.record("stock_sync_api.backend_default")
    product = odoo.record("stock_sync_api.demo_product_20_product_template")
    quantities = {number: mock.quantity(number) for number in ("3", "5", "8")}
    try:
        for number in quantities:
            mock.set_quantity(number, str(10 * int(number)))
        odoo.call("product.template", "write", [product], {"x_external_id": "2O"})
        odoo.call("sync.flow", "action_sync", [backend])
        [run] = odoo.call("sync.run", "search", [("flow_id", "=", backend)], limit=1)
        odoo.show(
            "stock_sync_api.stock_sync_run_action",
            run,
            ready=".o_field_widget[name=outcomes] li",
            query="?debug=0",
        )
        browser.shoot(f"run{suffix}")
        odoo.show(
            "stock_sync_api.stock_sync_run_line_held_action",
            ready=".o_data_row",
            query="?debug=0",
        )
        browser.shoot(f"held{suffix}", height=300)
    finally:
        for number, quantity in quantities.items():
            mock.set_quantity(number, quantity)
        odoo.call("product.template", "write", [product], {"x_external_id": "20"})
        odoo.call("sync.flow", "action_sync", [backend])


@contextlib.contextmanager
def second_backend(odoo, address):
    """One in the middle of its set-up, with stock of its own."""
    stock = odoo.record("stock.stock_location_stock")
    [row] = odoo.call("stock.location", "read", [stock], ["location_id"])
    location = odoo.call(
        "stock.location",
        "create",
        {"name": "North", "location_id": row["location_id"][0], "usage": "internal"},
    )
    values = {
        "name": "Northern warehouse",
        "kind": "stock_level",
        "base_url": address,
        "list_path": "/stock",
        "location_id": location,
        "setup_step": "test",
    }
    backend = odoo.call("sync.flow", "create", values)
    try:
        yield backend
    finally:
        odoo.call("sync.flow", "unlink", [backend])
        odoo.call("stock.location", "unlink", [location])


def shoot_setup(browser, odoo, suffix):
    odoo.show(
        "stock_sync_api.stock_sync_backend_action",
        ready=".o_kanban_record button[name=action_set_up]",
        query="?debug=0",
    )
    browser.click(".o_kanban_record button[name=action_set_up]")
    browser.wait(".o_sync_setup div[name=step_test]")
    browser.run(STILL)
    browser.click("button[name=action_setup_test]")
    browser.wait(".o_field_widget[name=test_row_ids] .o_data_row")
    browser.shoot(f"setup{suffix}", height=930)


def shoot_unmatched(browser, odoo, backend, suffix):
    """What a preview finds; the ids are those that another backend knows."""
    odoo.call("sync.flow", "action_setup_preview", [backend])
    unmatched = [("flow_id", "=", backend)]
    _wait(
        lambda: odoo.call("stock.sync.unmatched", "search_count", unmatched),
        "the preview to end",
    )
    odoo.show(
        "stock_sync_api.stock_sync_unmatched_action",
        ready=".o_data_row",
        query="?debug=0",
    )
    browser.shoot(f"unmatched{suffix}", height=600)


def shoot_dashboard(browser, odoo, suffix):
    action = "stock_sync_api.stock_sync_backend_action"
    odoo.show(action, ready=".o_dashboard_graph canvas", query="?debug=0")
    browser.shoot(f"dashboard{suffix}", height=520)
    with browser.phone():
        odoo.show(action, ready=".o_dashboard_graph canvas", query="?debug=0")
        browser.shoot(f"dashboard-phone{suffix}", height=700, width=PHONE)


def shoot_lists(browser, odoo, suffix):
    """Runs, and products with a problem: one is given an id that nobody knows."""
    [cron] = odoo.call("ir.cron", "read", [_cron(odoo)], ["name"])
    cell = f"td[data-tooltip={json.dumps(cron['name'])}]"
    odoo.show("base.ir_cron_act", query="?debug=1", ready=f".o_data_row {cell}")
    browser.run(
        f"const cell = document.querySelector({json.dumps(cell)});"
        """
        cell.scrollIntoView({block: "center"});
        cell.closest("tr").style.outline = "3px solid #d9534f";
        """
    )
    browser.shoot(f"scheduled-actions{suffix}")
    product = odoo.record("stock_sync_api.demo_product_20_product_template")
    [row] = odoo.call("product.template", "read", [product], ["x_external_id"])
    try:
        odoo.call("product.template", "write", [product], {"x_external_id": "2O"})
        odoo.call("product.template", "action_stock_sync", [product])
        odoo.show(
            "stock.product_template_action_product",
            product,
            ready=".o_notebook a[name=stock_sync]",
            query="?debug=0",
        )
        browser.click(".o_notebook a[name=stock_sync]")
        browser.wait("button[name=action_stock_sync]")
        browser.shoot(f"product-problem{suffix}", height=620)
        show_problem_filter(browser, odoo)
        browser.shoot(f"product-list{suffix}", height=400)
        odoo.call("ir.cron", "method_direct_trigger", [_cron(odoo)])
    finally:
        values = {"x_external_id": row["x_external_id"]}
        odoo.call("product.template", "write", [product], values)
        odoo.call("product.template", "action_stock_sync", [product])
    odoo.show("stock_sync_api.stock_sync_run_action", ready=".o_data_row")
    browser.shoot(f"runs{suffix}", height=520)


def show_problem_filter(browser, odoo):
    """The list of products with our columns and the filter."""
    odoo.show("stock.product_template_action_product", ready=".o_kanban_record")
    browser.click("button.o_list")
    browser.click(".o_optional_columns_dropdown button")
    for name in ("x_external_id", "sync_state", "last_sync_date"):
        browser.wait(".o-dropdown--menu")
        browser.run(
            f"""
            const box = document.querySelector(
                ".o-dropdown--menu input[name={name}]");
            if (!box.checked) box.click();
            """
        )
    browser.click(".o_optional_columns_dropdown button")
    browser.click(".o_searchview_dropdown_toggler")
    browser.wait(".o_filter_menu .dropdown-item")
    browser.run(
        """
        const items = [...document.querySelectorAll(".o_filter_menu .dropdown-item")];
        const words = ["Synchronisation problem", "Problème de synchronisation"];
        items.find((item) => words.includes(item.textContent)).click();
        """
    )
    browser.wait(".o_data_row")
    browser.click(".o_searchview_dropdown_toggler")


def _cron(odoo):
    return odoo.record("stock_sync_api.ir_cron_stock_sync")


def _options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default, meaning in (
        ("odoo", "http://127.0.0.1:8069", "address of the demo"),
        ("mock", "http://127.0.0.1:5000", "address of its mock API"),
        ("db", "stock_sync_demo", "its database"),
        ("login", "admin", "user name"),
        ("password", "admin", "password"),
    ):
        parser.add_argument(
            f"--{name}",
            default=os.environ.get(f"SCREENSHOTS_{name.upper()}", default),
            help=f"{meaning} (%(default)s)",
        )
    return parser.parse_args()


def _find(*programs):
    for program in programs:
        if path := shutil.which(program):
            return path
    raise SystemExit("Chromium is missing: install the package chromium.")


def _wait(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited {PATIENCE} s for {what}: in vain.")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
