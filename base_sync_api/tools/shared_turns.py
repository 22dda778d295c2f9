"""Turns that all who ask one API take, in whatever process they are."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from odoo.sql_db import Cursor, PoolError, db_connect

_logger = logging.getLogger(__name__)

#: in turns; a row that says more is of another rate, or of a clock that was wrong
_LONGEST_WAIT = 1000

_TAKE = """
    INSERT INTO sync_pace AS pace (id, next_turn)
         VALUES (%(id)s, clock_timestamp() AT TIME ZONE 'UTC' + %(interval)s)
    ON CONFLICT (id) DO UPDATE
            SET next_turn = %(interval)s + LEAST(
                    GREATEST(
                        pace.next_turn, clock_timestamp() AT TIME ZONE 'UTC'
                    ),
                    clock_timestamp() AT TIME ZONE 'UTC' + %(longest)s
                )
      RETURNING extract(
                    epoch FROM next_turn - %(interval)s
                               - clock_timestamp() AT TIME ZONE 'UTC'
                )
"""


@contextmanager
def shared_turns(
    dbname: str, backend_id: int
) -> Iterator[Callable[[float], float | None]]:
    """Yield what takes a turn; see ``Pace`` of the client.

    The database hands them out, on a connection of its own: others must see a turn at
    once, and not wait for the end of whatever the caller's transaction does.

    Without the database the caller has only its own turns to keep to, which the log
    says.
    """
    turns = _Turns(backend_id)
    try:
        cursor = db_connect(dbname).cursor()
    except (psycopg2.Error, PoolError) as error:
        turns.fail(error)
        yield turns.take
        return
    with closing(cursor):
        turns.open(cursor)
        yield turns.take


class _Turns:
    def __init__(self, backend_id: int):
        self._backend_id = backend_id
        self._cursor: Cursor | None = None

    def open(self, cursor: Cursor):
        """Take the turns with this cursor from now on."""
        # In a longer transaction, one of two that take a turn at once would fail.
        cursor.connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        # A turn need not survive a crash; nobody waits for the disk.
        cursor.execute("SET synchronous_commit TO off")
        self._cursor = cursor

    def take(self, interval: float) -> float | None:
        if not self._cursor:
            return None
        values = {
            "id": self._backend_id,
            "interval": timedelta(seconds=interval),
            "longest": timedelta(seconds=interval * _LONGEST_WAIT),
        }
        try:
            self._cursor.execute(_TAKE, values, log_exceptions=False)
            [wait] = self._cursor.fetchone()
        except psycopg2.Error as error:
            self.fail(error)
            return None
        return max(0.0, float(wait))

    def fail(self, error: Exception):
        self._cursor = None
        _logger.warning(
            "The requests per second of backend %s hold for this process alone: %s",
            self._backend_id,
            error,
        )
