"""Databases that are copied, used and dropped.

A database that this package has not made is never touched.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

_MARK = "made by stock_sync_api/benchmarks"


@contextmanager
def connection(database: str = "postgres") -> Iterator[Any]:
    """A connection that commits each statement. The server is in ``PG*`` variables."""
    with closing(psycopg2.connect(dbname=database)) as opened:
        opened.autocommit = True
        yield opened


def query(database: str, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    with connection(database) as opened, opened.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description else []


def copy(template: str, name: str) -> None:
    """Copy a database, in place of an older copy."""
    drop(name)
    query("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    query("postgres", f"""COMMENT ON DATABASE "{name}" IS '{_MARK}'""")
    # What the copy has written to the log is not for the contenders to pay.
    query("postgres", "CHECKPOINT")


def drop(name: str) -> None:
    """Drop a database of this package, if there is one.

    :raise RuntimeError: it is someone else's
    """
    comments = query(
        "postgres",
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        " WHERE datname = %s",
        name,
    )
    if not comments:
        return
    if comments != [(_MARK,)]:
        raise RuntimeError(f"The database {name} was not made by the benchmark.")
    query("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')
