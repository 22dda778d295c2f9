"""An Odoo database to install the addon in, and to look at from outside.

Where the server is comes from the usual ``PG*`` variables.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parents[2]
ADDON = "stock_sync_api"
BASE_ADDON = "base_sync_api"
ADDONS = (BASE_ADDON, ADDON, "stock_sync_api_queue")
_PROBLEM = re.compile(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*$", re.MULTILINE)


class OdooDatabase:
    """A database, and Odoo's command line for it.

    :param folder: where Odoo keeps its files, and where it is started
    :param addons: folders with addons beside Odoo's own
    :param packages: a folder to import from, as if pip had installed it there
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        addons: Iterable[Path] = (ROOT,),
        packages: Path | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        self._environment = {**os.environ, "PYTHONPATH": str(packages or "")}
        self._configuration = folder / f"{name}.conf"
        self._configuration.write_text(
            "[options]\n"
            f"addons_path = {','.join(map(str, addons))}\n"
            f"data_dir = {folder / 'data'}\n"
        )

    def odoo(self, *arguments: str, stdin: str = "") -> tuple[str, list[str]]:
        """Run Odoo to its end.

        :return: its output, and the warnings and errors of its log
        """
        # A command such as "module uninstall" comes before its options.
        words = [argument for argument in arguments if not argument.startswith("-")]
        options = [argument for argument in arguments if argument.startswith("-")]
        result = subprocess.run(
            [sys.executable, "-m", "odoo", *words]
            + ["-c", str(self._configuration), "-d", self.name, *options],
            cwd=self.folder,
            env=self._environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout
        return result.stdout, _PROBLEM.findall(result.stdout)

    def install(self, module: str = ADDON, *options: str) -> list[str]:
        """:return: the warnings and errors of the log"""
        return self.odoo(
            f"--init={module}", "--stop-after-init", "--no-http", *options
        )[1]

    def upgrade(self) -> list[str]:
        return self.odoo(f"--update={ADDON}", "--stop-after-init", "--no-http")[1]

    def uninstall(self) -> list[str]:
        return self.odoo("module", "uninstall", ADDON)[1]

    def shell(self, code: str) -> Any:
        """Run code with ``env``, commit, and return what it calls ``result``."""
        mark = "the result is "
        output, _problems = self.odoo(
            "shell",
            "--no-http",
            stdin=f"import json\nresult = None\n{code}\nenv.cr.commit()\n"
            f"print({mark!r} + json.dumps(result))\n",
        )
        assert mark in output, output
        return json.loads(output.rpartition(mark)[2].splitlines()[0])

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        return query(self.name, statement)


NewDatabase = Callable[..., OdooDatabase]


def query(database: str, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows, if it has any."""
    connection = psycopg2.connect(dbname=database)
    try:
        connection.autocommit = True  # a database is not created in a transaction
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
