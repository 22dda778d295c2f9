"""The key, in the many ways in which APIs ask for it."""

import base64
import binascii
from collections.abc import Callable
from hmac import compare_digest

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from mock_api.state import current_state

REALM = {"realm": "stock API"}


def key_required(
    place: str, *readers: Callable[[], bytes], scheme: str = "bearer"
) -> Callable[[], None]:
    """Return a check that lets a request through that shows the key.

    :param place: where the key belongs, for the sentence of the error
    :param readers: what the request shows; one of them must be the key
    :param scheme: what ``WWW-Authenticate`` asks for
    """

    def check() -> None:
        key = current_state().api_key
        if key and not any(
            compare_digest(reader(), key.encode("utf-8")) for reader in readers
        ):
            raise unauthorized(f"API key missing or wrong: send it as {place}", scheme)

    return check


def unauthorized(sentence: str, scheme: str = "bearer") -> Unauthorized:
    """Return the error for a request that does not show what it has to."""
    return Unauthorized(sentence, www_authenticate=WWWAuthenticate(scheme, dict(REALM)))


def header(name: str) -> Callable[[], bytes]:
    """Return a reader of the whole value of a header."""
    # WSGI hands every header over as Latin-1.
    return lambda: request.headers.get(name, "").encode("latin-1")


def bearer() -> bytes:
    """Return the token of ``Authorization: Bearer``; empty when there is none."""
    return _credentials("bearer")


def password() -> bytes:
    """Return the password of ``Authorization: Basic``; the user may be anybody."""
    try:
        decoded = base64.b64decode(_credentials("basic"), validate=True)
    except binascii.Error:
        return b""
    return decoded.partition(b":")[2]


def _credentials(wanted: str) -> bytes:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    return credentials.strip().encode("latin-1") if scheme.lower() == wanted else b""


require_api_key = key_required(
    "X-API-Key or as a Bearer token", header("X-API-Key"), bearer
)
