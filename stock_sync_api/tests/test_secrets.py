import os
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import config

from .common import API, StockSyncCase

SECRET = "canary-4712-secret"

#: the mocked API's, as a list of servers names it
HOST = "localhost:9"


class SecretCase(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "sync_manager", groups="base.group_user,stock.group_stock_manager"
        )
        cls.backend.auth_type = "bearer"

    def sent(self):
        return self.backend._get_api_settings().auth.secret

    def assert_not_in_the_database(self, table):
        self.env.flush_all()
        self.env.cr.execute(f"SELECT row_to_json(t)::text FROM {table} AS t")
        self.assertNotIn(SECRET, str(self.env.cr.fetchall()))


@tagged("post_install", "-at_install")
class TestSecretSources(SecretCase):
    """A secret that is named, and never enters the database."""

    def test_secret_of_an_environment_variable_is_sent(self):
        self.backend.write({"secret_source": "env", "secret_name": "STOCK_SYNC_KEY"})
        variables = {"STOCK_SYNC_KEY": f" {SECRET}\n", "STOCK_SYNC_KEY_HOST": HOST}
        with patch.dict(os.environ, variables):
            self.assertEqual(self.sent(), SECRET)
            self.assertTrue(self.backend.has_secret)
            self.assertIsNone(self.backend._problem(self.user))
        self.assert_not_in_the_database("sync_backend")

    def test_secret_of_an_option_in_odoo_conf_is_sent(self):
        self.backend.write({"secret_source": "config", "secret_name": "stock_sync_key"})
        options = {"stock_sync_key": SECRET, "stock_sync_key_host": HOST}
        with patch.dict(config.options, options):
            self.assertEqual(self.sent(), SECRET)
        self.assert_not_in_the_database("sync_backend")

    def test_other_secrets_of_the_server_cannot_be_named(self):
        for source, names in (
            ("env", ["PGPASSWORD", "stock_sync_key", "STOCK_SYNC_", "X_STOCK_SYNC_K"]),
            (
                "config",
                ["admin_passwd", "db_password", "STOCK_SYNC_KEY", "stock_sync_"],
            ),
            # which servers a secret is for
            ("env", ["STOCK_SYNC_KEY_HOST", "STOCK_SYNC_HOST"]),
            ("config", ["stock_sync_key_host"]),
        ):
            for name in names:
                with self.subTest(name), self.assertRaises(ValidationError):
                    with self.env.cr.savepoint():
                        self.backend.write(
                            {"secret_source": source, "secret_name": name}
                        )

    def test_name_that_came_in_another_way_is_not_read_either(self):
        self.env.cr.execute(
            "UPDATE sync_backend SET secret_source = 'env',"
            " secret_name = 'PGPASSWORD' WHERE id = %s",
            [self.backend.backend_id.id],
        )
        self.env.invalidate_all()
        with patch.dict(os.environ, {"PGPASSWORD": SECRET}):
            self.assertEqual(self.sent(), "")

    def test_problem_names_the_variable_that_is_missing(self):
        for source, name in (("env", "STOCK_SYNC_KEY"), ("config", "stock_sync_key")):
            with self.subTest(source):
                self.backend.write({"secret_source": source, "secret_name": name})
                code, facts = self.backend._problem(self.user)
                self.assertEqual(code, "not_configured")
                self.assertEqual(facts["reason"], f"no_secret_{source}")
                self.assertEqual(facts["name"], name)

    def test_secret_that_was_typed_in_goes_when_another_source_is_chosen(self):
        self.backend.secret_input = SECRET
        self.backend.write({"secret_source": "env", "secret_name": "STOCK_SYNC_KEY"})
        self.assertFalse(self.backend.sudo().secret)
        self.backend.secret_source = "stored"
        self.assertEqual(self.sent(), "")

    def test_secret_typed_in_beside_another_source_is_not_kept(self):
        self.backend.write(
            {
                "secret_source": "env",
                "secret_name": "STOCK_SYNC_KEY",
                "secret_input": SECRET,
            }
        )
        self.assert_not_in_the_database("sync_backend")

    def test_name_is_dropped_when_the_address_moves(self):
        self.backend.write({"secret_source": "env", "secret_name": "STOCK_SYNC_KEY"})
        self.backend.base_url = "https://elsewhere.example"
        self.assertFalse(self.backend.secret_name)

    def test_backend_that_needs_no_secret_sends_none(self):
        self.backend.write({"auth_type": "none", "secret_input": SECRET})
        self.assertEqual(self.sent(), "")


