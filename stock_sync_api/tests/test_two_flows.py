"""Two flows of one backend: a list and a location each; one address, one secret."""

import json
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import Command, fields
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.sync_flow import KIND
from .common import SERVICE_LOGGER
from .test_alerts import DOWN, AlertCase

WAIT = timedelta(minutes=15)


class TwoFlowsCase(AlertCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.backend
        cls.first.write({"list_path": "/one", "request_mode": "list"})
        cls.other_stock = cls.stock.copy({"name": "Other Stock"})
        cls.second = cls.env["sync.flow"].create(
            {
                "name": "Second",
                "kind": KIND,
                "backend_id": cls.first.backend_id.id,
                "location_id": cls.other_stock.id,
                "list_path": "/two",
                "user_id": cls.user.id,
            }
        )
        cls.flows = cls.first | cls.second
        cls.other = cls._create_product()
        # The same ID is another product in the other list.
        cls.env["stock.sync.binding"].create(
            {
                "flow_id": cls.second.id,
                "product_id": cls.other.id,
                "external_id": "123",
            }
        )

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.lists = {"one": "5", "two": "7"}

    def _answer(self, request):
        name = urlsplit(request.url).path.rsplit("/", 1)[1]
        token = request.headers.get("Authorization", b"")
        self.calls.append((name, token.decode()))
        answer = self.lists[name]
        if isinstance(answer, tuple):
            return answer
        rows = [{"product_id": "123", "quantity": answer}]
        return 200, {}, json.dumps({"items": rows, "pages": 1, "total": 1})

    def asked(self):
        return [name for name, _token in self.calls]

    def ask_to_wait(self, name, wait=WAIT):
        seconds = int(wait.total_seconds())
        self.lists[name] = (429, {"Retry-After": str(seconds)}, "")

    def start(self, flow):
        """A run that has begun, and is left to the scheduled action."""
        return self.service.start_flow(flow).sudo()

    def stocks(self):
        return (
            self.on_hand(self.product),
            self.on_hand(self.other, self.other_stock),
        )


@tagged("post_install", "-at_install")
class TestTwoFlows(TwoFlowsCase):
    def test_each_sets_what_its_list_says_where_it_is_to(self):
        self.run_cron()
        self.assertEqual(self.stocks(), (5, 7))
        self.assertEqual(self.on_hand(self.product, self.other_stock), 0)
        self.assertEqual(self.on_hand(self.other), 0)
        runs = self.flows.run_ids
        self.assertEqual(runs.mapped("state"), ["done", "done"])
        self.assertEqual(runs.flow_id, self.flows)

    def test_both_have_an_open_run_at_once_and_neither_has_two(self):
        runs = self.start(self.first) | self.start(self.second)
        self.assertEqual(runs.mapped("state"), ["planning", "planning"])
        with mute_logger(SERVICE_LOGGER, "odoo.sql_db"):
            again = self.start(self.second)
        self.assertEqual((again.state, again.error_code), ("failed", "run_in_progress"))
        self.run_cron()
        self.assertEqual(runs.mapped("state"), ["done", "done"])
        self.assertEqual(self.stocks(), (5, 7))
        self.assertCountEqual(self.asked(), ["one", "two"])

    def test_who_asks_one_to_wait_is_not_called_by_the_other(self):
        self.ask_to_wait("one")
        run = self.service.sync_flow(self.first).sudo()
        self.assertEqual(run.state, "planning")
        self.assertTrue(run.resume_date)
        self.assertEqual(self.second.next_attempt_date, run.resume_date)
        self.run_cron()
        self.assertEqual(self.asked(), ["one"])
        self.assertFalse(self.second.run_ids)
        self.assertFalse(self.second.failure_count)
        self.lists["one"] = "5"
        self.run_cron(WAIT + timedelta(minutes=1))
        self.assertEqual(run.state, "done")
        self.assertEqual(self.second.run_ids.state, "done")
        self.assertEqual(self.stocks(), (5, 7))
        self.assertFalse(self.second.next_attempt_date)

    def test_run_that_is_open_meanwhile_goes_on_until_it_is_asked_to_wait_itself(self):
        runs = self.start(self.first) | self.start(self.second)
        first, second = runs
        self.ask_to_wait("one")
        self.ask_to_wait("two", 2 * WAIT)
        self.run_cron()
        self.assertCountEqual(self.asked(), ["one", "two"])
        self.assertEqual(runs.mapped("state"), ["planning", "planning"])
        between = second.resume_date - first.resume_date
        self.assertAlmostEqual(between, WAIT, delta=timedelta(seconds=5))
        self.lists = {"one": "5", "two": "7"}
        self.run_cron(WAIT + timedelta(minutes=1))
        self.assertEqual(runs.mapped("state"), ["done", "planning"])
        self.run_cron(2 * WAIT + timedelta(minutes=1))
        self.assertEqual(runs.mapped("state"), ["done", "done"])
        self.assertEqual(self.stocks(), (5, 7))

    def test_shorter_wait_of_one_does_not_shorten_that_of_the_other(self):
        later = fields.Datetime.now() + 2 * WAIT
        self.second._pause_until(later)
        self.first._pause_until(later - WAIT)
        self.assertEqual(self.first.next_attempt_date, later - WAIT)
        self.assertEqual(self.second.next_attempt_date, later)

    def test_pause_after_a_failure_is_that_of_the_one_that_failed(self):
        self.lists["one"] = DOWN
        self.run_cron()
        self.assertEqual(self.flows.mapped("failure_count"), [1, 0])
        self.assertTrue(self.first.next_attempt_date)
        self.assertFalse(self.second.next_attempt_date)
        self.run_cron()
        self.assertEqual(self.asked().count("one"), 1)
        self.assertEqual(self.asked().count("two"), 2)

    def test_alert_tells_of_the_one_that_fails_alone(self):
        self.flows.alert_after = 2
        self.lists["one"] = DOWN
        for _time in range(2):
            self.run_cron(self.wait())
        self.assertTrue(self.first.alert_date)
        self.assertFalse(self.second.alert_date)
        self.assertEqual(len(self.mails()), 1)
        self.assertEqual(self.first.activity_ids.user_id, self.marie)
        self.assertFalse(self.second.activity_ids)
        about = self.env["mail.mail"].search([("model", "=", "sync.flow")])
        self.assertNotIn(self.second.id, about.mapped("res_id"))
        self.assertEqual(self.second.run_ids[:1].state, "done")
        self.lists["one"] = "5"
        self.run_cron(self.wait())
        self.assertFalse(self.first.alert_date)
        self.assertEqual(len(self.mails()), 2)


@tagged("post_install", "-at_install")
class TestSharedSettings(TwoFlowsCase):
    """What is changed on one is changed for both."""

    def setUp(self):
        super().setUp()
        self.first.write({"auth_type": "bearer", "secret_input": "a-token"})
        self.second.parameter_ids = [
            Command.create(
                {
                    "kind": "header",
                    "name": "X-Client",
                    "is_secret": True,
                    "secret_input": "a-client",
                }
            )
        ]

    def test_both_ask_with_the_one_secret(self):
        self.run_cron()
        self.assertCountEqual(
            self.calls, [("one", "Bearer a-token"), ("two", "Bearer a-token")]
        )

    def test_another_address_stops_both_and_forgets_the_secrets_once(self):
        runs = self.start(self.first) | self.start(self.second)
        Backend = self.env.registry["sync.backend"]
        forget = Backend._forget_secrets
        forgotten = []

        def count(backend):
            forgotten.append(backend)
            forget(backend)

        with patch.object(Backend, "_forget_secrets", count):
            self.second.base_url = "https://other.example.com/api"
        self.assertEqual(forgotten, [self.first.backend_id])
        self.assertEqual(self.first.base_url, "https://other.example.com/api")
        self.assertEqual(runs.mapped("state"), ["interrupted", "interrupted"])
        self.assertEqual(runs.mapped("error_code"), ["not_configured"] * 2)
        self.assertEqual(self.flows.mapped("has_secret"), [False, False])
        self.assertFalse(self.second.parameter_ids.has_secret)
        self.run_cron()
        self.assertFalse(self.calls)

    def test_another_list_stops_the_run_of_its_flow_alone(self):
        runs = self.start(self.first) | self.start(self.second)
        self.second.list_path = "/one"
        self.assertEqual(runs.mapped("state"), ["planning", "interrupted"])
        self.assertTrue(self.first.has_secret)
        self.assertTrue(self.second.parameter_ids.has_secret)

    def test_a_flows_own_header_counts_before_that_of_all_flows(self):
        """Whichever was added last, in a saved record as in a form."""
        self.second.parameter_ids = [
            Command.create({"kind": "header", "name": "X-Shop", "value": "own"})
        ]
        self.second.shared_parameter_ids = [
            Command.create(
                {"kind": "header", "name": "X-Shop", "value": "all", "sequence": 99}
            )
        ]
        in_a_form = self.env["sync.flow"].new(origin=self.second)
        for flow, value in (
            (self.first, "all"),
            (self.second, "own"),
            (in_a_form, "own"),
        ):
            headers = dict(flow._get_api_settings().headers)
            self.assertEqual(headers["X-Shop"], value)

    def test_another_flow_of_a_backend_leaves_it_as_it_is(self):
        """However it is said which backend that is."""
        backend = self.first.backend_id
        backend.request_timeout = 33
        Flow = self.env["sync.flow"].with_context(default_backend_id=backend.id)
        third = Flow.create({"name": "Third", "location_id": self.stock.id})
        form = Form(Flow.with_context(default_kind=KIND))
        form.name = "Fourth"
        form.list_path = "/one"
        fourth = form.save()
        self.assertEqual((third | fourth).backend_id, backend)
        self.assertEqual((backend.auth_type, backend.request_timeout), ("bearer", 33))
        self.assertTrue(backend.base_url and backend.has_secret)

    def test_both_keep_to_one_rate(self):
        self.first.requests_per_second = 3
        self.assertEqual(self.second.requests_per_second, 3)
        turns = {flow._get_api_settings().shared_turns.args for flow in self.flows}
        self.assertEqual(turns, {(self.env.cr.dbname, self.first.backend_id.id)})

    def test_second_one_can_be_deleted_and_leaves_the_first_what_it_has(self):
        backend = self.first.backend_id
        self.second.binding_ids.unlink()
        self.second.unlink()
        self.assertTrue(backend.exists())
        self.assertTrue(self.first.has_secret)
        self.run_cron()
        self.assertEqual(self.calls, [("one", "Bearer a-token")])
