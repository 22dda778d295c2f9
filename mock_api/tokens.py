"""Texts that clients hand back and can't make up: cursors and access tokens."""

from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from mock_api.state import current_state


class BadToken(ValueError):
    """The text was not made here, for this purpose."""


def make_token(purpose: str, **content: object) -> str:
    """Return ``content`` as a text that only :func:`read_token` makes sense of."""
    return str(_serializer(purpose).dumps(content))


def read_token(purpose: str, token: str) -> dict[str, Any]:
    """Return the content of a token.

    :raise BadToken: when it is none, or one for another purpose
    """
    try:
        content: dict[str, Any] = _serializer(purpose).loads(token)
    except BadSignature:
        raise BadToken from None
    return content


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_state().secret, salt=purpose)