@tagged("post_install", "-at_install")
class TestSecretMovesOut(SecretCase):
    """A secret that was typed in gets a name instead, by who administrates."""

    def setUp(self):
        super().setUp()
        self.backend.write(
            {
                "secret_input": SECRET,
                "parameter_ids": [
                    Command.create(
                        {"name": "token", "is_secret": True, "secret_input": SECRET}
                    )
                ],
            }
        )
        self.admin = self.env.ref("base.user_admin")
        self.admin.group_ids += self.env.ref("stock.group_stock_manager")

    def save(self, user, values):
        """As the form does it in a browser."""
        self.env.invalidate_all()
        backend = self.env["sync.flow"].with_user(user)
        specification = {"secret_source": {}, "secret_name": {}, "has_secret": {}}
        args = [self.backend.ids, values, specification]
        [saved] = call_kw(backend, "web_save", args, {})
        return saved

    def stored(self):
        return self.env["sync.secret"].sudo().search([("value", "=", SECRET)])

    def test_manager_and_administrator_move_a_secret_out_of_the_database(self):
        for user in (self.manager, self.admin):
            for source, name in (
                ("env", "STOCK_SYNC_KEY"),
                ("config", "stock_sync_key"),
            ):
                with self.subTest(user=user.login, source=source):
                    self.backend.write({"secret_source": "stored"})
                    self.backend.secret_input = SECRET
                    self.assertEqual(len(self.stored()), 2)
                    saved = self.save(
                        user, {"secret_source": source, "secret_name": name}
                    )
                    self.assertEqual(saved["secret_source"], source)
                    self.assertEqual(saved["secret_name"], name)
                    self.assertEqual(len(self.stored()), 1, "that of the row")

    def test_manager_moves_the_secret_of_a_row_out_of_the_database(self):
        row = self.backend.parameter_ids
        values = {"secret_source": "env", "secret_name": "STOCK_SYNC_ROW"}
        self.save(self.manager, {"parameter_ids": [Command.update(row.id, values)]})
        self.assertEqual((row.secret_source, row.secret_name), tuple(values.values()))
        self.assertEqual(len(self.stored()), 1, "that of the backend")

    def test_manager_moves_a_secret_back_into_the_database(self):
        self.save(
            self.manager, {"secret_source": "env", "secret_name": "STOCK_SYNC_KEY"}
        )
        self.save(self.manager, {"secret_source": "stored", "secret_input": "back"})
        self.assertEqual(self.sent(), "back")


