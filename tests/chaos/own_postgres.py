"""A PostgreSQL server of the test's own, to be treated badly."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devenv.odoo import Runtime
from devenv.postgres_server import Server
from devenv.private_postgres import Private


class OwnPostgres(Private):
    """Like the one of the development environment, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__()

    def _place(self) -> Path:
        return self._folder

    def crash(self) -> None:
        """Stop without a word to those who are connected, as a crash does."""
        self._control("stop", "-m", "immediate")


@contextmanager
def own_postgres() -> Iterator[tuple[OwnPostgres, Server]]:
    # Not among pytest's own folders: who runs PostgreSQL for root cannot go there.
    folder = Path(tempfile.mkdtemp(prefix="stock_sync_chaos-"))
    postgres = OwnPostgres(folder)
    try:
        yield postgres, postgres.start()
    finally:
        postgres.stop()
        shutil.rmtree(folder)


def copy_database(source: Runtime, target: Runtime, name: str, new_name: str) -> None:
    """Copy a database and its files to another server."""
    target.server.query(f'CREATE DATABASE "{new_name}" TEMPLATE template0;')
    with subprocess.Popen(
        [source.server.programs / "pg_dump", "--no-owner", name],
        env={**os.environ, **source.server.environment},
        stdout=subprocess.PIPE,
    ) as dump:
        subprocess.run(
            [target.server.programs / "psql", "-Xqw", "-v", "ON_ERROR_STOP=1"],
            env={**os.environ, **target.server.environment, "PGDATABASE": new_name},
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    assert dump.returncode == 0
    shutil.copytree(
        source.filestore(name), target.filestore(new_name), dirs_exist_ok=True
    )
