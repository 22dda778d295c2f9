from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SERVICE_LOGGER, StockSyncCase

SECRET = "canary-4711-secret"


@tagged("post_install", "-at_install")
class TestRights(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "sync_manager", groups="base.group_user,stock.group_stock_manager"
        )
        cls.employee = new_test_user(cls.env, "sync_employee")
        cls.admin = cls.env.ref("base.user_admin")
        cls.backend.write({"auth_type": "api_key", "secret_input": SECRET})

    def test_secret_is_sent_to_the_api_and_to_nobody_else(self):
        self.assertEqual(self.backend._get_api_settings().auth.secret, SECRET)
        for user in (self.user, self.manager, self.admin):
            backend = self.backend.with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                backend.read(["secret"])
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                backend.search([("secret", "=like", "c%")])
            self.assertNotIn(SECRET, str(backend.read()))
            self.assertNotIn("secret", backend.fields_get())
            self.assertTrue(backend.has_secret)
            # who may not export at all is told so with a UserError
            with self.subTest(user=user.login), self.assertRaises(UserError):
                backend.export_data(["name", "secret"])
        self.assertNotIn(SECRET, str(self.backend.copy_data()))
        self.assertNotIn(SECRET, repr(self.backend._get_api_settings()))

    def test_empty_input_keeps_the_secret(self):
        self.backend.with_user(self.manager).write({"secret_input": ""})
        self.assertEqual(self.backend.sudo().secret, SECRET)

    def test_stock_users_read_and_managers_configure(self):
        self.api_says("5")
        run = self.sync()
        records = [
            self.backend,
            self.product.sync_binding_ids,
            self.product.sync_binding_ids.level_ids,
            run,
            run.line_ids,
        ]
        may = {
            (self.user, "sync.flow"): ["read"],
            (self.user, "stock.sync.binding"): ["read"],
            (self.manager, "sync.flow"): ["read", "write", "create", "unlink"],
            (self.manager, "stock.sync.binding"): ["read", "write", "create", "unlink"],
            (self.manager, "sync.run"): ["read", "unlink"],
        }
        for user in (self.user, self.manager):
            for record in records:
                expected = may.get((user, record._name), ["read"])
                allowed = [
                    operation
                    for operation in ("read", "write", "create", "unlink")
                    if record.with_user(user).has_access(operation)
                ]
                with self.subTest(user=user.login, model=record._name):
                    self.assertEqual(allowed, expected)

    def test_employees_see_nothing_and_synchronise_nothing(self):
        self.api_says("5")
        for record in (self.backend, self.product.sync_binding_ids):
            self.assertFalse(record.with_user(self.employee).has_access("read"))
        with mute_logger(SERVICE_LOGGER):
            action = self.product.with_user(self.employee).action_stock_sync()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertFalse(self.calls, "no request was sent")
        self.assertEqual(self.on_hand(), 0)
        self.assertEqual(self.product.sync_state, "new")

    def test_external_id_is_set_by_inventory_users_who_may_edit_products(self):
        both = new_test_user(
            self.env,
            "sync_both",
            groups="product.group_product_manager,stock.group_stock_user",
        )
        self.product.with_user(both).x_external_id = "new"
        self.assertEqual(self.product.x_external_id, "new")
        editor = new_test_user(
            self.env,
            "sync_editor",
            groups="base.group_user,product.group_product_manager",
        )
        for user in (self.employee, self.user, editor):
            with self.subTest(user=user.login):
                with self.assertRaises(UserError):  # or AccessError, its subclass
                    self.product.with_user(user).x_external_id = "other"
                self.env.invalidate_all()
                self.assertEqual(self.product.x_external_id, "new")

    def test_only_managers_approve_or_reject(self):
        run = self.env["sync.run"].create({"flow_id": self.backend.id, "state": "held"})
        for method in ("action_approve", "action_reject"):
            with self.subTest(method=method), self.assertRaises(UserError):
                getattr(run.with_user(self.user), method)()
        run.with_user(self.manager).action_reject()
        self.assertEqual(run.state, "interrupted")

    def test_stock_users_may_not_start_a_whole_backend(self):
        self.assertFalse(self.backend.with_user(self.user).has_access("write"))