@tagged("post_install", "-at_install")
class TestSecretHosts(SecretCase):
    """A named secret goes to the servers that its second name lists."""

    NAMES = {
        "env": ("STOCK_SYNC_KEY", "STOCK_SYNC_KEY_HOST"),
        "config": ("stock_sync_key", "stock_sync_key_host"),
    }

    def name(self, source="env", **values):
        self.backend.write(
            {"secret_source": source, "secret_name": self.NAMES[source][0], **values}
        )

    def outside(self, hosts, source="env"):
        """What the server's environment or configuration has."""
        name, host_name = self.NAMES[source]
        values = {name: SECRET} if hosts is None else {name: SECRET, host_name: hosts}
        self.env.invalidate_all()
        where = os.environ if source == "env" else config.options
        return patch.dict(where, values)

    def assert_not_used(self, source, host):
        self.assertEqual(self.sent(), "")
        self.assertFalse(self.backend.has_secret)
        code, facts = self.backend._problem(self.user)
        self.assertEqual(
            (code, facts["reason"]), ("not_configured", f"secret_host_{source}")
        )
        sentence = self.backend._explain(code, facts)
        self.assert_plain_sentence(sentence)
        name, host_name = self.NAMES[source]
        for word in (name, f"set {host_name} to {host};"):
            self.assertIn(word, sentence)

    def test_secret_without_a_list_of_servers_is_not_used(self):
        for source in self.NAMES:
            self.name(source)
            for hosts in (None, "", " , "):
                with self.subTest(source=source, hosts=hosts):
                    with self.outside(hosts, source):
                        self.assert_not_used(source, HOST)

    def test_secret_is_not_used_for_a_server_that_is_not_listed(self):
        self.name()
        for hosts in ("localhost", "localhost:90", "api.example", "xlocalhost:9", "*"):
            with self.subTest(hosts=hosts), self.outside(hosts):
                self.assert_not_used("env", HOST)

    def test_secret_is_used_for_each_server_that_is_listed(self):
        for url, hosts in (
            ("http://localhost:9/api", "api.example, LocalHost:9"),
            ("https://api.example/v1", "api.example"),
            ("https://API.example:443/v1", "api.example:443,other.example"),
            ("http://api.example/v1", "api.example"),
            ("http://[::1]:5000", "[::1]:5000"),
        ):
            self.backend.base_url = url
            self.name()
            with self.subTest(url=url, hosts=hosts), self.outside(hosts):
                self.assertEqual(self.sent(), SECRET)
                self.assertTrue(self.backend.has_secret)
                self.assertIsNone(self.backend._problem(self.user))

    def test_server_of_the_tokens_must_be_listed_beside_the_apis_own(self):
        self.name(
            auth_type="oauth2",
            auth_username="client",
            oauth_token_url="https://auth.example/token",
        )
        # the last one would get a token instead
        for hosts in (HOST, "auth.example"):
            with self.subTest(hosts=hosts), self.outside(hosts):
                self.assertEqual(self.sent(), "")
                _code, facts = self.backend._problem(self.user)
                others = {HOST: "auth.example", "auth.example": HOST}
                self.assertEqual(facts["hosts"], others[hosts])
        with self.outside(f"auth.example,{HOST}"):
            self.assertEqual(self.sent(), SECRET)

    def test_manager_of_another_company_cannot_have_it_sent_elsewhere(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "sync_elsewhere",
            groups="base.group_user,stock.group_stock_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        with self.outside("api.globalshop.example"):
            backend = (
                self.env["sync.flow"]
                .with_user(user)
                .create(
                    {
                        "name": "Thief",
                        "base_url": API,
                        "auth_type": "bearer",
                        "secret_source": "env",
                        "secret_name": "STOCK_SYNC_KEY",
                        "list_path": "/stock",
                        "parameter_ids": [
                            Command.create(
                                {
                                    "name": "token",
                                    "is_secret": True,
                                    "secret_source": "env",
                                    "secret_name": "STOCK_SYNC_KEY",
                                }
                            )
                        ],
                    }
                )
            )
            for auth_type in ("bearer", "none"):
                backend.auth_type = auth_type
                action = backend.action_test_connection()
                self.assertIn("STOCK_SYNC_KEY_HOST", action["params"]["message"])
                settings = backend.sudo()._get_api_settings()
                self.assertEqual(
                    (settings.auth.secret, settings.secret_params), ("", ())
                )
            self.assertFalse(self.calls)


@tagged("post_install", "-at_install")
class TestSecretsStayHome(SecretCase):
    """A secret is for the server that it was entered for."""

    def setUp(self):
        super().setUp()
        self.backend.write(
            {
                "auth_type": "oauth2",
                "auth_username": "client",
                "oauth_token_url": "https://auth.example/token",
                "secret_input": SECRET,
            }
        )
        self.assertEqual(self.sent(), SECRET)

    def test_moving_the_token_address_drops_it(self):
        self.backend.oauth_token_url = "https://elsewhere.example/token"
        self.assertEqual(self.sent(), "")

    def test_new_path_of_the_token_address_keeps_it(self):
        self.backend.oauth_token_url = "https://auth.example/v2/token"
        self.assertEqual(self.sent(), SECRET)

    def test_detour_over_another_way_of_authentication_drops_it(self):
        self.backend.auth_type = "bearer"
        self.assertEqual(self.sent(), SECRET, "the API's own address is the same")
        self.backend.oauth_token_url = "https://elsewhere.example/token"
        self.backend.auth_type = "oauth2"
        self.assertEqual(self.sent(), "")

    def test_detour_over_no_address_drops_it(self):
        self.backend.base_url = False
        self.backend.base_url = "https://elsewhere.example"
        self.assertEqual(self.sent(), "")

    def test_new_secret_with_the_new_address_is_kept(self):
        self.backend.write(
            {"base_url": "https://elsewhere.example", "secret_input": "new"}
        )
        self.assertEqual(self.sent(), "new")

    def test_choosing_a_preset_keeps_it(self):
        self.backend.preset_id = self.env.ref("stock_sync_api.preset_commercetools")
        self.assertEqual(self.sent(), SECRET)


@tagged("post_install", "-at_install")
class TestSecretRows(SecretCase):
    """Headers and parameters that are marked secret."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.auth_type = "none"
        cls.backend.parameter_ids = [
            Command.create(
                {
                    "kind": "header",
                    "name": "X-Key",
                    "is_secret": True,
                    "secret_input": SECRET,
                }
            ),
            Command.create({"name": "market", "value": "FR"}),
        ]
        cls.row = cls.backend.parameter_ids.filtered("is_secret")

    def headers(self):
        return dict(self.backend._get_api_settings().secret_headers)

    def test_secret_row_is_sent_and_shown_to_nobody(self):
        self.assertEqual(self.headers(), {"X-Key": SECRET})
        for user in (self.user, self.manager, self.env.ref("base.user_admin")):
            row = self.row.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    row.read(["secret"])
                with self.assertRaises(AccessError):
                    row.search([("secret", "=like", "c%")])
                with self.assertRaises(UserError):
                    row.export_data(["name", "secret"])
                self.assertNotIn(SECRET, str(row.read()))
                self.assertNotIn("secret", row.fields_get())
                self.assertTrue(row.has_secret)
        self.assertNotIn(SECRET, repr(self.backend._get_api_settings()))
        self.assertNotIn(SECRET, str(self.backend.copy_data()))
        self.assertNotIn(SECRET, str(self.row.copy_data()))

    def test_value_of_a_secret_row_is_hidden_wherever_it_was_typed(self):
        row = self.row.create(
            {
                "flow_id": self.backend.id,
                "name": "token",
                "is_secret": True,
                "value": SECRET,
            }
        )
        other = self.backend.parameter_ids.filtered(lambda row: row.name == "market")
        other.write({"value": SECRET, "is_secret": True})
        self.assertFalse(row.value or other.value)
        self.assertEqual(
            dict(self.backend._get_api_settings().secret_params),
            {"token": SECRET, "market": SECRET},
        )

    def test_secret_does_not_come_to_light_when_the_mark_goes(self):
        self.row.is_secret = False
        self.row.is_secret = True
        self.assertFalse(self.row.value)
        self.assertFalse(self.row.has_secret)
        self.assertEqual(self.headers(), {})

    def test_secret_goes_when_the_address_or_the_backend_changes(self):
        other = self.backend.copy({"base_url": "https://elsewhere.example"})
        self.assertFalse(any(other.parameter_ids.mapped("has_secret")))
        for change in (
            lambda: self.backend.write({"base_url": "https://elsewhere.example"}),
            lambda: self.row.write({"flow_id": other.id}),
        ):
            with self.subTest(change), self.env.cr.savepoint() as savepoint:
                change()
                self.assertFalse(self.row.has_secret)
                self.assertFalse(self.row.sudo().secret)
                savepoint.rollback()
        self.backend.base_url = f"{API}/v2"
        self.assertTrue(self.row.has_secret, "it is the same server")

    def test_new_secret_with_the_new_address_is_kept(self):
        self.backend.write(
            {
                "base_url": "https://elsewhere.example",
                "parameter_ids": [Command.update(self.row.id, {"secret_input": "new"})],
            }
        )
        self.assertEqual(self.headers(), {"X-Key": "new"})

    def test_secret_row_may_name_an_environment_variable(self):
        self.row.write({"secret_source": "env", "secret_name": "STOCK_SYNC_ROW"})
        variables = {"STOCK_SYNC_ROW": "from outside", "STOCK_SYNC_ROW_HOST": HOST}
        with patch.dict(os.environ, variables):
            self.assertEqual(self.headers(), {"X-Key": "from outside"})
        self.assert_not_in_the_database("sync_parameter")

    def test_problem_names_the_row_that_lacks_its_secret(self):
        self.row.sudo().secret = False
        code, facts = self.backend._problem(self.user)
        self.assertEqual((code, facts["name"]), ("not_configured", "X-Key"))

    def test_copy_of_a_backend_asks_for_the_secret_again(self):
        copy = self.backend.copy()
        self.assertEqual(copy.parameter_ids.mapped("name"), ["X-Key", "market"])
        _code, facts = copy._problem(self.user)
        self.assertEqual(facts["reason"], "no_secret_parameter")

    def test_neutralized_copy_has_no_secret_of_any_kind(self):
        self.backend.write(
            {
                "auth_type": "oauth2",
                "oauth_token_url": "https://auth.example/token",
                "secret_source": "env",
                "secret_name": "STOCK_SYNC_KEY",
            }
        )
        self.env.flush_all()
        for query in get_neutralization_queries(["base_sync_api", "stock_sync_api"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.backend.oauth_token_url)
        self.assertFalse(self.backend.secret_name)
        self.assertFalse(self.row.sudo().secret)
