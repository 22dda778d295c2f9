import threading
from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import PoolError, db_connect
from odoo.tests import TransactionCase, tagged

from ..client.pace import Pace
from ..tools import shared_turns as module
from ..tools.shared_turns import shared_turns

#: no backend has it: what is written there stays until it is removed
BACKEND = -1


@tagged("post_install", "-at_install")
class TestSharedTurns(TransactionCase):
    def setUp(self):
        super().setUp()
        self.dbname = self.env.cr.dbname
        self.addCleanup(self.execute, "DELETE FROM sync_pace WHERE id = %s", [BACKEND])

    def execute(self, *query):
        """Beside the transaction of the test."""
        with db_connect(self.dbname).cursor() as cr:
            cr.execute(*query)

    def turns(self):
        """Turns of the backend, until the end of the test."""
        return self.enterContext(shared_turns(self.dbname, BACKEND))

    def test_two_that_ask_the_same_backend_take_turns(self):
        ours, theirs = self.turns(), self.turns()
        for number, take in enumerate([ours, theirs, theirs, ours]):
            self.assertAlmostEqual(take(10), number * 10, delta=2)

    def test_first_request_waits_for_nobody_and_a_pause_saves_up_no_turns(self):
        take = self.turns()
        self.assertEqual(take(10), 0)
        self.execute("UPDATE sync_pace SET next_turn = '2025-01-01' WHERE id = -1")
        self.assertEqual(take(10), 0)
        self.assertAlmostEqual(take(10), 10, delta=2)

    def test_threads_may_take_turns_of_an_opened_connection(self):
        pace = self.enterContext(Pace(1, lambda: shared_turns(self.dbname, BACKEND)))
        waits = []
        threads = [
            threading.Thread(target=lambda: waits.append(pace.reserve()))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number, wait in enumerate(sorted(waits)):
            self.assertAlmostEqual(wait, number, delta=0.9)

    def test_turn_that_no_rate_explains_is_not_waited_for(self):
        take = self.turns()
        take(1000)
        self.assertAlmostEqual(take(0.01), 10, delta=1)

    def test_without_a_connection_the_own_turns_are_kept_and_the_log_says_so_once(self):
        with (
            patch.object(module, "db_connect", side_effect=PoolError("full")),
            self.assertLogs(module.__name__, "WARNING") as log,
            Pace(0.1, lambda: shared_turns(self.dbname, BACKEND)) as pace,
        ):
            waits = [pace.reserve() for _ in range(3)]
        for number, wait in enumerate(waits):
            self.assertAlmostEqual(wait, number * 10, delta=2)
        self.assertEqual(len(log.output), 1)
        self.assertIn("backend -1 hold for this process alone: full", log.output[0])

    def test_connection_that_is_lost_is_done_without(self):
        with (
            self.assertLogs(module.__name__, "WARNING") as log,
            Pace(0.1, lambda: shared_turns(self.dbname, BACKEND)) as pace,
        ):
            pace.reserve()
            self.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE '%sync_pace AS pace%' AND pid <> pg_backend_pid()"
            )
            self.assertAlmostEqual(pace.reserve(), 10, delta=2)
            self.assertAlmostEqual(pace.reserve(), 20, delta=2)
        self.assertEqual(len(log.output), 1)

    def test_connection_goes_back_as_it_was(self):
        take = self.turns()
        take(1)
        cursor = take.__self__._cursor
        with shared_turns(self.dbname, BACKEND) as other:
            other(1)
            inner = other.__self__._cursor
            pid = inner.connection.get_backend_pid()
            self.assertNotEqual(cursor.connection.get_backend_pid(), pid)
        self.assertTrue(inner.closed)
        with closing(db_connect(self.dbname).cursor()) as cr:
            self.assertEqual(cr.connection.get_backend_pid(), pid, "of the pool")
            cr.execute(
                "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"
            )
            self.assertNotEqual(cr.fetchone(), ("session",))
            cr.execute("SHOW transaction_isolation")
            self.assertEqual(cr.fetchone(), ("repeatable read",))

    def test_turns_that_are_long_over_are_removed(self):
        self.env.cr.execute(
            "INSERT INTO sync_pace (id, next_turn) VALUES (-2, %s), (-3, %s)",
            [fields.Datetime.now() - timedelta(days=2), fields.Datetime.now()],
        )
        self.env["sync.pace"]._gc_turns()
        self.env.cr.execute("SELECT id FROM sync_pace WHERE id IN (-2, -3)")
        self.assertEqual(self.env.cr.fetchall(), [(-3,)])

    def test_turns_are_no_users_business(self):
        turns = self.env["sync.pace"].with_user(self.env.ref("base.user_admin"))
        for operation in ("read", "write", "create", "unlink"):
            self.assertFalse(turns.has_access(operation), operation)

    def test_only_a_backend_with_a_limit_shares_its_turns(self):
        backend = self.env["sync.backend"].create({"name": "Slow"})
        self.assertIsNone(backend._get_shared_turns())
        backend.requests_per_second = 2
        turns = backend._get_shared_turns()
        self.assertEqual(turns.args, (self.dbname, backend.id))
        new = backend.new({"name": "New", "requests_per_second": 2})
        self.assertIsNone(new._get_shared_turns())
