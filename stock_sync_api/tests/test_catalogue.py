"""A list that is empty, foreign or much shorter than before is no success."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base_sync_api.models import sync_flow_heartbeat

from .common import SERVICE_LOGGER, StockSyncCase
from .test_list import ListCase


@tagged("post_install", "-at_install")
class TestCatalogue(ListCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products |= cls.env["product.product"].union(
            *(cls._create_product(f"Sku-{number}") for number in range(12))
        )
        cls.manager = new_test_user(
            cls.env,
            "sync_catalogue_manager",
            name="Marie",
            email="marie@example.com",
            groups="base.group_user,stock.group_stock_manager",
        )
        cls.backend.write(
            {
                "page_size": 50,
                "since_param": False,
                "responsible_id": cls.manager.id,
                "heartbeat_url": "http://localhost:9/alive",
                "failure_url": "http://localhost:9/failed",
            }
        )

    def setUp(self):
        super().setUp()
        self.called = []
        self.startPatcher(
            patch.object(
                sync_flow_heartbeat,
                "_call",
                lambda url, _backend: self.called.append(url.rsplit("/", 1)[1]),
            )
        )
        self.all_say(11)
        self.assertEqual(self.sync_as_soon_as_due().state, "done")
        self.called.clear()

    def sync_as_soon_as_due(self):
        due = self.backend.next_attempt_date or fields.Datetime.now()
        with freeze_time(due + timedelta(seconds=1)):
            run = self.sync_by_schedule()
            self.env.cr.postcommit.run()
        return run

    def assert_lost(self, run, reason):
        self.assertEqual((run.state, run.error_code), ("failed", "catalogue_lost"))
        self.assertEqual(run.error_facts["reason"], reason)
        self.assert_plain_sentence(run.message)
        self.assertEqual(self.on_hand(), 11)
        self.assertEqual(set(self.products.mapped("sync_state")), {"ok"})
        self.assertNotIn("not_in_answer", run.line_ids.mapped("error_code"))

    def test_empty_list_is_a_failure_that_somebody_is_told_of(self):
        success = self.backend.last_success_date
        self.rows = []
        for count in range(1, 5):
            run = self.sync_as_soon_as_due()
            self.assert_lost(run, "none")
            self.assertFalse(run.line_ids)
            self.assertEqual(self.backend.failure_count, count)
        self.assertEqual(self.backend.health, "failing")
        self.assertEqual(self.backend.last_success_date, success)
        self.assertEqual(self.called, ["failed"] * 4)
        self.assertTrue(self.backend.alert_date)
        self.assertIn("knew 0 of the 20 products", self.backend.activity_ids.note)
        self.all_say(11)
        self.assertEqual(self.sync_as_soon_as_due().state, "done")
        self.assertEqual(self.backend.health, "ok")

    def test_ids_in_another_case_are_a_foreign_catalogue(self):
        self.products -= self.products[:8]
        self.products = self.products.filtered("x_external_id")
        others = self.env["stock.sync.binding"].search(
            [("flow_id", "=", self.backend.id)]
        )
        (others - self.products.sync_binding_ids).unlink()
        self.product = self.products[0]
        self.list_says({p.x_external_id.upper(): 99 for p in self.products})
        for _time in range(4):
            run = self.sync_as_soon_as_due()
            self.assert_lost(run, "foreign")
        self.assertIn("such as “SKU-0”, Odoo has “Sku-0”", run.message)
        self.assertEqual(run.unmatched, 12)
        self.assertEqual(self.called, ["failed"] * 4)

    def test_neither_empties_what_is_missing(self):
        self.backend.missing_policy = "zero"
        for ids in ([], [f"other-{number}" for number in range(20)]):
            self.list_says(dict.fromkeys(ids, 5))
            run = self.sync_as_soon_as_due()
            self.assert_lost(run, "foreign" if ids else "none")
            self.assertEqual(len(run.line_ids), 0)

    def test_one_product_of_a_hundred_makes_no_catalogue(self):
        more = self.env["product.product"].union(
            *(self._create_product(f"more {number}") for number in range(5))
        )
        self.products |= more
        self.all_say(11)
        self.sync_as_soon_as_due()
        self.list_says({"123": 40})
        run = self.sync_as_soon_as_due()
        self.assert_lost(run, "none")
        self.assertEqual((run.confirmed, run.line_ids.state), (1, "skipped"))

    def test_sudden_fall_of_what_is_known_is_a_failure(self):
        self.list_says({p.x_external_id: 12 for p in self.products[:8]})
        run = self.sync_as_soon_as_due()
        self.assert_lost(run, "fall")
        self.assertEqual(run.confirmed, 8)
        self.assertIn("only 8 products, and 20 in the last good run", run.message)
        self.assertEqual(self.called, ["failed"])

    def test_smaller_falls_and_fewer_external_ids_are_fine(self):
        self.list_says({p.x_external_id: 11 for p in self.products[:10]})
        self.assertEqual(self.sync_as_soon_as_due().state, "partial")
        self.assertEqual(self.backend.expected_products, 10)
        self.all_say(11)
        self.sync_as_soon_as_due()
        self.products[8:].sync_binding_ids.unlink()
        self.list_says({p.x_external_id: 11 for p in self.products[:8]})
        self.assertEqual(self.sync_as_soon_as_due().state, "done")

    def test_fall_that_is_borne_can_be_set(self):
        self.backend.guard_fall_percent = 70
        self.list_says({p.x_external_id: 11 for p in self.products[:7]})
        self.assertEqual(self.sync_as_soon_as_due().state, "partial")
        self.all_say(11)
        self.sync_as_soon_as_due()
        self.backend.guard_fall_percent = 0
        self.list_says({p.x_external_id: 11 for p in self.products[:1]})
        self.assertEqual(self.sync_as_soon_as_due().state, "partial")
        self.rows = []
        self.assertEqual(self.sync_as_soon_as_due().error_code, "catalogue_lost")

    def test_manager_accepts_a_smaller_catalogue(self):
        self.list_says({p.x_external_id: 12 for p in self.products[:8]})
        run = self.sync_as_soon_as_due()
        with self.assertRaises(UserError):
            run.with_user(self.user).action_accept_catalogue()
        run.with_user(self.manager).action_accept_catalogue()
        self.assertEqual(run.decided_by_id, self.manager)
        self.assertFalse(self.backend.next_attempt_date, "no need to wait any more")
        message = self.backend.message_ids[0]
        self.assertIn("Marie has accepted that the API knows 8", message.body)
        run = self.sync_as_soon_as_due()
        self.assertEqual((run.state, run.changed, run.skipped), ("partial", 8, 12))
        self.assertEqual(self.on_hand(), 12)

    def test_nobody_accepts_an_empty_catalogue(self):
        self.rows = []
        run = self.sync_as_soon_as_due()
        with self.assertRaises(UserError):
            run.with_user(self.manager).action_accept_catalogue()

    def test_accepted_catalogue_may_be_tiny(self):
        self.products |= self.env["product.product"].union(
            *(self._create_product(f"more {number}") for number in range(25))
        )
        self.all_say(11)
        self.sync_as_soon_as_due()
        self.list_says({"123": 11, "p0": 11})
        run = self.sync_as_soon_as_due()
        self.assert_lost(run, "none")
        run.with_user(self.manager).action_accept_catalogue()
        self.assertEqual(self.sync_as_soon_as_due().state, "partial")

    def test_delta_and_answer_that_breaks_off_say_nothing_about_the_catalogue(self):
        self.backend.write({"since_param": "updated_since", "page_size": 3})
        self.all_say(11)
        self.sync_as_soon_as_due()
        self.rows = []
        run = self.sync_as_soon_as_due()
        self.assertEqual((run.delta, run.state), (True, "done"))
        self.backend.full_sync_hours = 0
        self.all_say(11)
        self.fail_at_page = 2
        self.assertEqual(self.sync_as_soon_as_due().error_code, "http_error")

    def test_preview_says_the_same_and_is_told_to_nobody(self):
        self.list_says({p.x_external_id: 12 for p in self.products[:8]})
        run = self.sync_all(preview=True)
        self.assert_lost(run, "fall")
        self.assertEqual(set(run.line_ids.mapped("state")), {"planned"})
        self.assertEqual((self.called, self.backend.failure_count), ([], 0))

    def test_rows_that_are_no_good_are_their_products_problem(self):
        self.all_say("many")
        run = self.sync_as_soon_as_due()
        self.assertEqual((run.state, run.error_code), ("failed", False))
        self.assertEqual(run.confirmed, 20)
        self.assertEqual(self.product.sync_binding_ids.error_code, "invalid_quantity")

    def test_products_that_the_api_keeps_no_stock_of_are_known(self):
        self.all_say(None)
        run = self.sync_as_soon_as_due()
        self.assertEqual((run.state, run.confirmed), ("done", 20))

    def test_products_that_cannot_be_set_are_not_counted(self):
        self.products[1:].tracking = "lot"
        self.list_says({"123": 11})
        run = self.sync_as_soon_as_due()
        self.assertEqual((run.state, run.confirmed), ("partial", 1))


@tagged("post_install", "-at_install")
class TestCatalogueProductByProduct(StockSyncCase):
    def test_api_that_knows_no_product_is_the_same_failure(self):
        self._create_product("124")
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.backend)
        self.assertEqual((run.state, run.error_code), ("failed", "catalogue_lost"))
        self.assertIn("0 of the 2 products", run.message)
        self.assertIn("(123, for example)", run.message)
        binding = self.product.sync_binding_ids
        self.assertEqual(binding.error_code, "product_not_found")

    def test_button_on_products_tells_of_the_product(self):
        run = self.sync()
        self.assertEqual((run.state, run.error_code), ("failed", False))
        self.assert_left_alone(run, "product_not_found")

    def test_product_that_is_not_known_beside_others_is_its_own_problem(self):
        self._create_product("124")
        self.api_says(5)
        with mute_logger(SERVICE_LOGGER):
            run = self.service.sync_flow(self.backend).sudo()
        self.assertEqual((run.state, run.confirmed), ("partial", 1))
