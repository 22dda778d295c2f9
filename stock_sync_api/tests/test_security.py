"""What an attacker would try: as a user, and as an API that one trusts too much."""

import json
from base64 import b64encode
from inspect import isfunction
from urllib.parse import quote

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.service.model import call_kw, get_public_method
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common import SERVICE_LOGGER
from .test_list import ListCase

SECRET = "canary-4714/secret+%é"
MONITOR = "https://monitor.example/canary-4714"

#: Odoo's own, which this addon only extends: rights are checked by the ORM
ORM_METHODS = {"create", "write", "unlink", "copy_data", "default_get", "fields_get"}

#: who may call a method, by the least of the roles
LEAST = {
    "stock": {"stock", "manager", "admin", "elsewhere"},
    "manager": {"manager", "admin", "elsewhere"},
    "admin": {"admin"},
}

#: what a browser may call; a new public method has to be entered here
PUBLIC_METHODS = {
    "product.product": {
        "action_stock_sync": "stock",
        "action_view_sync_changes": "stock",
        "action_view_sync_lines": "stock",
    },
    "product.template": {
        "action_stock_sync": "stock",
        "action_view_sync_changes": "stock",
        "action_view_sync_lines": "stock",
    },
    "res.config.settings": {
        "action_stock_sync_open_schedule": "admin",
        "action_stock_sync_run_schedule": "admin",
    },
    "sync.flow": {
        "action_connect_api": "manager",
        "action_next_step": "manager",
        "action_open_schedule": "stock",
        "action_pause": "manager",
        "action_preview": "manager",
        "action_previous_step": "manager",
        "action_resume": "manager",
        "action_run_schedule": "manager",
        "action_set_up": "manager",
        "action_setup_codes": "manager",
        "action_setup_preview": "manager",
        "action_setup_test": "manager",
        "action_switch_on": "manager",
        "action_sync": "manager",
        "action_test_connection": "manager",
        "action_trust_delta": "manager",
        "action_view_bindings": "stock",
        "action_view_drift": "stock",
        "action_view_held": "stock",
        "action_view_open_run": "stock",
        "action_view_preview": "stock",
        "action_view_problems": "stock",
        "action_view_runs": "stock",
        "action_view_unmatched": "stock",
    },
    "stock.sync.binding": {
        "action_sync": "stock",
        "action_view_product": "stock",
    },
    "sync.connection.test": {"action_add_locations": "manager"},
    "sync.run": {
        "action_accept_catalogue": "manager",
        "action_approve": "manager",
        "action_reject": "manager",
        "action_revert": "manager",
        "action_stop": "manager",
        "action_view_lines": "stock",
        "action_view_moves": "stock",
    },
    "stock.sync.run.line": {
        "action_approve": "manager",
        "action_reject": "manager",
        "action_revert": "manager",
        "action_view_moves": "stock",
        "action_view_product": "stock",
    },
    "stock.sync.unmatched": {
        "action_create_products": "manager",
        "action_ignore": "manager",
        "action_link": "manager",
        "action_unignore": "manager",
    },
}

#: every text of an API may be this
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "%(backend)s %s %d %",
    "{{ 7 * 7 }} ${7*7} <t t-out='user.login'/>",
    "'); DELETE FROM sync_run; --",
    '[["id", "!=", 0]]',
    "=HYPERLINK(1)",
    "../../web/session",
    "\u202egnp.exe",
)


