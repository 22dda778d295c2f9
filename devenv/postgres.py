"""PostgreSQL: the user's own (``PG*`` variables), or a private server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from . import private_postgres
from .console import Stop
from .lock import Users, preparing
from .postgres_server import Server

_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")


def users_own() -> bool:
    """Whether the user's environment names a server."""
    return any(os.environ.get(variable) for variable in _VARIABLES)


@contextmanager
def running() -> Iterator[Server]:
    """A server while the command needs it; the last command to leave stops it.

    To be called under no lock.

    :raise Stop: it cannot be started or reached
    """
    if users_own():
        server = Server(private_postgres.wheel() / "pginstall" / "bin", {})
        server.check()
        yield server
        return
    with preparing():
        users = Users("postgres")
        private = private_postgres.Private()
        server = private.start()
    try:
        yield server
    finally:
        with users.leave() as last:
            if last:
                private.stop()


def forget() -> None:
    """Stop the private server and remove what it has outside of ``STATE``.

    :raise Stop: another command uses it
    """
    with preparing(), Users("postgres").leave() as last:
        if not last:
            raise Stop("Another command uses PostgreSQL: stop it first.")
        private = private_postgres.Private()
        private.stop()
        private.remove_outside()
