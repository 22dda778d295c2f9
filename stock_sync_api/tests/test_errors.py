"""Each thing that can go wrong: what is said, what is logged, what stays as it was."""

import re
import socket
from unittest.mock import patch

import psycopg2
import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ReadTimeoutError,
)

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.models import sync_error

from ..models.sync_error import ERROR_CODES as STOCK_CODES
from ..models.sync_error import SENTENCES as STOCK_SENTENCES
from .common import SERVICE_LOGGER, StockSyncCase

ERROR_CODES = [*sync_error.ERROR_CODES, *STOCK_CODES]
SENTENCES = {**sync_error.SENTENCES, **STOCK_SENTENCES}

SECRET = "canary-4711-secret"
HTML = "<!doctype html><title>Sign in</title>"


def no_connection(cause):
    """What requests raises where urllib3 gets no connection because of ``cause``."""
    try:
        try:
            raise cause
        except OSError as error:
            raise NewConnectionError(None, f"Failed: {error}") from error
    except NewConnectionError as error:
        return requests.ConnectionError(MaxRetryError(None, "/stock", error))


def item(**values):
    return {"product_id": "bad", "quantity": "5", **values}


def without(name):
    return {key: value for key, value in item().items() if key != name}


#: what the API does: (answer, error code, words of the sentence)
PRODUCT_FAULTS = {
    "refused": (
        no_connection(ConnectionRefusedError(111, "Connection refused")),
        "connection_error",
        "localhost:9 refused the connection",
    ),
    "unknown name": (
        no_connection(socket.gaierror(-2, "Name or service not known")),
        "connection_error",
        "No server of the name localhost:9",
    ),
    "certificate": (
        requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"),
        "connection_error",
        "certificate",
    ),
    "broken off": (
        requests.ConnectionError(ConnectionResetError(104, "reset by peer")),
        "connection_error",
        "The connection to localhost:9 broke off",
    ),
    "no connection in time": (
        requests.ConnectTimeout(
            MaxRetryError(None, "/", ConnectTimeoutError(None, "timed out"))
        ),
        "timeout",
        "localhost:9 did not answer in time",
    ),
    "no answer in time": (
        requests.ReadTimeout(ReadTimeoutError(None, "/", "timed out")),
        "timeout",
        "did not answer in time",
    ),
    "its own words": (
        (422, {}, '{"error": {"message": "Unknown\\nsite <b>7</b>"}}'),
        "http_error",
        "The API says: “Unknown site 7”.",
    ),
    "XML": ("<?xml version='1.0'?><stock/>", "invalid_response", "in XML"),
    "CSV": ("sku;qty\nbad;5\n", "invalid_response", "CSV"),
    "id with a fraction": (item(product_id=12.0), "invalid_response", "by 12.0, which"),
    "404": ((404, {}, ""), "product_not_found", "does not know the external ID bad"),
    "410": ((410, {}, ""), "product_not_found", "does not know the external ID bad"),
    "400": ((400, {}, "{}"), "http_error", "HTTP 400"),
    "500": ((500, {}, HTML), "http_error", "HTTP 500"),
    "503": ((503, {}, ""), "http_error", "HTTP 503"),
    "redirect elsewhere": (
        (302, {"Location": "http://elsewhere.example/stock/bad"}, ""),
        "http_error",
        "redirects to elsewhere.example",
    ),
    "redirect loop": (
        (302, {"Location": "/api/stock/bad"}, ""),
        "http_error",
        "redirects without end",
    ),
    "not JSON": ("quantity=5", "invalid_response", "not valid JSON"),
    "empty": ("", "invalid_response", "not valid JSON"),
    "cut off": ('{"product_id": "bad", ', "invalid_response", "not valid JSON"),
    "not UTF-8": (
        b'{"product_id": "bad", "quantity": "\xff"}',
        "invalid_response",
        "not valid JSON",
    ),
    "NaN": (
        '{"product_id": "bad", "quantity": NaN}',
        "invalid_response",
        "not valid JSON",
    ),
    "a key twice": (
        '{"product_id": "bad", "quantity": 1, "quantity": 2}',
        "invalid_response",
        "not valid JSON",
    ),
    "web page": (HTML, "invalid_response", "web page instead of data"),
    "compressed unreadably": (
        (200, {"Content-Encoding": "br"}, "x"),
        "invalid_response",
        "compressed in a way that cannot be read",
    ),
    "a list": ([item()], "invalid_response", "not an object"),
    "a number": ("5", "invalid_response", "not an object"),
    "no id": (without("product_id"), "invalid_response", "no “product_id”"),
    "no quantity": (without("quantity"), "invalid_response", "no “quantity”"),
    "id that is none": (item(product_id=None), "invalid_response", "no id"),
    "another product": (
        item(product_id="124"),
        "product_mismatch",
        "Asked about bad, the API answered about 124",
    ),
    "word": (item(quantity="many"), "invalid_quantity", "gave “many”"),
    "empty text": (item(quantity=""), "invalid_quantity", "not a plain number"),
    "boolean": (item(quantity=True), "invalid_quantity", "gave “true”"),
    "thousands": (item(quantity="1,000"), "invalid_quantity", "gave “1,000”"),
    "plus": (item(quantity="+5"), "invalid_quantity", "gave “+5”"),
    "infinity": (item(quantity="Infinity"), "invalid_quantity", "gave “Infinity”"),
    "arabic digits": (item(quantity="٥"), "invalid_quantity", "gave “٥”"),
    "object": (item(quantity={"value": 5}), "invalid_quantity", "gave “{…}”"),
    "twelve digits": (
        item(quantity=123456789012),
        "invalid_quantity",
        "gave “123456789012”",
    ),
    "precision": (item(quantity="0.001"), "invalid_quantity", "more decimals"),
    "negative": (item(quantity=-1), "invalid_quantity", "asks for -1 at SYT/Stock"),
}

