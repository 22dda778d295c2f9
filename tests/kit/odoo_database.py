"""An Odoo database, worked with from outside: its command line, its shell, SQL."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg2

from devenv import databases, process
from devenv.odoo import Runtime

_PROBLEM = re.compile(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*$", re.MULTILINE)


@contextmanager
def copied(runtime: Runtime, template: str, name: str) -> Iterator[str]:
    """A copy of a database, by its name; dropped at the end."""
    databases.copy(runtime, template, name)
    try:
        yield name
    finally:
        databases.drop(runtime, name)


class OdooDatabase:
    """A database that exists.

    :param folder: for files that nobody needs afterwards; Odoo's commands run there
    :param environment: for Odoo's processes, over what they have anyway
    """

    def __init__(
        self,
        runtime: Runtime,
        name: str,
        folder: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.runtime = runtime
        self.name = name
        self.environment = {**runtime.environment, **(environment or {})}
        self._folder = folder

    def install(self, addon: str) -> list[str]:
        """:return: the warnings and errors of Odoo's log"""
        return self.odoo(f"--init={addon}", "--stop-after-init", "--no-http")

    def upgrade(self, addon: str) -> list[str]:
        """:return: the warnings and errors of Odoo's log"""
        return self.odoo(f"--update={addon}", "--stop-after-init", "--no-http")

    def uninstall(self, addon: str) -> list[str]:
        """:return: the warnings and errors of Odoo's log"""
        return self.odoo("module", "uninstall", addon)

    def shell(self, code: str) -> Any:
        """Run code with ``env``, commit, and return what it calls ``result``."""
        script, answer = self._folder / "script.py", self._folder / "answer.json"
        script.write_text(
            "import json, pathlib\n"
            f"result = None\n{code}\nenv.cr.commit()\n"
            f"pathlib.Path({str(answer)!r}).write_text(json.dumps(result))\n"
        )
        answer.unlink(missing_ok=True)
        with script.open() as stdin:
            self.odoo("shell", "--no-http", stdin=stdin)
        return json.loads(answer.read_text())

    def odoo(
        self, *arguments: str, stdin: IO[str] | int = subprocess.DEVNULL
    ) -> list[str]:
        """Run Odoo to its end.

        :param arguments: of its command line; the first may be a command
        :return: the warnings and errors of its log
        :raise Stop: it failed
        """
        log = process.log_file(f"{self.name}-odoo")
        process.run(
            self.runtime.command(self.name, *arguments),
            what=f"Odoo, {arguments[0]},",
            log=log,
            environment=self.environment,
            directory=self._folder,
            stdin=stdin,
        )
        return problems(log.read_text(errors="replace"))

    def query(self, sql: str, *, maintenance: bool = False) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows, if it has any.

        :param maintenance: in PostgreSQL's own database
        """
        server = self.runtime.server
        with closing(
            psycopg2.connect(
                dbname=server.maintenance if maintenance else self.name,
                host=server.environment.get("PGHOST"),
                port=server.environment.get("PGPORT"),
                user=server.environment.get("PGUSER"),
            )
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []


def problems(log: str) -> list[str]:
    """The warnings and errors in a log of Odoo's."""
    return _PROBLEM.findall(log)
