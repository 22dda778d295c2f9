"""A PostgreSQL server, whoever runs it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .console import Stop


class Server:
    """A server that answers; its programs and how to connect to it."""

    def __init__(self, programs: Path, environment: Mapping[str, str]) -> None:
        self.programs = programs
        self.environment = dict(environment)
        self.maintenance = os.environ.get("PGDATABASE") or "postgres"

    def query(self, sql: str, database: str | None = None) -> str:
        """Run SQL and return the first value of its answer.

        :raise Stop: the server refuses it; with the server's own words
        """
        result = self._psql(sql, database or self.maintenance)
        if result.returncode:
            reason = (result.stderr.strip().splitlines() or ["no answer"])[0]
            raise Stop(f"PostgreSQL: {reason}")
        return result.stdout.strip()

    def check(self) -> None:
        """:raise Stop: the server does not answer, or Odoo would refuse it"""
        if self.query("SELECT current_user;") == "postgres":
            raise Stop(
                "Odoo refuses to work as the role postgres: "
                "set PGUSER to another role that may create databases."
            )

    def answers(self) -> bool:
        return not self._psql("SELECT 1;", self.maintenance).returncode

    def _psql(self, sql: str, database: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.programs / "psql", "-XqAtw", "-v", "ON_ERROR_STOP=1", "-d", database],
            env={**os.environ, "PGCONNECT_TIMEOUT": "10", **self.environment},
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )
