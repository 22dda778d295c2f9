from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import API, SERVICE_LOGGER, StockSyncCase

SETUP_FORM = "base_sync_api.sync_flow_view_form_setup"


@tagged("post_install", "-at_install")
class TestSetup(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "sync_setup_manager",
            groups="base.group_user,stock.group_stock_manager",
            lang="en_US",
        )
        cls.env = cls.env(user=cls.manager)
        cls.backend.active = False

    def _start(self):
        """What the form of the first step has made once it is saved."""
        action = self.env["sync.flow"].action_connect_api()
        Backend = self.env["sync.flow"].with_context(**action["context"])
        with Form(Backend, SETUP_FORM) as form:
            form.name = "My API"
            form.base_url = API
        return form.save()

    def test_an_api_is_connected_step_by_step(self):
        self.api_says("7")
        backend = self._start()
        self.assertEqual(backend.setup_step, "connect")
        backend.action_next_step()
        self.assertEqual(backend.setup_step, "test")
        backend.sample_external_id = "123"
        backend.action_setup_test()
        backend.invalidate_recordset()
        self.assertFalse(backend.test_problem)
        self.assertEqual(backend.test_row_ids.mapped("quantity"), ["7"])
        backend.action_next_step()
        backend.location_id = self.stock
        backend.action_next_step()
        self.product.sudo().sync_binding_ids.flow_id = backend
        backend.action_setup_preview()
        backend.invalidate_recordset()
        self.assertEqual(backend.last_preview_id.changed, 0)
        self.assertEqual(backend.last_preview_id.line_ids.quantity_after, 7)
        self.assertEqual(self.on_hand(), 0)
        action = backend.action_switch_on()
        self.assertEqual(backend.setup_step, "done")
        self.assertIn("My API is switched on", action["params"]["message"])
        self.assertIn("kanban", action["params"]["next"]["view_mode"])

    def test_a_step_says_what_it_lacks(self):
        backend = self._start()
        backend.base_url = False
        with self.assertRaisesRegex(UserError, "address"):
            backend.action_next_step()
        backend.write({"base_url": API, "auth_type": "bearer"})
        with self.assertRaisesRegex(UserError, "no API key"):
            backend.action_next_step()
        backend.auth_type = "none"
        backend.action_next_step()
        backend.location_id = False
        backend.action_next_step()
        self.assertEqual(backend.setup_step, "location")
        with self.assertRaisesRegex(UserError, "location"):
            backend.action_next_step()

    def test_one_can_go_back(self):
        backend = self._start()
        backend.action_previous_step()
        self.assertEqual(backend.setup_step, "connect")
        backend.action_next_step()
        backend.action_previous_step()
        self.assertEqual(backend.setup_step, "connect")

    def test_a_test_without_an_answer_says_why(self):
        backend = self._start()
        backend.action_setup_test()
        backend.invalidate_recordset()
        self.assert_plain_sentence(backend.test_problem)
        self.assertFalse(backend.test_row_ids)

    def test_what_another_user_has_tested_is_not_shown(self):
        self.api_says("7")
        backend = self._start()
        backend.sample_external_id = "123"
        backend.action_setup_test()
        self.assertTrue(backend.last_test_id)
        other = new_test_user(
            self.env(su=True),
            "sync_other_manager",
            groups="base.group_user,stock.group_stock_manager",
        )
        self.assertFalse(backend.with_user(other).last_test_id)
        with self.assertRaises(AccessError):
            backend.with_user(self.user).read(["last_test_id"])

    def test_nothing_is_scheduled_before_it_is_switched_on(self):
        backend = self._start()
        backend.location_id = self.stock
        self.product.sudo().sync_binding_ids.flow_id = backend
        service = self.env["stock.sync.service"].sudo()
        self.assertNotIn(backend, service._due_flows())
        self.assertTrue(backend.needs_setup)
        backend.action_switch_on()
        self.assertIn(backend, service._due_flows())
        self.assertFalse(backend.needs_setup)

    def test_a_set_up_that_is_begun_anew_takes_the_backend_off_the_schedule(self):
        backend = self._start()
        backend.location_id = self.stock
        backend.action_switch_on()
        action = backend.action_set_up()
        self.assertEqual(backend.setup_step, "connect")
        self.assertEqual(action["res_id"], backend.id)

    def test_a_backend_that_code_creates_needs_no_set_up(self):
        self.assertEqual(self.backend.setup_step, "done")
        self.assertFalse(self.backend.needs_setup)

    def test_codes_that_the_map_lacks_are_counted(self):
        backend = self._start()
        backend.write({"location_path": "location", "sample_external_id": "123"})
        self.api_says("7", location="PARIS-1")
        backend.action_setup_test()
        backend.invalidate_recordset()
        self.assertEqual(backend.test_code_count, 1)
        self.env["stock.sync.location.map"].create(
            {"flow_id": backend.id, "code": "PARIS-1", "location_id": self.stock.id}
        )
        self.assertEqual(backend.test_code_count, 0)

    def test_what_a_preset_does_not_cover_is_said_in_the_set_up(self):
        preset = self.env.ref("stock_sync_api.preset_woocommerce")
        Backend = self.env["sync.flow"].with_context(default_setup_step="connect")
        with Form(Backend, SETUP_FORM) as form:
            form.name = "My shop"
            self.assertFalse(form.preset_limits)
            form.preset_id = preset
            self.assertIn("leaves out variations", form.preset_limits)
            form.base_url = API
        backend = form.save()
        self.assertEqual(backend.preset_limits, preset.limits)
        view = backend.get_view(self.env.ref(SETUP_FORM).id, "form")
        steps = etree.fromstring(view["arch"]).xpath(
            "//field[@name='preset_limits']/ancestor::div[@name]/@name"
        )
        self.assertEqual(steps, ["step_connect", "step_test"])

    def test_what_a_preset_does_not_cover_is_said_beside_the_answer(self):
        preset = self.env.ref("stock_sync_api.preset_ebay")
        backend = self._start()
        backend.preset_id = preset
        backend.write({"auth_type": "none", "list_path": False})
        backend.sample_external_id = "123"
        self.answers["123"] = {"sku": "123"}
        action = backend.action_test_connection()
        test = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(test.limits, preset.limits)
        self.assertEqual(test.row_ids.quantity, "null")
        fields = test.get_view(view_type="form")["models"][test._name]
        self.assertIn("limits", fields)

    def test_a_stock_user_cannot_set_up(self):
        backend = self._start().with_user(self.user)
        with mute_logger("odoo.models", SERVICE_LOGGER), self.assertRaises(UserError):
            backend.action_next_step()
