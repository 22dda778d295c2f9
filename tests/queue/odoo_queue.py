"""An Odoo with the addon that queues and the real job runner."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devenv import ports, process, services
from devenv.odoo import Runtime
from devenv.paths import QUEUE_ADDON

PATIENCE = 120


class OdooQueue:
    """A database, and the servers that are started on it.

    :param folder: for files that nobody needs afterwards
    """

    def __init__(self, runtime: Runtime, database: str, folder: Path) -> None:
        self.database = database
        self._runtime = runtime
        self._folder = folder

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
            self._run("shell", "--no-http", stdin=stdin)
        return json.loads(answer.read_text())

    def uninstall(self) -> None:
        self._run("module", "uninstall", QUEUE_ADDON)

    @contextmanager
    def serving(self) -> Iterator[services.Service]:
        """A server whose job runner may run four jobs at once."""
        port = ports.free()
        with services.running(
            "Odoo",
            self._runtime.command(
                self.database, "--load=base,rpc,web,queue_job", f"--http-port={port}"
            ),
            address=f"http://{ports.HOST}:{port}",
            log=f"{self.database}-server",
            environment={
                **self._runtime.environment,
                "ODOO_QUEUE_JOB_CHANNELS": "root:4",
            },
        ) as server:
            server.wait("/web/health")
            yield server

    def query(self, sql: str) -> Any:
        """:return: the rows, as lists"""
        rows = f"SELECT coalesce(json_agg(to_json(row)), '[]') FROM ({sql}) AS row;"
        answer = self._runtime.server.query(rows, self.database)
        return [list(row.values()) for row in json.loads(answer)]

    def execute(self, sql: str) -> None:
        self._runtime.server.query(sql, self.database)

    def wait_for(self, condition: Callable[[], Any]) -> None:
        """Wait until something is so that another process brings about."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            log = process.shown(process.log_file(f"{self.database}-server"))
            assert time.monotonic() < deadline, f"It never came (log: {log})"
            time.sleep(0.1)

    def _run(self, *arguments: str, **options: Any) -> None:
        process.run(
            self._runtime.command(self.database, *arguments),
            what=f"Odoo, {arguments[0]},",
            log=process.log_file(f"{self.database}-{arguments[0]}"),
            environment=self._runtime.environment,
            **options,
        )
