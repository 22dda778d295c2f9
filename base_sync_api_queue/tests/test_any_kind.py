from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.base_sync_api.kind import Kind

from .common import JobMixin


@tagged("post_install", "-at_install")
class TestAnyKind(JobMixin, TransactionCase):
    """A kind of which the queue knows as much as the base does: nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Flow = cls.env.registry["sync.flow"]
        kinds = {"toy": Kind("sync.engine")}
        for target, name, value in (
            (Flow, "_get_kinds", lambda flow: kinds),
            (Flow._fields["kind"], "_selection", {"toy": "Toy"}),
        ):
            cls.enterClassContext(patch.object(target, name, value))
        cls.flow = cls.env["sync.flow"].create(
            {
                "name": "Toys",
                "kind": "toy",
                "list_path": "/toys",
                "base_url": "http://localhost:9/api",
                "user_id": cls.env.ref("base.user_root").id,
            }
        )
        cls.cron = cls.env.ref("base_sync_api.ir_cron_sync")

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.read = []
        Engine = self.env.registry["sync.engine"]
        self.enterContext(patch.object(Engine, "_read", self.read_toys))

    def read_toys(self, run, end):
        self.read.append(run.flow_id.name)
        run._count(received=3, changed=3)
        run.complete = True
        return True

    def test_scheduled_action_of_the_base_has_a_job_that_does_the_work(self):
        self.run_cron()
        self.assertFalse(self.read)
        job = self.waiting_jobs()
        self.assertEqual(job.channel, f"root.sync.flow_{self.flow.id}")
        self.assertEqual(job.name, "Synchronisation: Toys")
        self.assertIn("3 changed", self.perform(job))
        self.assertEqual(self.read, ["Toys"])
        run = self.flow.run_ids
        self.assertEqual((run.state, run.trigger, run.received), ("done", "cron", 3))
        self.assertFalse(self.waiting_jobs())

    def test_flow_with_a_schedule_of_its_own_has_a_job_for_that_time(self):
        self.flow.write({"schedule_by": "times", "schedule_times": "06:00"})
        self.assertEqual(self.waiting_jobs().eta, self.flow._get_due_date())

    def test_pause_that_the_api_asks_for_does_not_wait_for_the_schedule(self):
        self.flow.write({"schedule_by": "times", "schedule_times": "06:00"})
        due = self.flow._get_due_date()
        asked = fields.Datetime.now() + timedelta(minutes=2)
        self.flow._pause_until(asked)
        self.assertCountEqual(self.waiting_jobs().mapped("eta"), [asked, due])
