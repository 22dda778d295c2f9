"""An Odoo whose servers run the scheduled action, and may be killed."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from devenv import process, services
from devenv.odoo import Runtime

PATIENCE = 120
OPEN = "SELECT id, state FROM sync_run WHERE state IN ('planning', 'applying')"

_CRON = "SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_stock_sync'"
_OURS_ALONE = f"""
    UPDATE ir_cron SET active = (id = ({_CRON})),
                       nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'
"""
_TRIGGER = f"""
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT res_id, now() AT TIME ZONE 'UTC' - interval '1 second'
      FROM ({_CRON}) AS cron
     WHERE NOT EXISTS (SELECT FROM ir_cron_trigger WHERE cron_id = res_id)
"""
_PHASE = """
    SELECT CASE WHEN EXISTS (SELECT FROM stock_sync_run_line line
                              WHERE line.run_id = run.id AND line.state = 'applied')
                THEN 'half applied'
                WHEN run.complete THEN 'planned'
                WHEN run.received > 0 THEN 'half read'
                ELSE 'begun' END
      FROM sync_run run WHERE run.state IN ('planning', 'applying')
"""
_IDLE = f"""
    SELECT NOT EXISTS (SELECT FROM ir_cron_trigger WHERE cron_id = ({_CRON}))
"""
_PROBLEM = re.compile(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*$", re.MULTILINE)


class ChaosOdoo:
    """A database, the servers that are started on it, and what they logged.

    :param folder: for files that nobody needs afterwards
    """

    def __init__(self, runtime: Runtime, database: str, folder: Path) -> None:
        self.runtime = runtime
        self.database = database
        #: what runs a server's module; by default Python
        self.launcher: list[str | Path] = runtime.command(database)[:1]
        #: of all servers so far
        self.log = ""
        self._folder = folder
        self._server: services.Service | None = None

    @property
    def environment(self) -> dict[str, str]:
        """For other processes that use the database."""
        return {**os.environ, **self.runtime.environment}

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
            process.run(
                self.runtime.command(self.database, "shell", "--no-http"),
                what="Odoo, shell,",
                log=process.log_file(f"{self.database}-shell"),
                environment=self.runtime.environment,
                stdin=stdin,
            )
        return json.loads(answer.read_text())

    def set_up(self, code: str) -> Any:
        """Fill the database; from now on only our scheduled action runs."""
        result = self.shell(code)
        self.leave_only_ours()
        return result

    def leave_only_ours(self) -> None:
        """From now on no other scheduled action runs, and ours where it is told to."""
        self.query(_OURS_ALONE)

    @contextmanager
    def serving(self, *options: str) -> Iterator[services.Service]:
        """A server that runs the scheduled action when it is called for.

        :param options: more of Odoo's own
        """
        log = f"{self.database}-server"
        command = self.runtime.command(self.database, *(options or ["--no-http"]))
        try:
            with services.running(
                "Odoo",
                [*self.launcher, *command[1:]],
                address="",
                log=log,
                environment=self.runtime.environment,
            ) as self._server:
                yield self._server
        finally:
            self._server = None
            self.log += process.log_file(log).read_text(errors="replace")

    def trigger(self) -> None:
        """Have the scheduled action run, unless it is going to anyway."""
        self.query(_TRIGGER)

    def last_run(self) -> int:
        return self.query("SELECT coalesce(max(id), 0) FROM sync_run")[0][0]

    def phase(self) -> str:
        """How far the run under way has come, in what is committed."""
        return (self.query(_PHASE) or [("over",)])[0][0]

    def wait_for_open_run(self, after: int) -> None:
        self.wait_for(lambda: self.query(f"{OPEN} AND id > {after}"))

    def wait_for_work(self) -> None:
        """Wait until a server that has just started runs the scheduled action."""
        calls = "SELECT count(*) FROM ir_cron_progress"
        before = self.query(calls)
        self.wait_for(lambda: self.query(calls) != before)

    def settle(self) -> None:
        """Wait until nothing is left to do."""
        self.wait_for(self._is_idle)
        if self.query(OPEN):
            # Odoo leaves an action out once that was killed three times in a row.
            self.trigger()
            self.wait_for(self._is_idle)
        assert self.query(OPEN) == []

    def _is_idle(self) -> bool:
        return self.query(_IDLE) == [(True,)]

    def synchronise(self) -> float:
        """Have the scheduled action run to its end.

        :return: how many seconds it took from when it began
        """
        last = self.last_run()
        self.trigger()
        self.wait_for(lambda: self.last_run() > last)
        start = time.monotonic()
        self.settle()
        return time.monotonic() - start

    def wait_for(self, condition: Callable[[], Any], wake: bool = True) -> None:
        """Wait until something is so that the server brings about.

        :param wake: have the server look at once whether there is something to do
        :raise Stop: the server has ended by itself
        """
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self._server:
                self._server.check()
            log = process.shown(process.log_file(f"{self.database}-server"))
            assert time.monotonic() < deadline, f"It never came (log: {log})"
            if wake:
                # Again and again: a server that is starting does not listen yet.
                self.query(f"SELECT pg_notify('cron_trigger', '{self.database}')", True)
            time.sleep(0.1)

    def query(self, sql: str, maintenance: bool = False) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows, if it has any."""
        server = self.runtime.server
        with closing(
            psycopg2.connect(
                dbname=server.maintenance if maintenance else self.database,
                host=server.environment.get("PGHOST"),
                port=server.environment.get("PGPORT"),
                user=server.environment.get("PGUSER"),
            )
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []

    def problems(self) -> list[str]:
        """The warnings and errors in the servers' log."""
        return _PROBLEM.findall(self.log)
