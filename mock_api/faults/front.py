"""What stands before the application: scenarios, and a list of what came in."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Response

from mock_api.faults.answers import error_answer
from mock_api.faults.exchange import Exchange, NeedsServer
from mock_api.faults.scenario import BadScenario
from mock_api.state import State
from mock_api.stock import STOCK, Stock

HEADER = "X-Mock-Scenario"
# Where the paths of the mock's own pages begin; everything else is the API.
OWN = frozenset(("", "control", "health", "openapi.json", "page", "static"))

WSGI = Callable[..., Iterable[bytes]]


class Front:
    """A WSGI application around the one that answers when all goes well."""

    def __init__(self, app: WSGI, state: State) -> None:
        """Hold the application and what is known of its scenarios."""
        self._app = app
        self._state = state

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].lstrip("/").partition("/")[0] in OWN:
            return self._app(environ, start_response)
        environ[STOCK] = Stock(self._state.store)
        exchange = Exchange(self._app, environ, self._state.clock)
        choice = error = None
        try:
            choice = self._state.switch.take(
                environ["PATH_INFO"], environ.get("HTTP_X_MOCK_SCENARIO")
            )
        except BadScenario as bad:
            error = error_answer(400, f"{HEADER}: {bad}")
        self._state.received.add(environ, choice.text if choice else None)
        if error:
            return error(environ, start_response)
        if choice is None:
            return self._app(environ, start_response)
        try:
            answer: Response = choice.answer(exchange)
        except NeedsServer:
            answer = error_answer(501, "this scenario needs a server: mock_api.server")
        return answer(environ, start_response)
