"""A database, and Odoo's server on it, which may be killed."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from odoo_database import OdooDatabase, problems

from devenv import ports, process, services

#: seconds, after which something never comes
PATIENCE = 120


class ServedOdoo(OdooDatabase):
    """A database, the servers that are started on it, and what they logged."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        #: what runs a server's module; by default Python
        self.launcher: list[str | Path] = self.runtime.command(self.name)[:1]
        #: of all servers so far
        self.log = ""
        self._server: services.Service | None = None

    @contextmanager
    def serving(
        self,
        *options: str,
        http: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Iterator[services.Service]:
        """A server, until the end of the block.

        :param options: more of Odoo's own
        :param http: on a port, where it answers when the block begins
        """
        port = ports.free()
        listens = f"--http-port={port}" if http else "--no-http"
        command = self.runtime.command(self.name, listens, *options)
        try:
            with services.running(
                "Odoo",
                [*self.launcher, *command[1:]],
                address=f"http://{ports.HOST}:{port}",
                log=self._log,
                environment={**self.environment, **(environment or {})},
            ) as self._server:
                if http:
                    self._server.wait("/web/health")
                yield self._server
        finally:
            self._server = None
            self.log += process.log_file(self._log).read_text(errors="replace")

    def wait_for(self, condition: Callable[[], Any]) -> None:
        """Wait until something is so that a server brings about.

        :raise Stop: the server has ended by itself
        """
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self._server:
                self._server.check()
            log = process.shown(process.log_file(self._log))
            assert time.monotonic() < deadline, f"It never came (log: {log})"
            time.sleep(0.1)

    def problems(self) -> list[str]:
        """The warnings and errors in the servers' log."""
        return problems(self.log)

    @property
    def _log(self) -> str:
        return f"{self.name}-server"
