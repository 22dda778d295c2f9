"""The one way out to the network: a request within limits, or one typed error."""

import random
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from .body_kind import looks_like_html
from .deadline import (
    DeadlineAdapter,
    answer_until,
    hurried,
    postpone,
    seconds_left,
)
from .errors import (
    AnswerTimeout,
    AuthFailed,
    Blocked,
    ClientError,
    ConnectionFailed,
    HttpError,
    InvalidResponse,
    NotFound,
    RateLimited,
    RedirectRefused,
    ServerBusy,
)
from .pace import Pace
from .retry_after import seconds_to_wait
from .secret_query import without_secret

USER_AGENT = "Odoo base_sync_api"

_CHUNK = 65536
_REDIRECTS = {301, 302, 303, 307, 308}
#: those that keep the method and the body
_FAITHFUL_REDIRECTS = {307, 308}
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: seconds, and bytes, that the words of an error are worth
_WORDS_SECONDS = 2
_WORDS_BYTES = 65536
#: a page that asks who one is, and so refuses the credentials
_SIGN_IN = re.compile(rb"(sign|log)[ -]?(in|on)\b|password", re.IGNORECASE)
#: headers of those who guard other people's servers
_GUARDS = ("Cf-Ray", "X-Sucuri-Id", "X-Iinfo", "X-Datadome", "X-Akamai-Request-Id")


@dataclass(frozen=True)
class Limits:
    """How long and how much. Times in seconds, sizes in bytes after decompression."""

    connect_timeout: float = 10
    read_timeout: float = 20
    total_timeout: float = 30
    max_attempts: int = 3
    first_backoff: float = 0.5
    max_retry_after: float = 5
    #: one row takes a few hundred; parsed JSON takes up to 20 times its text
    max_bytes: int = 1024 * 1024
    max_redirects: int = 5
    max_pages: int = 20_000


class Answer(NamedTuple):
    """A whole answer; ``url`` is where it came from in the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_empty(self) -> bool:
        """Whether it says that there is nothing: 204, or a body of no length.

        Not where the connection may have broken off before a body came.
        """
        is_whole = (
            "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        )
        return self.status == 204 or (is_whole and not self.body.strip())

    def header(self, name: str) -> str:
        """A header's value, "" where there is none; UTF-8 in it survives."""
        return _header_text(self.headers.get(name, ""))


class _Session(requests.Session):
    """A session that can be shared by threads, and takes nothing from the machine."""

    def __init__(self):
        super().__init__()
        self.trust_env = False  # no proxy, netrc or CA file of the machine
        # No cookies: requests would change and read them in several threads at once.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp):
        # Redirects are ours. To prepare the next request, requests would read the
        # whole body of this answer, and raise at will on what the target looks like.
        return None