#: after these no other product is asked about
STOPPING_FAULTS = {
    "401": ((401, {}, ""), "auth_failed", "refused the credentials (HTTP 401)"),
    "403": ((403, {}, HTML), "auth_failed", "refused the credentials (HTTP 403)"),
    "403 of a guard": (
        (403, {"CF-Ray": "8a"}, "<html><title>Attention Required!</title></html>"),
        "http_error",
        "turned this server away (HTTP 403)",
    ),
    "429": ((429, {}, ""), "rate_limited", "fewer requests (HTTP 429)"),
    "429 and when": (
        (429, {"Retry-After": "3600"}, ""),
        "rate_limited",
        "fewer requests (HTTP 429)",
    ),
    "429 and nonsense": (
        (429, {"Retry-After": "soon"}, ""),
        "rate_limited",
        "fewer requests (HTTP 429)",
    ),
    "503 and when": (
        (503, {"Retry-After": "3600"}, ""),
        "rate_limited",
        "fewer requests (HTTP 503)",
    ),
}


class StockSyncErrorCase(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"auth_type": "bearer", "secret_input": SECRET})
        cls.first = cls._create_product("aaa")
        cls.product.x_external_id = "bad"
        cls.last = cls._create_product("zzz")
        cls.all = cls.first + cls.product + cls.last

    def press(self, products, user=None):
        """Press the button.

        :return: the notification's parameters, the run, the log's entries
        """
        Run = self.env["sync.run"]
        runs = Run.search([])
        with self.assertLogs(SERVICE_LOGGER, "INFO") as logs:
            action = products.with_user(user or self.user).action_stock_sync()
        self.env.invalidate_all()
        self.assertEqual(action["tag"], "display_notification")
        return action["params"], Run.search([]) - runs, logs.output

    def assert_logged_once(self, logs, run, code, product, external_id):
        [entry] = [entry for entry in logs if f"product {product.id}," in entry]
        for words in (
            f"backend {run.flow_id.id},",
            f"run {run.id},",
            f"external id {external_id}:",
            f" {code}: ",
        ):
            self.assertIn(words, entry)
        self.assertNotIn(SECRET, "".join(logs))

    def assert_reported(self, pressed, code, words, product=None, on_hand=7):
        """The one product that went wrong: said, logged, and left as it was."""
        product = product or self.product
        params, run, logs = pressed
        self.assert_left_alone(run, code, product)
        line = run.line_ids.filtered(lambda line: line.product_id == product)
        self.assertIn(words, line.error_message)
        self.assertEqual(self.on_hand(product), on_hand)
        self.assert_logged_once(
            logs, run, code, product, product.sync_binding_ids.external_id
        )
        self.assertNotIn(SECRET, str(line.read()) + str(run.read()) + str(params))
        self.assertNotIn(SECRET, str(product.sync_binding_ids.read()))


