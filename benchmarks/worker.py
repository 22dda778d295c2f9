"""A process of its own for a contender, so that its memory and caches are its own."""

import traceback
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any


class WorkerFailed(Exception):
    """Something went wrong in a worker; the message is its traceback."""


class Worker:
    """A process that has Odoo loaded and does one thing after the other.

    Stays alive between repetitions: what is measured is a server that is up, and not
    its start.
    """

    def __init__(self) -> None:
        context = get_context("spawn")
        self._connection, other_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(other_end,), daemon=True)
        self._process.start()
        other_end.close()

    def start(self, action: str, *args: Any, **options: Any) -> None:
        """Begin a function of ``odoo_process``."""
        self._connection.send((action, args, options))

    def result(self) -> Any:
        """What it returned.

        :raise WorkerFailed: it raised, or the process is gone
        """
        try:
            failure, value = self._connection.recv()
        except EOFError:
            raise WorkerFailed("The process ended.") from None
        if failure:
            raise WorkerFailed(failure)
        return value

    def call(self, action: str, *args: Any, **options: Any) -> Any:
        self.start(action, *args, **options)
        return self.result()

    def close(self) -> None:
        self._connection.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.terminate()


def _serve(connection: Connection) -> None:
    from . import odoo_process  # not in the process that starts the workers

    odoo_process.start()
    while True:
        try:
            action, args, options = connection.recv()
        except EOFError:
            return
        answer: tuple[str | None, Any]
        try:
            answer = (None, getattr(odoo_process, action)(*args, **options))
        except Exception:
            answer = (traceback.format_exc(), None)
        connection.send(answer)