class SecurityCase(ListCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write(
            {
                "page_size": 100,
                "auth_type": "basic",
                "auth_username": "me",
                "secret_input": SECRET,
                "heartbeat_url": MONITOR,
                "failure_url": MONITOR,
                "parameter_ids": [
                    Command.create(
                        {"name": "token", "is_secret": True, "secret_input": SECRET}
                    ),
                    Command.create(
                        {
                            "kind": "header",
                            "name": "X-Token",
                            "is_secret": True,
                            "secret_input": SECRET,
                        }
                    ),
                ],
            }
        )
        cls.users = {
            name: new_test_user(cls.env, f"sync_{name}", groups=groups)
            for name, groups in (
                ("portal", "base.group_portal"),
                ("internal", "base.group_user"),
                ("stock", "base.group_user,stock.group_stock_user"),
                ("manager", "base.group_user,stock.group_stock_manager"),
            )
        }
        cls.users["admin"] = cls.env.ref("base.user_admin")
        cls.users["admin"].group_ids += cls.env.ref("stock.group_stock_manager")

    def setUp(self):
        super().setUp()
        # The monitors are for what the scheduled action does, after its commit.
        self.addCleanup(self.env.cr.postcommit.clear)

    @property
    def models(self):
        """The names of this addon's models that have a table."""
        return [
            name
            for name, model in self.registry.items()
            if name.startswith(("sync.", "stock.sync.")) and not model._abstract
        ]

    def fill(self):
        """Something in every table: good rows, bad ones, unknown ones, a test."""
        self.list_says({"123": "5", "p0": "bad", "unknown": "7"})
        self.sync_all()
        self.sync_all(preview=True)
        with mute_logger(SERVICE_LOGGER):
            self.backend.with_user(self.users["manager"]).action_test_connection()
        self.env.flush_all()

    def rpc(self, user, model, method, *args, **kwargs):
        """Call as a browser does; None where that is refused."""
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                return call_kw(self.env[model].with_user(user), method, args, kwargs)
        except (AccessError, UserError):
            return None


@tagged("post_install", "-at_install")
class TestCanary(SecurityCase):
    """A secret that is searched for wherever one could find it."""

    def traces(self):
        """The secret, and what it looks like on its way."""
        basic = b64encode(f"me:{SECRET}".encode()).decode()
        return {SECRET, quote(SECRET, safe=""), quote(SECRET), basic}

    def assert_clean(self, text, more=()):
        for trace in {*self.traces(), *more}:
            self.assertNotIn(trace, text)

    def readings(self, user, model):
        """What a user gets to read of a model, in each way there is."""
        fields = self.env[model]._fields
        ids = self.env[model].search([]).ids
        readable = self.rpc(user, model, "fields_get") or {}
        specification = {name: {} for name in readable}
        yield readable
        yield self.rpc(user, model, "search_read", [])
        yield self.rpc(user, model, "web_search_read", [], specification)
        yield self.rpc(user, model, "web_read", ids, specification)
        yield self.rpc(user, model, "default_get", list(fields))
        yield self.rpc(user, model, "onchange", [], {}, [], specification)
        yield self.rpc(user, model, "export_data", ids, list(readable))
        if self.env[model]._rec_name:
            yield self.rpc(user, model, "name_search", "canary")
        # What is not in the list of fields can still be asked for by its name.
        for fname in fields.keys() - readable.keys():
            yield self.rpc(user, model, "read", ids, [fname])
            yield self.rpc(user, model, "export_data", ids, [fname])
            if fields[fname].store and fields[fname].type == "char":
                yield self.rpc(user, model, "formatted_read_group", [], [fname])

    def test_no_user_gets_a_secret_in_any_answer(self):
        self.fill()
        for name, user in self.users.items():
            for model in self.models:
                more = () if name in ("manager", "admin") else (MONITOR,)
                with self.subTest(user=name, model=model):
                    text = str(list(self.readings(user, model)))
                    self.assert_clean(text, more)

    def test_no_user_finds_a_secret_by_searching(self):
        for model in ("sync.flow", "sync.parameter"):
            for name, user in self.users.items():
                for method, args in (
                    ("search", ([("secret", "=like", "c%")],)),
                    ("search_count", ([("secret", "!=", False)],)),
                    ("search", ([], 0, None, "secret")),
                ):
                    with self.subTest(user=name, model=model, method=method):
                        self.assertIsNone(self.rpc(user, model, method, *args))

    def call_the_api(self):
        """Well, badly, and with what it refuses."""
        self.list_says({"123": "5", "p0": "bad"})
        self.service.sync_flow(self.backend)
        self.fail_at_page = 1
        self.service.sync_flow(self.backend)
        self.answers["123"] = (401, {}, SECRET)
        self.service.sync_products(self.product.with_user(self.user))
        self.backend.with_user(self.users["manager"]).action_test_connection()

    def test_no_log_has_a_secret_whatever_its_level(self):
        with self.assertLogs("odoo", level="DEBUG") as logs:
            self.call_the_api()
        self.assertTrue(any("external id p0" in line for line in logs.output))
        self.assert_clean("\n".join(logs.output), [MONITOR])

    def test_no_message_has_a_secret_that_the_api_echoes(self):
        self.backend.write({"request_mode": "item", "list_path": False})
        for answer in (
            {"product_id": SECRET, "quantity": 5},
            {"product_id": "123", "quantity": SECRET[:8]},
            (401, {"WWW-Authenticate": SECRET}, SECRET),
            (302, {"Location": f"http://other.example/?k={quote(SECRET)}"}, ""),
            (500, {}, SECRET),
        ):
            self.answers["123"] = answer
            run = self.sync()
            with self.subTest(answer=answer):
                self.assertEqual(run.state, "failed")
                # Another product's id, as it may be, is shown: it is no secret of ours.
                if not isinstance(answer, dict):
                    self.assert_clean(str(run.read()) + str(run.line_ids.read()))

    def test_neutralized_database_has_no_secret_in_any_table(self):
        self.fill()
        with mute_logger("odoo"):
            self.call_the_api()
        self.env.flush_all()
        for query in get_neutralization_queries(["base_sync_api", "stock_sync_api"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        # tables of Odoo as well: messages, attachments, logs, what waits to be sent
        self.env.cr.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        )
        for [table] in self.env.cr.fetchall():
            self.env.cr.execute(
                SQL("SELECT row_to_json(t)::text FROM %s AS t", SQL.identifier(table))
            )
            with self.subTest(table=table):
                self.assert_clean(str(self.env.cr.fetchall()), [MONITOR])


@tagged("post_install", "-at_install")
class TestErrorPages(HttpCase):
    """What a browser is told when something goes wrong has no secret either."""

    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env,
            "sync_manager",
            groups="base.group_user,stock.group_stock_manager",
        )
        self.backend = self.env["sync.flow"].create(
            {
                "name": "Canary",
                "base_url": "https://api.example",
                "auth_type": "bearer",
                "secret_input": SECRET,
            }
        )
        self.env.flush_all()
        self.authenticate("sync_manager", "sync_manager")

    def failure(self, model, method, *args):
        """What the browser is told, and what the server's log has of it."""
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        with self.assertLogs("odoo", level="INFO") as logs:
            text = self.url_open(
                f"/web/dataset/call_kw/{model}/{method}",
                data=json.dumps({"jsonrpc": "2.0", "params": params}),
                headers={"Content-Type": "application/json"},
            ).text
        self.assertIn('"error"', text)
        return "\n".join([text, *logs.output])

    def test_error_of_the_database_does_not_show_the_row_with_the_secret(self):
        new = {"name": "New", "base_url": "https://a.example", "secret_input": SECRET}
        for values in (
            {"concurrency": 0},
            {"first_page": -1},
            {"alert_after": 0},
            {"quantity_factor": -1},
            {"name": False},
            {"company_id": False},
            {"uom_id": 10**9},
            {"sequence": 10**12},
        ):
            with self.subTest(values=values):
                ids = self.backend.ids
                text = self.failure("sync.flow", "write", ids, values)
                text += self.failure("sync.flow", "create", {**new, **values})
                for trace in (SECRET, json.dumps(SECRET)[1:-1]):
                    self.assertNotIn(trace, text)

    def test_neither_does_that_of_a_secret_parameter(self):
        row = {"name": "X-Key", "is_secret": True, "secret_input": SECRET}
        row["flow_id"] = self.backend.id
        param = self.env["sync.parameter"].create(row)
        self.env.flush_all()
        for values in ({"kind": False}, {"sequence": 10**12}, {"flow_id": 10**9}):
            with self.subTest(values=values):
                model = "sync.parameter"
                text = self.failure(model, "write", param.ids, values)
                text += self.failure(model, "create", {**row, **values})
                for trace in (SECRET, json.dumps(SECRET)[1:-1]):
                    self.assertNotIn(trace, text)

    def test_secret_goes_with_what_it_belongs_to(self):
        row = {"name": "X-Key", "is_secret": True, "secret_input": SECRET}
        self.backend.parameter_ids = [Command.create(row)]
        Secret = self.env["sync.secret"].sudo()
        secrets = Secret.search([("value", "=", SECRET)])
        self.assertEqual(len(secrets), 2)
        self.backend.unlink()
        self.assertFalse(secrets.exists())


@tagged("post_install", "-at_install")
class TestRemoteCalls(SecurityCase):
    def public_methods(self, model):
        """What this addon lets a browser call on a model."""
        names = {
            name
            for cls in self.registry[model].__mro__
            if cls.__module__.startswith(
                ("odoo.addons.base_sync_api.", "odoo.addons.stock_sync_api.")
            )
            for name, value in vars(cls).items()
            if isfunction(value) and not name.startswith("_")
        }
        return sorted(
            name for name in names - ORM_METHODS if self.is_public(model, name)
        )

    def is_public(self, model, name):
        try:
            get_public_method(self.env[model], name)
        except AccessError:
            return False
        return True

    def records_to_call(self):
        """A record of each model that this addon adds a public method to."""
        models = [
            name
            for name in self.registry
            if not self.env[name]._abstract and self.public_methods(name)
        ]
        records = {model: self.env[model].search([], limit=1) for model in models}
        records["product.product"] = self.product
        records["product.template"] = self.product.product_tmpl_id
        records["sync.flow"] = self.backend
        records["res.config.settings"] = self.env["res.config.settings"].create({})
        for record in records.values():
            self.assertEqual(len(record), 1, record)
        return records

    def answer(self, user, record, method):
        """Call as a browser does, and take it back.

        :return: ``refused``, or ``done`` also where there was nothing to do
        """
        self.env.invalidate_all()
        self.calls.clear()
        self.queries.clear()
        model = self.env[record._name].with_user(user)
        action = None
        with self.env.cr.savepoint() as savepoint, mute_logger(SERVICE_LOGGER):
            try:
                action = call_kw(model, method, [record.ids], {})
            except AccessError:
                return "refused"
            except UserError:
                return "done"  # it was allowed, and there was nothing to do
            finally:
                self.env.invalidate_all(flush=False)
                savepoint.rollback()
        # The button is never a traceback: a person who may not is told so.
        return "refused" if "may not adjust the stock" in str(action) else "done"

    def test_each_public_method_may_be_called_by_whom_it_is_for_and_nobody_else(self):
        self.fill()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = new_test_user(
            self.env,
            "sync_elsewhere",
            groups="base.group_user,stock.group_stock_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        roles = {**self.users, "elsewhere": elsewhere}
        roles["manager"].group_ids += self.env.ref("product.group_product_manager")
        # The products and the dashboard's window are shared between companies.
        shared = {"product.product", "product.template"}
        for model, record in self.records_to_call().items():
            for method in self.public_methods(model):
                self.assertIn(method, PUBLIC_METHODS[model], "who may call it?")
                least = PUBLIC_METHODS[model][method]
                for role, user in roles.items():
                    owner = user
                    if model == "sync.connection.test":
                        owner = record.create_uid  # others do not see it
                    may = "refused"
                    if role in LEAST[least] and user == owner:
                        if role != "elsewhere" or model in shared:
                            may = "done"
                    with self.subTest(model=model, method=method, role=role):
                        self.assertEqual(self.answer(user, record, method), may)
                        if may == "refused":
                            self.assertFalse(self.calls + self.queries, "no request")
                        self.assertEqual(self.on_hand(), 5)

    def test_answer_of_the_api_is_for_managers_only(self):
        self.fill()
        tests = self.env["sync.connection.test"].search([])
        self.assertTrue(tests.excerpt)
        excerpts = [
            name
            for name in self.env["sync.flow"]._fields
            if name.startswith("test_") or name == "last_test_id"
        ]
        for name in ("portal", "internal", "stock"):
            user = self.users[name]
            with self.subTest(user=name):
                for model in (
                    "sync.connection.test",
                    "stock.sync.connection.test.row",
                    "stock.sync.connection.test.location",
                ):
                    records = self.env[model]
                    for operation in ("read", "write", "create", "unlink"):
                        self.assertFalse(records.with_user(user).has_access(operation))
                for fname in excerpts:
                    answer = self.rpc(
                        user, "sync.flow", "read", self.backend.ids, [fname]
                    )
                    self.assertIsNone(answer)
        self.assertTrue(self.backend.with_user(self.users["stock"]).read())

    def test_who_has_no_inventory_rights_does_nothing_by_any_method(self):
        self.fill()
        models = [*self.models, "product.product", "product.template"]
        ids = {model: self.env[model].search([], limit=1).ids for model in models}
        ids["product.product"] = self.product.ids
        ids["product.template"] = self.product.product_tmpl_id.ids
        ids["sync.flow"] = self.backend.ids
        runs = self.env["sync.run"].search_count([])
        self.calls.clear()
        self.queries.clear()
        for model in models:
            for method in self.public_methods(model):
                for name in ("portal", "internal"):
                    with self.subTest(model=model, method=method, user=name):
                        if ids[model]:
                            with mute_logger(SERVICE_LOGGER):
                                self.rpc(self.users[name], model, method, ids[model])
                        self.assertFalse(self.calls + self.queries, "no request")
                        self.assertEqual(self.env["sync.run"].search_count([]), runs)
                        self.assertEqual(self.on_hand(), 5)

    def test_what_is_for_code_only_cannot_be_called_by_a_browser(self):
        """The service and the engine work in ``sudo``, and on records."""
        self.all_say("5")
        for user in self.users.values():
            for model, method, args in (
                ("stock.sync.service", "_cron_sync", []),
                ("stock.sync.service", "_sync_and_notify", [self.product.ids]),
                ("stock.sync.engine", "_sync_chosen", [[], []]),
                ("stock.sync.apply", "_apply", [[], []]),
                ("sync.flow", "_get_api_settings", [self.backend.ids]),
                ("sync.run", "_approve", [[]]),
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        call_kw(self.env[model].with_user(user), method, args, {})
            for method in ("sync_products", "sync_flow", "start_flow"):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        call_kw(
                            self.env["stock.sync.service"].with_user(user),
                            method,
                            [self.backend.ids],
                            {},
                        )
        self.assertFalse(self.calls + self.queries)
        self.assertEqual(self.on_hand(), 0)

    def test_nobody_of_another_company_reads_or_does_anything(self):
        self.fill()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "sync_elsewhere",
            groups="base.group_user,stock.group_stock_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for model in self.models:
            if model in ("sync.preset", "sync.secret", "sync.pace"):
                continue  # data that is everybody's, or nobody's
            mine = self.env[model].search([])
            self.assertTrue(mine or model.endswith((".map", ".location")), model)
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(user).search_count([]))
                for method in self.public_methods(model):
                    if mine and not method.startswith("action_view_"):
                        self.calls.clear()
                        self.queries.clear()
                        self.rpc(user, model, method, mine[:1].ids)
                        self.assertFalse(self.calls + self.queries, method)
        self.assertEqual(self.on_hand(), 5)

    def test_each_model_of_a_company_has_a_rule_of_companies(self):
        Rule = self.env["ir.rule"].sudo()
        for model in self.models:
            rules = Rule.search([("model_id.model", "=", model)])
            with self.subTest(model=model):
                self.assertTrue(
                    model in ("sync.preset", "sync.secret", "sync.pace")
                    or any(
                        "company_ids" in (rule.domain_force or "")
                        or "user.id" in (rule.domain_force or "")
                        for rule in rules
                    )
                )


@tagged("post_install", "-at_install")
class TestHostileTexts(SecurityCase):
    def test_text_in_any_place_of_a_row_is_data(self):
        self.backend.write({"location_path": "location"})
        for text in HOSTILE:
            for row in (
                {"product_id": text, "quantity": "5"},
                {"product_id": "123", "quantity": text},
                {"product_id": "123", "quantity": "5", "updated_at": text},
                {"product_id": text, "quantity": text, "location": text},
                {"product_id": "123", "quantity": "5", "location": text},
            ):
                self.rows = [{"product_id": "p0", "quantity": "1"}, row]
                with self.subTest(row=row):
                    run = self.sync_all()
                    self.assertIn(run.state, ("done", "partial", "failed"))
                    self.assertTrue(run.end_date)
                    for message in run.line_ids.mapped("description"):
                        self.assertNotIn("?", message.replace(text, ""))
                        self.assertNotIn("49", message.replace(text, ""))
                    self.assertIn(
                        "has", run._notification()["params"]["message"] + " has"
                    )
        unmatched = self.env["stock.sync.unmatched"].search(
            [("flow_id", "=", self.backend.id)]
        )
        self.assertEqual(set(unmatched.mapped("external_id")), set(HOSTILE))
        for row in unmatched:
            self.assertIn(row.external_id, row.error_message)

    def test_hostile_id_of_a_product_goes_to_its_own_address_only(self):
        self.backend.write({"request_mode": "item", "list_path": False})
        for text in HOSTILE:
            self.product.sync_binding_ids.external_id = text
            self.calls.clear()
            self.api_says("5", text)
            run = self.sync()
            with self.subTest(text=text):
                self.assertEqual(self.calls, [text])
                self.assertEqual(run.state, "done")

    def test_hostile_text_is_escaped_where_a_person_is_told(self):
        [text, *_others] = HOSTILE
        self.backend.write(
            {
                "name": text,
                "location_path": "location",
                "responsible_id": self.users["manager"].id,
                "alert_after": 1,
            }
        )
        self.rows = [
            {"product_id": "123", "quantity": "5", "location": location}
            for location in ("A", text)
        ]
        run = self.sync_by_schedule()
        self.assertEqual(run.error_code, "unknown_location")
        self.assertIn(text, run.message)
        note = str(self.backend.activity_ids.note)
        self.assertIn("onerror", note)
        self.assertNotIn("<img", note)
        mails = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        self.assertIn("onerror", mails.body_html)
        self.assertNotIn("<img src=x", mails.body_html)

    def test_product_made_of_a_hostile_id_is_only_named_so(self):
        [text, *_others] = HOSTILE
        self.list_says({text: "5"})
        self.sync_all()
        row = self.env["stock.sync.unmatched"].search([("external_id", "=", text)])
        row.action_create_products()
        product = self.env["product.product"].search([("default_code", "=", text)])
        self.assertEqual(product.name, text)
        self.assertFalse(row.exists())