@tagged("post_install", "-at_install")
class TestErrors(StockSyncErrorCase):
    def test_fault_with_one_product_leaves_the_others_of_the_click_alone(self):
        for name, (answer, code, words) in PRODUCT_FAULTS.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.set_stock(7)
                self.answers["bad"] = answer
                self.api_says("11", "aaa")
                self.api_says("12", "zzz")
                pressed = self.press(self.all)
                self.assert_reported(pressed, code, words)
                self.assertEqual(
                    (self.on_hand(self.first), self.on_hand(self.last)), (11, 12)
                )
                params, run, logs = pressed
                self.assertEqual(len(logs), 1)
                self.assertEqual((run.state, run.changed), ("partial", 2))
                self.assertEqual(run.skipped + run.failed, 1)
                self.assertEqual(params["type"], "warning")
                self.assertIn("2 changed", params["message"])
                savepoint.rollback()

    def test_fault_with_the_only_product_is_said_at_once(self):
        for name, (answer, code, words) in (PRODUCT_FAULTS | STOPPING_FAULTS).items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.set_stock(7)
                self.answers["bad"] = answer
                params, run, logs = self.press(self.product)
                self.assert_reported((params, run, logs), code, words)
                self.assertEqual(run.state, "failed")
                self.assertEqual(params["type"], "danger")
                self.assertTrue(params["sticky"])
                self.assertEqual(params["message"], run.line_ids.error_message)
                savepoint.rollback()

    def test_fault_that_concerns_all_products_stops_the_questions(self):
        for name, (answer, code, words) in STOPPING_FAULTS.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.calls.clear()
                self.set_stock(7)
                self.answers["bad"] = answer
                self.api_says("11", "aaa")
                self.api_says("12", "zzz")
                params, run, logs = self.press(self.all)
                self.assertEqual(self.calls, ["aaa", "bad"])
                self.assert_reported((params, run, logs), code, words)
                self.assert_reported((params, run, logs), code, words, self.last, 0)
                self.assertEqual(self.on_hand(self.first), 11)
                self.assertEqual(params["type"], "warning")
                self.assertIn("1 changed", params["message"])
                savepoint.rollback()

    def test_failure_keeps_the_date_of_the_last_success(self):
        self.api_says("5", "bad")
        self.sync()
        date = self.product.last_sync_date
        self.assertTrue(date)
        self.env.cr.execute("UPDATE stock_sync_level SET date = '2026-01-01 10:00:00'")
        self.env.invalidate_all()
        for answer in ((500, {}, ""), item(quantity="many"), item(quantity=-1)):
            self.answers["bad"] = answer
            self.sync()
            self.assertEqual(self.product.sync_state, "error")
            self.assertEqual(str(self.product.last_sync_date), "2026-01-01 10:00:00")
        self.api_says("5", "bad")
        self.sync()
        self.assertEqual(self.product.sync_state, "ok")
        self.assertFalse(self.product.sync_error_message)
        self.assertGreaterEqual(self.product.last_sync_date, date)

    def test_backend_that_is_not_set_up_says_what_is_missing(self):
        for words, values in (
            ("has no address", {"base_url": False}),
            ("has no location", {"location_id": False}),
            ("has no API key, token or password", {"secret": False}),
            ("is paused", {"paused": True}),
        ):
            with self.subTest(words), self.env.cr.savepoint() as savepoint:
                self.set_stock(7)
                self.api_says("5", "bad")
                self.backend.sudo().write(values)
                params, run, logs = self.press(self.product)
                self.assert_reported((params, run, logs), "not_configured", words)
                self.assertEqual(run.state, "failed")
                self.assertEqual(params["type"], "danger")
                self.assertIn(f"Test API {words}", params["message"])
                self.assertFalse(self.calls, "no request was sent")
                savepoint.rollback()

    def test_product_without_an_external_id_says_so(self):
        unbound = self._create_product()
        self.api_says("5", "bad")
        params, run, logs = self.press(self.product + unbound)
        line = run.line_ids.filtered(lambda line: line.product_id == unbound)
        self.assertEqual(line.error_code, "not_configured")
        self.assertIn("no external ID", line.error_message)
        self.assertIn("Test API", line.error_message)
        self.assert_plain_sentence(line.error_message)
        self.assert_logged_once(logs, run, "not_configured", unbound, "-")
        self.assertEqual(params["type"], "warning")
        self.assertEqual(self.on_hand(), 5)
        self.assertFalse(unbound.sync_binding_ids)
        params, run, _logs = self.press(unbound)
        self.assertEqual((params["type"], run.state), ("danger", "failed"))
        self.assertEqual(params["message"], line.error_message)

    def test_user_without_the_right_is_refused_before_any_request(self):
        employee = new_test_user(self.env, "sync_employee", name="Eve Employee")
        self.set_stock(7)
        self.api_says("5", "bad")
        runs = self.env["sync.run"].search_count([])
        params = self.product.with_user(employee).action_stock_sync()["params"]
        self.assertEqual(
            self.env["sync.run"].search_count([]),
            runs,
            "whoever may not is not to fill the table of runs",
        )
        self.assertIn("Eve Employee may not adjust the stock", params["message"])
        self.assert_plain_sentence(params["message"])
        self.assertEqual(params["type"], "danger")
        with self.assertLogs(SERVICE_LOGGER, "INFO") as captured:
            run = self.service.with_user(employee).sync_products(self.product)
        run = run.sudo()
        self.assertEqual((run.state, run.error_code), ("failed", "access_denied"))
        self.assertEqual(run.line_ids.error_code, "access_denied")
        self.assert_logged_once(
            captured.output, run, "access_denied", self.product, "bad"
        )
        self.assertFalse(self.calls)
        self.assertEqual(self.on_hand(), 7)
        self.assertFalse(self.product.last_sync_date)
        # that is about the user, and says nothing about the product
        self.assertEqual(self.product.sync_state, "new")

    def test_without_any_backend_the_button_says_so(self):
        self.env["sync.flow"].search([]).active = False
        products = self.product.with_user(self.user)
        with self.assertRaisesRegex(UserError, "not set up completely"):
            self.service.sync_products(products)
        runs = self.env["sync.run"].search_count([])
        params = products.action_stock_sync()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn("not set up completely", params["message"])
        self.assert_plain_sentence(params["message"])
        self.assertEqual(self.env["sync.run"].search_count([]), runs)

    def test_busy_whole_run_is_told_and_nothing_is_changed(self):
        self.env["sync.run"].create({"flow_id": self.backend.id})
        self.api_says("5", "bad")
        with (
            mute_logger("odoo.sql_db"),
            self.assertLogs(SERVICE_LOGGER, "WARNING") as logs,
        ):
            run = self.service.sync_flow(self.backend)
        params = run._notification()["params"]
        self.assertEqual((run.state, run.error_code), ("failed", "run_in_progress"))
        self.assertEqual(params["type"], "danger")
        self.assert_plain_sentence(params["message"])
        self.assertEqual(len(logs.output), 1)
        self.assertIn(f"backend {self.backend.id}, run {run.id}", logs.output[0])
        self.assertFalse(self.calls)
        self.assertEqual(self.on_hand(), 0)

    def test_null_is_told_but_is_no_problem(self):
        self.api_says(None, "bad")
        params = self.product.with_user(self.user).action_stock_sync()["params"]
        self.assertIn("keeps no stock of this product", params["message"])
        self.assertEqual(params["type"], "success")
        run = self.env["sync.run"].search([], limit=1)
        self.assertEqual((run.state, run.skipped, run.failed), ("done", 0, 0))

    def test_null_among_others_is_no_problem(self):
        self.api_says(None, "bad")
        self.api_says("11", "aaa")
        for message in ("1 changed, 0 already", "0 changed, 1 already"):
            products = (self.product + self.first).with_user(self.user)
            params = products.action_stock_sync()["params"]
            self.assertEqual(params["type"], "success")
            self.assertIn(message, params["message"])
        self.assertEqual(self.on_hand(self.first), 11)

    def test_notification_names_the_location_and_the_quantities(self):
        self.api_says("5", "bad")
        for message in ("SYT/Stock: 0 → 5", "already up to date"):
            params = self.product.with_user(self.user).action_stock_sync()["params"]
            self.assertEqual((params["type"], params["message"]), ("success", message))
            self.assertFalse(params["sticky"])

    def test_connection_test_says_what_came_back(self):
        self.env["stock.sync.binding"].search(
            [("product_id", "in", (self.first + self.last).ids)]
        ).unlink()
        self.api_says("5", "bad")
        self.assertIn("product bad has 5", self.connection_test())
        for name, (answer, _code, words) in STOPPING_FAULTS.items():
            with self.subTest(name):
                self.answers["bad"] = answer
                message = self.connection_test()
                self.assertIn(words, message)
                self.assert_plain_sentence(message)

    def connection_test(self):
        """What the button **Test Connection** says, in a notification or a dialog."""
        action = self.backend.action_test_connection()
        if action["type"] == "ir.actions.client":
            self.assertEqual(action["params"]["type"], "danger")
            return action["params"]["message"]
        test = self.env[action["res_model"]].browse(action["res_id"])
        return test.problem or test.summary


