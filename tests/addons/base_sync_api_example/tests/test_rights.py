"""Who sees and changes which kind: the base's rules, by the groups of the kinds."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.kind import Kind

from .common import API, GROUPS, RatesCase

MODELS = ("sync.flow", "sync.backend", "sync.run", "sync.parameter", "sync.preset")


@tagged("post_install", "-at_install")
class TestRights(RatesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = new_test_user(
            cls.env,
            "rates_stranger",
            groups="base.group_user,base_sync_api.group_sync_manager",
        )
        cls.parameter = cls.env["sync.parameter"].create(
            {"flow_id": cls.flow.id, "name": "page", "value": "1"}
        )
        cls.past_run = cls.env["sync.run"].create(
            {"flow_id": cls.flow.id, "state": "done"}
        )

    def seen(self, model, user):
        domain = [] if model == "sync.preset" else [("company_id", "!=", False)]
        return self.env[model].with_user(user).search(domain)

    def test_who_uses_the_kind_sees_it_and_changes_nothing(self):
        for model in MODELS:
            self.assertTrue(self.seen(model, self.user), model)
        for record in (self.flow, self.flow.backend_id, self.past_run, self.parameter):
            with self.assertRaises(AccessError), mute_logger("odoo"):
                record.with_user(self.user).write({"company_id": False})
            with self.assertRaises(AccessError), mute_logger("odoo"):
                record.with_user(self.user).unlink()
        with self.assertRaises(AccessError), mute_logger("odoo"):
            self.flow.with_user(self.user).action_sync()

    def test_who_sets_the_kind_up_changes_it(self):
        flow = self.flow.with_user(self.manager)
        flow.write({"base_url": f"{API}/v2", "rate_key": "value"})
        self.parameter.with_user(self.manager).value = "2"
        self.past_run.with_user(self.manager).unlink()
        flow.copy({"name": "Copy"}).unlink()

    def test_who_sets_up_other_kinds_only_sees_nothing_of_this_one(self):
        for model in MODELS:
            self.assertFalse(self.seen(model, self.stranger), model)
        with self.assertRaises(AccessError), mute_logger("odoo"):
            self.flow.with_user(self.stranger).read(["name"])

    def test_who_sets_up_one_kind_and_uses_this_one_changes_nothing_here(self):
        """Rights of several kinds do not add up."""
        self.stranger.group_ids += self.env.ref("base_sync_api_example.group_user")
        for model in MODELS:
            self.assertTrue(self.seen(model, self.stranger), model)
        for record, values in (
            (self.flow, {"paused": True}),
            (self.flow.backend_id, {"base_url": "https://elsewhere.example"}),
            (self.parameter, {"value": "3"}),
        ):
            with self.assertRaises(AccessError), mute_logger("odoo"):
                record.with_user(self.stranger).write(values)
        with self.assertRaises(AccessError), mute_logger("odoo"):
            self.past_run.with_user(self.stranger).unlink()

    def test_a_kind_without_groups_is_for_administrators(self):
        Flow = self.env.registry["sync.flow"]
        kinds = {"currency_rate": Kind(engine="currency.rate.engine")}
        with patch.object(Flow, "_get_kinds", lambda self: kinds):
            self.env.registry.clear_cache()
            for user in (self.user, self.manager):
                self.assertFalse(self.seen("sync.flow", user))
            self.assertTrue(self.seen("sync.flow", self.env.ref("base.user_admin")))
        self.env.registry.clear_cache()

    def test_a_backend_is_changed_and_left_though_it_has_a_flow_of_a_hidden_kind(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        hidden = self._create_flow("Hidden", backend_id=self.flow.backend_id.id)
        hidden.write({"schedule_by": "interval", "next_attempt_date": later})
        self.env.flush_all()
        self.env.cr.execute("UPDATE sync_flow SET kind = 'x' WHERE id = %s", hidden.ids)
        self.env.invalidate_all()
        Flow = self.env.registry["sync.flow"]
        kinds = {**self.flow._get_kinds(), "x": Kind(engine="currency.rate.engine")}
        with patch.object(Flow, "_get_kinds", lambda self: kinds):
            self.env.registry.clear_cache()
            self.assertEqual(self.seen("sync.flow", self.manager), self.flow)
            flow = self.flow.with_user(self.manager)
            flow.request_timeout = 77
            self.assertFalse(hidden.next_attempt_date, "it may work now")
            flow.base_url = False
            flow.base_url = API
            self.env.invalidate_all()
            flow.unlink()
            self.assertEqual(hidden.request_timeout, 77)
        self.env.registry.clear_cache()

    def test_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Another"})
        self.manager.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        for model in MODELS[:-1]:
            self.assertFalse(self.seen(model, self.manager), model)

    def test_a_flow_goes_with_its_backend_to_another_company(self):
        company = self.env["res.company"].create({"name": "Another"})
        second = self._create_flow("Second", backend_id=self.flow.backend_id.id)
        self.flow.company_id = company
        self.assertEqual(second.company_id, company)
        self.assertEqual(self.past_run.company_id, company)
        self.assertEqual(self.parameter.company_id, company)

    def test_a_manager_creates_a_flow_with_a_backend(self):
        flow = (
            self.env["sync.flow"]
            .with_user(new_test_user(self.env, "other", groups=f"{GROUPS}manager"))
            .create({"name": "New", "base_url": API, "list_path": "/rates"})
        )
        self.assertEqual(flow.kind, "currency_rate")
        self.assertEqual(flow.backend_id.name, "New")

    def test_rights_that_people_have_given_to_groups_of_their_own_count(self):
        group = self.env["res.groups"].create({"name": "Readers"})
        for model in ("sync.flow", "sync.backend"):
            self.env["ir.model.access"].create(
                {
                    "name": model,
                    "model_id": self.env["ir.model"]._get_id(model),
                    "group_id": group.id,
                    "perm_read": True,
                }
            )
        reader = new_test_user(self.env, "rates_reader", groups="base.group_user")
        reader.group_ids += group
        self.assertEqual(self.flow.with_user(reader).base_url, self.flow.base_url)
        with self.assertRaises(AccessError), mute_logger("odoo"):
            self.flow.with_user(reader).name = "Mine"
