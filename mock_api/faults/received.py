"""The requests that came in, for tests to look at; secrets are masked."""

import re
from collections import deque
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, quote

KEPT = 1000
MASK = "***"
MAX_BODY = 64 * 1024  # the application reads no more either
_SECRET = re.compile(
    r"authorization|cookie|secret|password|signature|access[-_]?token|auth[-_]?token|"
    r"(api|consumer)[-_]?key",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    path: str
    headers: dict[str, str]
    body: bytes
    scenario: str | None


class Received:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = Lock()
        self._requests: deque[_Request] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, environ: dict[str, Any], scenario: str | None) -> None:
        """Keep what is told of a request; its body can be read once more."""
        body = b""
        if environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(MAX_BODY)
            environ["wsgi.input"] = BytesIO(body)
        request = _Request(
            environ["REQUEST_METHOD"],
            environ["REQUEST_URI"],
            environ["PATH_INFO"],
            {k[5:]: v for k, v in environ.items() if k.startswith("HTTP_")},
            body,
            scenario,
        )
        with self._lock:
            self._requests.append(request)
            self._count += 1

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._requests.clear()
            self._count = 0

    def shown(self, key: str | None) -> dict[str, object]:
        """Return the number of requests and the last 1,000 of them, as JSON.

        :param key: masked wherever it stands, beside what looks like a secret
        """
        with self._lock:
            count, requests = self._count, list(self._requests)
        return {"count": count, "requests": [_shown(one, key) for one in requests]}


def _shown(request: _Request, key: str | None) -> dict[str, object]:
    def masked(text: str) -> str:
        for secret in (key, quote(key, safe="")) if key else ():
            text = text.replace(secret, MASK)
        return text

    _, _, query = request.target.partition("?")
    headers = {
        name.replace("_", "-").title(): _without_secret(name, _utf8(value))
        for name, value in request.headers.items()
    }
    pairs = parse_qsl(query, keep_blank_values=True)
    return {
        "method": request.method,
        "target": masked(_without_secrets(request.target)),
        "path": masked(_utf8(request.path)),
        "query": [[name, masked(_without_secret(name, v))] for name, v in pairs],
        "headers": {name: masked(value) for name, value in headers.items()},
        "body": masked(_without_secrets(request.body.decode("utf-8", "replace"))),
        "scenario": request.scenario,
    }


def _utf8(text: str) -> str:
    # WSGI hands paths and headers over as Latin-1.
    return text.encode("latin-1").decode("utf-8", "replace")


def _without_secret(name: str, value: str) -> str:
    """Return the value of a header or parameter; of credentials only the scheme."""
    if not _SECRET.search(name):
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme}{space}{MASK}" if space else MASK


def _without_secrets(text: str) -> str:
    """Return a query or a form with the values of its secrets masked."""
    return re.sub(
        rf"([^?&\s]*(?:{_SECRET.pattern})[^=&\s]*)=[^&\s]*",
        rf"\1={MASK}",
        text,
        flags=re.IGNORECASE,
    )