@tagged("post_install", "-at_install")
class TestRefusals(StockSyncErrorCase):
    """What Odoo itself, another addon or a bug has against an adjustment."""

    def setUp(self):
        super().setUp()
        self.set_stock(7)
        self.api_says("11", "aaa")
        self.api_says("5", "bad")
        self.api_says("12", "zzz")

    def refusing(self, error):
        """``stock.move`` raises ``error`` for the product that is bad."""
        Move = self.env.registry["stock.move"]
        action_done = Move._action_done

        def refuse(moves, *args, **kwargs):
            if self.product in moves.product_id:
                raise error
            return action_done(moves, *args, **kwargs)

        return patch.object(Move, "_action_done", refuse)

    def test_refusal_of_one_product_leaves_the_others_of_the_click_alone(self):
        with self.refusing(UserError("Not on Sundays.")):
            params, run, logs = self.press(self.all)
        self.assert_reported(
            (params, run, logs), "apply_failed", "SYT/Stock: Not on Sundays."
        )
        self.assertEqual((self.on_hand(self.first), self.on_hand(self.last)), (11, 12))
        self.assertEqual((run.changed, run.failed), (2, 1))
        self.assertEqual(params["type"], "warning")
        self.assertEqual(
            len(self.env["stock.move"].search([("product_id", "in", self.all.ids)])), 2
        )

    def test_refusal_of_the_only_product_is_said_at_once(self):
        with self.refusing(UserError("Not on Sundays.")):
            params, run, logs = self.press(self.product)
        self.assert_reported((params, run, logs), "apply_failed", "Not on Sundays.")
        self.assertEqual(params["type"], "danger")
        self.assertIn("Not on Sundays.", params["message"])

    def test_refusal_among_many_products_is_found(self):
        products = self.all
        for number in range(6):
            products += self._create_product(f"p{number}")
            self.api_says("5", f"p{number}")
        with self.refusing(UserError("Not on Sundays.")):
            pressed = self.press(products)
        self.assert_reported(pressed, "apply_failed", "Not on Sundays.")
        self.assertEqual(pressed[1].changed, 8)

    def test_bug_of_another_addon_shows_without_its_internals(self):
        with (
            self.refusing(KeyError("x_internal_detail")),
            self.assertLogs(SERVICE_LOGGER, "WARNING") as logs,
        ):
            action = self.all.with_user(self.user).action_stock_sync()
        self.env.invalidate_all()
        run = self.env["sync.run"].search([], limit=1)
        self.assert_left_alone(run, "apply_failed")
        line = run.line_ids.filtered(lambda line: line.product_id == self.product)
        self.assertNotIn("x_internal_detail", line.error_message)
        self.assertNotIn("x_internal_detail", str(action))
        self.assertEqual(action["params"]["type"], "warning")
        [traceback, entry] = logs.records
        self.assertIs(traceback.exc_info[0], KeyError)
        self.assertIn(f"product {self.product.id} ", traceback.getMessage())
        self.assertIsNone(entry.exc_info)
        self.assertEqual(self.on_hand(), 7)
        self.assertEqual((self.on_hand(self.first), self.on_hand(self.last)), (11, 12))

    def test_bug_of_our_own_changes_nothing_and_shows_a_sentence(self):
        Apply = self.env.registry["stock.sync.apply"]
        runs = self.env["sync.run"].search_count([])
        Record = self.env.registry["stock.sync.record"]
        Engine = self.env.registry["stock.sync.engine"]
        for target, name in (
            (Record, "_record"),
            (Engine, "_ask_about"),
            (Apply, "_apply"),
        ):
            with (
                self.subTest(name),
                patch.object(target, name, side_effect=ZeroDivisionError("secret")),
                self.assertLogs(SERVICE_LOGGER, "ERROR") as logs,
            ):
                params = self.all.with_user(self.user).action_stock_sync()["params"]
            self.env.invalidate_all()
            self.assertEqual(params["type"], "danger")
            self.assertIn("unexpected", params["message"])
            self.assertNotIn("secret", params["message"])
            self.assert_plain_sentence(params["message"])
            [entry] = logs.records
            self.assertIs(entry.exc_info[0], ZeroDivisionError)
            self.assertEqual(self.env["sync.run"].search_count([]), runs)
            self.assertEqual([self.on_hand(product) for product in self.all], [0, 7, 0])
            self.assertEqual(set(self.all.mapped("sync_state")), {"new"})

    def test_concurrency_errors_reach_odoo_which_repeats_the_request(self):
        for error in (
            psycopg2.errors.SerializationFailure(),
            psycopg2.errors.DeadlockDetected(),
            psycopg2.errors.LockNotAvailable(),
        ):
            with (
                self.subTest(type(error).__name__),
                self.refusing(error),
                self.assertRaises(type(error)),
            ):
                self.all.with_user(self.user).action_stock_sync()


