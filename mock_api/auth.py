"""The API key."""

from hmac import compare_digest

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from mock_api.state import current_state


def require_api_key() -> None:
    """Let a request through when no key is set or when it shows the key."""
    key = current_state().api_key
    if key and not any(_same(shown, key) for shown in _shown_keys()):
        raise Unauthorized(
            "API key missing or wrong: send it as X-API-Key or as a Bearer token",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "stock API"}),
        )


def _shown_keys() -> list[str]:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    return [request.headers.get("X-API-Key", ""), bearer]


def _same(shown: str, key: str) -> bool:
    # WSGI hands every header over as Latin-1.
    return compare_digest(shown.encode("latin-1"), key.encode("utf-8"))
