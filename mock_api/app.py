"""The application factory: where the parts are put together."""

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import PathConverter

from mock_api import errors, latency, openapi, page, shapes, status
from mock_api.catalogue import catalogue
from mock_api.state import State, keep_state
from mock_api.store import Store

MAX_BODY_BYTES = 64 * 1024


class ApiJSON(DefaultJSONProvider):
    """JSON with the keys in the order of the documentation, and no padding."""

    sort_keys = False
    compact = True


class AnyTextConverter(PathConverter):
    """The rest of the path, whatever it holds: slashes at its ends, line breaks.

    A server decodes ``%2F`` before the application sees the path.
    """

    regex = r"[\s\S]+"
    part_isolating = False


def create_app(
    store: Store | None = None, *, api_key: str | None = None, latency_ms: int = 0
) -> Flask:
    """Return a stock API over ``store``.

    :param store: the products; by default 20 of the deterministic catalogue
    :param api_key: when set, what every request for stock has to show
    :param latency_ms: how long each request for stock waits before its answer
    """
    app = Flask(__name__)
    app.json = ApiJSON(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.url_map.merge_slashes = False
    app.url_map.converters["any_text"] = AnyTextConverter
    keep_state(
        app,
        State(Store(catalogue(20)) if store is None else store, api_key, latency_ms),
    )
    errors.register(app)
    app.before_request(latency.wait)
    for blueprint in (*shapes.ALL, page.blueprint, status.blueprint, openapi.blueprint):
        app.register_blueprint(blueprint)
    return app
