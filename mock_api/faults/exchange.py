"""One request under a scenario."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from werkzeug.wrappers import Request, Response

from mock_api.stock import STOCK, Stock
from mock_api.wire import WIRE, Wire

DETOUR = "/redirected"  # before a path: the same address, where redirects lead to


class NeedsServer(Exception):
    """The scenario works on a connection, and there is none: a test client."""


class Exchange:
    """A request, the answer that it would get, and the connection below."""

    def __init__(
        self,
        app: Callable[..., Any],
        environ: dict[str, Any],
        clock: Callable[[], datetime],
    ) -> None:
        """Hold the application that answers ``environ`` when all goes well."""
        self._app = app
        self._environ = environ
        self.clock = clock
        self.detoured = environ["PATH_INFO"].startswith(f"{DETOUR}/")
        if self.detoured:
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(DETOUR)

    @cached_property
    def request(self) -> Request:
        """The request, read-only."""
        return Request(self._environ)

    @property
    def target(self) -> str:
        """Path and query as they were sent, without the detour."""
        target: str = self._environ["REQUEST_URI"]
        return target.removeprefix(DETOUR)

    @property
    def stock(self) -> Stock:
        """What the request is answered from; a scenario may set another one."""
        return cast(Stock, self._environ[STOCK])

    @stock.setter
    def stock(self, stock: Stock) -> None:
        self._environ[STOCK] = stock

    @property
    def wire(self) -> Wire:
        """The connection.

        :raise NeedsServer: without one
        """
        wire: Wire | None = self._environ.get(WIRE)
        if wire is None:
            raise NeedsServer
        return wire

    def answer(self) -> Response:
        """Return what the request is answered when all goes well."""
        return Response.from_app(self._app, self._environ, buffered=True)