@tagged("post_install", "-at_install")
class TestSentences(StockSyncErrorCase):
    FACTS = {
        "user": "Eve",
        "company": "My Company",
        "backend": "GlobalShop",
        "host": "api.example.com",
        "target": "elsewhere.example",
        "status": 500,
        "name": "quantity",
        "megabytes": 32,
        "external_id": "123",
        "answered": "124",
        "quantity": "many",
        "digits": 2,
        "unit": "Units",
        "location": "WH/Stock",
        "before": "3",
        "reserved": "8",
        "date": "2026-01-01 10:00:00",
        "reason_text": "Not on Sundays.",
    }

    def test_every_code_has_a_sentence_and_every_sentence_a_code(self):
        codes = {code for code, _label in ERROR_CODES}
        self.assertEqual(codes, {key.partition(".")[0] for key in SENTENCES})
        self.assertFalse(codes - set(SENTENCES), "each needs one without a reason")

    def test_every_sentence_renders(self):
        explain = self.backend._explain
        for key, sentence in SENTENCES.items():
            code, _dot, reason = key.partition(".")
            with self.subTest(key):
                names = re.findall(r"%\((\w+)\)s", str(sentence))
                facts = {name: self.FACTS.get(name, 7) for name in names}
                message = explain(code, {**facts, "reason": reason})
                self.assert_plain_sentence(message)
                for fact in facts.values():
                    self.assertIn(str(fact), message)

    def test_sentence_survives_facts_that_look_like_placeholders(self):
        explain = self.backend._explain
        message = explain("product_not_found", {"external_id": "100%(x)s %s"})
        self.assertIn("100%(x)s %s", message)

    def test_unknown_reason_falls_back_to_the_sentence_of_the_code(self):
        explain = self.backend._explain
        message = explain("connection_error", {"host": "h", "reason": "martians"})
        self.assertIn("broke off", message)
