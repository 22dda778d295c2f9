"""The server: waitress, and a way past it for bytes that it would not send.

Requests are read by waitress and answered by the application; only a scenario that asks
for the wire writes to the connection itself. So there is one address and full speed.
This builds on the insides of waitress, whose version is pinned for that.
"""

import logging
import socket
from collections.abc import Callable
from threading import Event, Thread, Timer
from types import TracebackType
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]
from waitress.task import WSGITask  # type: ignore[import-untyped]
from waitress.wasyncore import close_all  # type: ignore[import-untyped]

from mock_api.wire import WIRE, Answered, Wire

THREADS = 64  # a client may have 32 requests waiting at once, and people look on
CONNECTIONS = 1000


class Server:
    """Serves an application on one address.

    In a process of its own: ``Server(app, port=5000).run()``. Beside other work::

        with Server(app) as server:
            urlopen(server.url + "/stock")
    """

    def __init__(self, app: Flask, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; requests are served once it runs.

        :param port: 0 takes a free one
        :raise OSError: when it can't listen there, with a sentence
        """
        self.stopping = Event()
        listener = _bound(host, port)
        self._address = listener.getsockname()[:2]
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._waitress = create_server(
            app, sockets=[listener], threads=THREADS, connection_limit=CONNECTIONS
        )
        self._waitress.channel_class = _Channel
        self._waitress.owner = self
        self._thread = Thread(target=self.run, name="mock_api", daemon=True)

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        host, port = self._address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(self) -> None:
        """Serve until :meth:`close` or SystemExit."""
        self._waitress.run()

    def close(self) -> None:
        """Let go requests that hang, answer the others, close all connections."""
        self.stopping.set()
        self._waitress.task_dispatcher.shutdown()
        self._in_loop(lambda: close_all(self._waitress._map))
        if self._thread.is_alive():
            self._thread.join()

    def refuse(self, seconds: float) -> None:
        """Refuse connections for some seconds, and close those that wait."""
        self._in_loop(self._stop_listening)
        timer = Timer(seconds, self._in_loop, [self._waitress.accept_connections])
        timer.daemon = True
        timer.start()

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _in_loop(self, function: Callable[[], object]) -> None:
        """Run ``function`` where waitress handles its connections."""
        if self._waitress._map:
            self._waitress.trigger.pull_trigger(function)

    def _stop_listening(self) -> None:
        server = self._waitress
        server.accepting = False
        server.del_channel()
        server.socket.close()
        server.set_socket(_bound(*self._address))  # nobody else is to get the port
        for channel in list(server.active_channels.values()):
            if not channel.requests:
                channel.handle_close()


class _Task(WSGITask):  # type: ignore[misc]
    """A request whose answer may go past WSGI."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[WIRE] = Wire(self.channel, self.channel.server.owner)
        return environ

    def execute(self) -> None:
        try:
            super().execute()
        except Answered as answered:
            self.wrote_header = True
            self.close_on_finish = answered.close


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket that has an address and does not listen yet."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        reason = error.strerror or error
        raise OSError(f"can't listen on {host}, port {port}: {reason}") from None
    return bound