class Transport:
    """A pooled session that keeps to the limits; to be used as a context manager.

    :param max_connections: how many idle connections are kept
    :param pace: how fast requests may follow each other
    :param user_agent: what calls, for the API's own statistics
    """

    def __init__(
        self,
        limits: Limits,
        max_connections: int = 1,
        pace: Pace | None = None,
        user_agent: str = USER_AGENT,
    ):
        self.limits = limits
        self.calls = 0
        self._calls_lock = threading.Lock()
        self._closed = threading.Event()
        self._pace = pace or Pace(0)
        self._session = _Session()
        self._session.headers = requests.structures.CaseInsensitiveDict(
            {
                "User-Agent": user_agent,
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            }
        )
        adapter = DeadlineAdapter(
            limits.connect_timeout, limits.read_timeout, pool_maxsize=max_connections
        )
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._closed.set()
        self._session.close()

    def request(
        self,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str | bytes] | None = None,
        witness: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """A successful answer, decompressed. With a body it is a POST, else a GET.

        Transient trouble is tried again with growing pauses, at most
        ``max_attempts`` times and never past ``total_timeout``: a POST, too, since
        all that is ever asked for is data.

        :param witness: called with each answer, refused ones included: for who wants
            to show it
        :raise ClientError: the one that tells what went wrong
        :raise RuntimeError: after the transport was closed
        """
        with answer_until(time.monotonic() + self.limits.total_timeout):
            for attempt in range(1, self.limits.max_attempts + 1):
                try:
                    return self._request_once(url, body, headers or {}, witness)
                except ClientError as error:
                    pause = self._pause(error, attempt)
                    if pause is None:
                        raise
                time.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _pause(self, error: ClientError, attempt: int) -> float | None:
        """Seconds before the next attempt; None where there must be none."""
        if not error.transient or attempt >= self.limits.max_attempts:
            return None
        backoff = self.limits.first_backoff * 2 ** (attempt - 1)
        # Jitter, so that many clients of one API do not come back together.
        pause = backoff * random.uniform(0.5, 1.5)
        wanted = error.facts.get("retry_after")
        if wanted is not None:
            if wanted > self.limits.max_retry_after:
                return None  # a long wait is for the scheduler, not for a thread
            pause = max(pause, wanted)
        try:
            return pause if pause < seconds_left() else None
        except TimeoutError:
            return None

    def _request_once(self, url, body, headers, witness) -> Answer:
        """One attempt; redirects within the API's own host are followed."""
        try:
            for _hop in range(self.limits.max_redirects + 1):
                response = self._send(url, body, headers)
                with response:
                    if response.status_code not in _REDIRECTS:
                        return self._read(url, response, witness)
                    url = self._redirect_target(url, response, body)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as e:
            raise _network_error(e, url) from e
        except (AttributeError, ValueError) as e:
            # What http.client and requests let through for malformed headers and
            # chunks: "Content-Type: text/html; charset" for one.
            raise InvalidResponse() from e
        raise RedirectRefused(host=urlsplit(url).netloc, reason="redirect_loop")

    def _send(self, url, body, headers):
        self._wait_for_turn()
        if self._closed.is_set():
            raise RuntimeError("the transport is closed")
        with self._calls_lock:
            self.calls += 1
        return self._session.request(
            "GET" if body is None else "POST",
            url,
            data=body,
            headers=headers,
            stream=True,
            allow_redirects=False,
        )

    def _wait_for_turn(self):
        seconds = self._pace.reserve()
        if seconds > 0:
            self._closed.wait(seconds)
            postpone(seconds)

    def _read(self, url, response, witness) -> Answer:
        status, headers = response.status_code, response.headers
        try:
            self._check_status(response)
            answer = Answer(url, status, headers, self._read_body(response))
        except ClientError as error:
            body = self._excerpt(response, self.limits.max_bytes if witness else None)
            if witness:
                witness(Answer(url, status, headers, body))
            error.body = body[:_WORDS_BYTES]
            error.is_page = looks_like_html(body)
            error.challenge = headers.get("WWW-Authenticate", "")
            if _is_blocked(status, headers, body):
                raise _blocked(error) from error
            raise
        if witness:
            witness(answer)
        return answer

    def _excerpt(self, response, most: int | None) -> bytes:
        """As much as can be read of the body of an answer that is refused.

        :param most: bytes that are of use; by default, what a few words take
        """
        body = b""
        # Whatever is wrong with the body, the answer is refused anyway.
        with (
            suppress(ClientError, urllib3.exceptions.HTTPError, OSError, ValueError),
            hurried(_WORDS_SECONDS),
        ):
            for piece in self._pieces(response):
                body += piece
                if len(body) >= (most or _WORDS_BYTES):
                    break
        return body

    @staticmethod
    def _redirect_target(url: str, response, body) -> str:
        facts = {"host": urlsplit(url).netloc, "status": response.status_code}
        location = _header_text(response.headers.get("Location", ""))
        if not location:
            raise HttpError(**facts)
        try:
            target = urljoin(url, location)
        except ValueError:
            raise HttpError(**facts) from None  # no URL at all
        if not same_host(url, target):
            reason = "redirect_scheme" if other_scheme(url, target) else None
            raise RedirectRefused(
                **facts,
                target=shown_host(target, with_scheme=bool(reason)),
                reason=reason or "redirect_elsewhere",
            )
        if body is not None and response.status_code not in _FAITHFUL_REDIRECTS:
            raise RedirectRefused(**facts, reason="redirect_method")
        return without_secret(target)

    @staticmethod
    def _check_status(response):
        status = response.status_code
        facts = {"host": urlsplit(response.url).netloc, "status": status}
        if 200 <= status < 300:
            return
        retry_after = None
        if status in (429, 503):
            retry_after = seconds_to_wait(status, response.headers)
        if status in (401, 403):
            raise AuthFailed(**facts)
        if status in (404, 410):
            raise NotFound(**facts)
        if status == 429 or (status == 503 and retry_after is not None):
            raise RateLimited(**facts, retry_after=retry_after)
        if status in (502, 503, 504):
            raise ServerBusy(**facts)
        raise HttpError(**facts)

    def _read_body(self, response) -> bytes:
        """Read, decompress and measure the body ourselves.

        Older urllib3 takes a body shorter than its Content-Length for a whole one,
        none notices a truncated gzip stream, and both decompress without a limit.
        """
        return b"".join(self._pieces(response))

    def _pieces(self, response) -> Iterator[bytes]:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        pieces = self._limited(_received(response))
        if encoding in ("gzip", "x-gzip"):
            pieces = self._limited(_gunzip(pieces))
        elif encoding not in ("identity", ""):
            raise InvalidResponse(reason="encoding")
        return pieces

    def _limited(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > self.limits.max_bytes:
                raise InvalidResponse(
                    reason="too_large", megabytes=self.limits.max_bytes // 2**20
                )
            yield piece


def _received(response) -> Iterator[bytes]:
    """The body as it comes over the wire.

    :raise ConnectionError: where it is not as long as announced
    """
    size = 0
    while piece := response.raw.read(_CHUNK, decode_content=False):
        size += len(piece)
        yield piece
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and not response.headers.get("Transfer-Encoding"):
        # Compared as text: int() refuses thousands of digits.
        if str(size) != (announced.lstrip("0") or "0"):
            raise ConnectionError("the body is not as long as announced")


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress, a little at a time: 1 kB may stand for 1 MB.

    :raise ConnectionError: where the stream ends before its end
    :raise InvalidResponse: where it is no gzip
    """
    decoder = None
    for piece in pieces:
        while piece:
            if decoder is None or decoder.eof:  # a stream may have several members
                decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                yield decoder.decompress(piece, _CHUNK)
            except zlib.error as error:
                raise InvalidResponse(reason="encoding") from error
            piece = decoder.unconsumed_tail or decoder.unused_data
    if decoder and not decoder.eof:
        raise ConnectionError("the gzip stream is cut short")


def same_host(url: str, target: str) -> bool:
    """Whether credentials for ``url`` may be sent to ``target``.

    The same scheme, host and port; or the same host, from http to https, each on its
    default port.
    """
    try:
        here, there = urlsplit(url), urlsplit(target)
        ports = [part.port or _DEFAULT_PORTS.get(part.scheme) for part in (here, there)]
    except ValueError:
        return False
    if here.hostname != there.hostname or "@" in there.netloc:
        return False
    if here.scheme == there.scheme:
        return ports[0] == ports[1]
    return (here.scheme, there.scheme, *ports) == ("http", "https", 80, 443)


def other_scheme(url: str, target: str) -> bool:
    """Whether the two differ in this: one is http, the other https."""
    try:
        here, there = urlsplit(url), urlsplit(target)
    except ValueError:
        return False
    schemes = {here.scheme, there.scheme}
    return (
        schemes == {"http", "https"}
        and here.hostname == there.hostname
        and "@" not in there.netloc
    )


def _header_text(value: str) -> str:
    """http.client reads headers as latin-1; UTF-8 in them must survive."""
    return value.encode("latin-1", "replace").decode(errors="replace")


def shown_host(url: str, with_scheme: bool = False) -> str:
    """Host and port of a hostile URL, for a message; no user name before them."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if with_scheme:
        host = f"{parts.scheme}://{host}"
    return "".join(char if char.isprintable() else "�" for char in host)[:80]


def _is_blocked(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it is not the API that answers, but who guards it."""
    if status not in (403, 503):
        return False
    if "Cf-Mitigated" in headers:
        return True
    is_guarded = any(name in headers for name in _GUARDS)
    if looks_like_html(body):
        # An API refuses in its own language; a 503 may be any server's page.
        return is_guarded or (status == 403 and not _SIGN_IN.search(body))
    return is_guarded and body.strip().lower().startswith(b"error code: 1")


def _blocked(error: ClientError) -> Blocked:
    facts = {name: error.facts.get(name) for name in ("host", "status")}
    blocked = Blocked(**facts, reason="blocked")
    blocked.body = error.body
    return blocked


def _network_error(error, url) -> ClientError:
    """The typed error for what ``requests``, urllib3 or the socket raised."""
    host = urlsplit(url).netloc
    chain = list(_causes(error))

    def caused_by(*types):
        return any(isinstance(cause, types) for cause in chain)

    # These first: urllib3's NewConnectionError counts as a ConnectTimeoutError.
    if caused_by(
        socket.gaierror,
        requests.exceptions.InvalidURL,
        urllib3.exceptions.LocationParseError,
    ):
        return ConnectionFailed(host=host, reason="dns")
    if caused_by(ConnectionRefusedError):
        return ConnectionFailed(host=host, reason="refused")
    # Not urllib3's ConnectTimeoutError: in 1.26 a refused connection is one, too.
    if caused_by(TimeoutError, requests.Timeout):
        return AnswerTimeout(host=host)
    if caused_by(ssl.SSLError, requests.exceptions.SSLError):
        return ConnectionFailed(host=host, reason="tls")
    return ConnectionFailed(host=host, reason="broken")


def _causes(error):
    """The error, what it wraps as its argument, and what it was raised from."""
    pending, seen = [error], set()
    while pending:
        current = pending.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__cause__, current.__context__, *current.args]
        pending.append(getattr(current, "reason", None))
