from odoo.tests import Form, new_test_user, tagged

from odoo.addons.stock_sync_api.tests.common import StockSyncCase


@tagged("post_install", "-at_install", "with_stock_sync_api")
class TestChannel(StockSyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.backend

    def channels(self):
        parent = self.env.ref("base_sync_api_queue.channel_sync")
        return self.env["queue.job.channel"].search([("parent_id", "=", parent.id)])

    def test_each_flow_has_a_channel_of_its_own(self):
        flows = self.env["sync.flow"].with_context(active_test=False)
        self.assertEqual(
            sorted(self.channels().mapped("complete_name")),
            sorted(flows.search([]).mapped("queue_channel")),
        )
        name = f"root.sync.flow_{self.flow.id}"
        self.assertEqual(self.flow.queue_channel, name)

    def test_jobs_are_kept_as_long_as_the_common_channel_says(self):
        parent = self.env.ref("base_sync_api_queue.channel_sync")
        parent.removal_interval = 3
        before = self.channels()
        self.flow.copy()
        self.assertEqual((self.channels() - before).removal_interval, 3)

    def test_inventory_manager_creates_flows_with_their_channels(self):
        manager = new_test_user(
            self.env, "sync_manager", groups="stock.group_stock_manager"
        )
        before = self.channels()
        backend = self.flow.with_user(manager).create({"name": "New"})
        self.assertEqual(
            (self.channels() - before).complete_name, backend.queue_channel
        )
        backend.unlink()
        self.assertEqual(self.channels(), before)

    def test_form_shows_the_channel_of_a_saved_flow(self):
        with Form(self.env["sync.flow"]) as form:
            self.assertFalse(form.queue_channel)
            form.name = "New"
        backend = form.record
        with Form(backend) as form:
            form.name = "Renamed"
            self.assertEqual(form.queue_channel, f"root.sync.flow_{backend.id}")

    def test_copy_of_a_flow_has_a_channel_of_its_own(self):
        copy = self.flow.copy()
        self.assertIn(copy.queue_channel, self.channels().mapped("complete_name"))
        self.assertNotEqual(copy.queue_channel, self.flow.queue_channel)

    def test_new_name_keeps_the_channel_that_the_servers_configuration_knows(self):
        before = self.flow.queue_channel
        self.flow.name = "Renamed"
        self.assertEqual(self.flow.queue_channel, before)
        self.assertIn(before, self.channels().mapped("complete_name"))
