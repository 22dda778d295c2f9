"""Access tokens by OAuth2 client credentials (RFC 6749, 4.4)."""

import hashlib
import re
import threading
import time
from typing import NamedTuple
from urllib.parse import quote_plus, urlsplit

from .auth import Auth, Scheme, basic_value, header_value
from .codecs import form, strict_json
from .deadline import seconds_left
from .errors import AnswerTimeout, AuthFailed, Blocked, ClientError
from .transport import Transport

#: seconds before its end at which a token counts as spent
_MARGIN = 60
#: how long a token is used that does not say for how long it is good
_UNTOLD = 300
_LONGEST = 24 * 3600
#: after which such a token may be over all the same
_LIKELY = 60
#: how APIs say that a token is over
_OVER = re.compile(rb"token[^.]{0,40}expire|expire[^.]{0,40}token|invalid.?token", re.I)


class _Token(NamedTuple):
    text: str
    end: float  # by time.monotonic(), from when on it is not used
    likely_end: float  # from when on it may be over


class _Tokens:
    """The tokens of this process; each is fetched by one thread, for all."""

    def __init__(self):
        self._tokens: dict[str, _Token] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, auth: Auth, transport: Transport) -> str:
        key = _key(auth)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        try:
            mine = lock.acquire(timeout=seconds_left())
        except TimeoutError:
            mine = False
        if not mine:
            raise AnswerTimeout(host=urlsplit(auth.token_url).netloc)
        try:
            token = self._tokens.get(key)
            if token is None or token.end <= time.monotonic():
                token = self._tokens[key] = _fetch(auth, transport)
            return token.text
        finally:
            lock.release()

    def is_over(self, auth: Auth, text: str) -> bool:
        """Whether the token may be over by now, or another has taken its place."""
        with self._lock:
            token = self._tokens.get(_key(auth))
        return not token or token.text != text or token.likely_end <= time.monotonic()

    def forget(self, auth: Auth, text: str):
        key = _key(auth)
        with self._lock:
            token = self._tokens.get(key)
            if token and token.text == text:  # else there is a newer one already
                del self._tokens[key]


_tokens = _Tokens()


class OAuth2(Scheme):
    """Client credentials."""

    def token(self, transport):
        return _tokens.get(self._auth, transport)

    def headers(self, request, token):
        return {"Authorization": b"Bearer " + header_value(token)}

    def renew(self, token, refused):
        # Some say 403 of a token that is over, too; else it means "forbidden".
        if refused.facts["status"] != 401 and not self._is_spent(token, refused):
            return False
        # Tokens may be withdrawn before their time.
        _tokens.forget(self._auth, token)
        return True

    def _is_spent(self, token, refused) -> bool:
        """Whether the token may be why the API refused: it says so, or the time is up.

        Else it is as good as a new one would be.
        """
        told = refused.body + refused.challenge.encode("utf-8", "replace")
        return bool(_OVER.search(told)) or _tokens.is_over(self._auth, token)


def _key(auth: Auth) -> str:
    parts = (auth.token_url, auth.username, auth.secret, auth.scope)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _fetch(auth: Auth, transport: Transport) -> _Token:
    wanted = {"grant_type": "client_credentials"}
    if auth.scope:
        wanted["scope"] = auth.scope
    # RFC 6749, 2.3.1
    client = quote_plus(auth.username), quote_plus(auth.secret)
    headers: dict[str, str | bytes] = {
        "Authorization": basic_value(*client),
        "Content-Type": form.CODEC.media_types[0],
    }
    asked = time.monotonic()
    try:
        # Asking again does no harm: it gives another token.
        answer = transport.request(
            "POST", auth.token_url, form.encode(wanted), headers, repeatable=True
        )
        content = strict_json.loads(answer.body)
    except ClientError as error:
        if error.transient or isinstance(error, AnswerTimeout | Blocked):
            raise
        # Whatever else it is, there is no token; a 404 is not about what was asked.
        raise _no_token(auth, error.facts.get("status"), error.body) from error
    text = content.get("access_token") if isinstance(content, dict) else None
    if type(text) is not str or not text.isprintable() or not text.strip():
        raise _no_token(auth, answer.status, answer.body)
    used, likely = _lifetime(content.get("expires_in"))
    return _Token(text, asked + used, asked + likely)


def _lifetime(value) -> tuple[float, float]:
    """For how long a token of so many seconds is used, and is likely to be good."""
    if not isinstance(value, str) or not value.isdecimal() or len(value) > 9:
        return _UNTOLD, _LIKELY
    seconds = min(int(value), _LONGEST)
    used = max(seconds - _MARGIN, seconds / 2)
    return used, used


def _no_token(auth, status, body) -> AuthFailed:
    host = urlsplit(auth.token_url).netloc
    refused = AuthFailed(reason="token", host=host, status=status)
    refused.body = body
    return refused
