"""Every error as JSON: ``{"error": "a sentence"}``."""

from flask import Flask, json
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.wrappers import Response

from mock_api.store import NotSaved, UnknownProduct


def register(app: Flask) -> None:
    """Make ``app`` answer every error as JSON."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(UnknownProduct, _unknown_product)
    app.register_error_handler(NotSaved, _not_saved)


def _http_error(error: HTTPException) -> Response:
    response = Response(
        json.dumps({"error": error.description}),
        status=error.code,
        content_type="application/json",
    )
    for name, value in error.get_headers():
        if name.lower() != "content-type":  # keeps Allow and WWW-Authenticate
            response.headers[name] = value
    return response


def _unknown_product(error: UnknownProduct) -> Response:
    return _http_error(NotFound(str(error)))


def _not_saved(error: NotSaved) -> Response:
    return _http_error(InternalServerError(str(error)))
