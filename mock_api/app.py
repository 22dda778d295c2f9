"""The application factory: where the parts are put together."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from werkzeug.routing import PathConverter

from mock_api import errors, latency, openapi, page, shapes, status
from mock_api.catalogue import catalogue
from mock_api.exact_json import ExactJSON
from mock_api.faults import control
from mock_api.faults.front import Front
from mock_api.faults.switch import Switch
from mock_api.state import State, keep_state
from mock_api.store import Store, utc_now

MAX_BODY_BYTES = 64 * 1024
OWN = (page.blueprint, status.blueprint, openapi.blueprint, control.blueprint)


class AnyTextConverter(PathConverter):
    """The rest of the path, whatever it holds: slashes at its ends, line breaks.

    A server decodes ``%2F`` before the application sees the path.
    """

    regex = r"[\s\S]+"
    part_isolating = False


def create_app(
    store: Store | None = None,
    *,
    api_key: str | None = None,
    latency_ms: int = 0,
    locations: int = 1,
    scenario: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Flask:
    """Return a stock API over ``store``.

    :param store: the products; by default 20 of the deterministic catalogue
    :param api_key: when set, what every request for stock has to show
    :param latency_ms: how long each request for stock waits before its answer
    :param locations: over how many locations a quantity is split, where a shape has any
    :param scenario: the scenario that is on at the start, ``NAME`` or ``NAME:ARGUMENT``
    :param clock: tells the time in UTC; for tokens that expire, rates and dates
    :raise BadScenario: when ``scenario`` is none
    """
    app = Flask(__name__)
    app.json = ExactJSON(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.url_map.merge_slashes = False
    app.url_map.converters["any_text"] = AnyTextConverter
    state = State(
        Store(catalogue(20)) if store is None else store,
        api_key,
        latency_ms,
        locations,
        clock,
        Switch(scenario),
    )
    keep_state(app, state)
    errors.register(app)
    app.before_request(latency.wait)
    for blueprint in (*shapes.ALL, *OWN):
        app.register_blueprint(blueprint)
    app.wsgi_app = Front(app.wsgi_app, state)  # type: ignore[method-assign]
    return app
