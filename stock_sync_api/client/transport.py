"""The one way out to the network: a GET within limits, or one typed error."""

import random
import socket
import ssl
import threading
import time
import zlib
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from .deadline import DeadlineAdapter, answer_until, seconds_left
from .errors import (
    AnswerTimeout,
    AuthFailed,
    ClientError,
    ConnectionFailed,
    HttpError,
    InvalidResponse,
    ProductNotFound,
    RateLimited,
    RedirectRefused,
    ServerBusy,
)
from .retry_after import parse_retry_after

_CHUNK = 65536
_REDIRECTS = {301, 302, 303, 307, 308}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Limits:
    """How long and how much. Times in seconds, sizes in bytes after decompression."""

    connect_timeout: float = 10
    read_timeout: float = 20
    total_timeout: float = 30
    max_attempts: int = 3
    first_backoff: float = 0.5
    max_retry_after: float = 5
    max_bytes: int = 32 * 1024 * 1024
    max_redirects: int = 5


class Transport:
    """A pooled session that keeps to the limits; to be used as a context manager.

    :param headers: sent with every request (credentials among them)
    :param max_connections: how many requests may be under way at once
    """

    def __init__(self, headers, limits: Limits, max_connections: int = 1):
        self.limits = limits
        self.calls = 0
        self._calls_lock = threading.Lock()
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, netrc or CA file of the machine
        self._session.headers = requests.structures.CaseInsensitiveDict(
            {
                "User-Agent": "Odoo stock_sync_api",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                **headers,
            }
        )
        adapter = DeadlineAdapter(
            limits.connect_timeout,
            limits.read_timeout,
            pool_maxsize=max_connections,
            pool_block=True,
        )
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._session.close()

    def get(self, url: str) -> bytes:
        """The body of a successful answer, decompressed.

        Transient trouble is tried again with growing pauses, at most
        ``max_attempts`` times and never past ``total_timeout``.

        :raise ClientError: the one that tells what went wrong
        """
        with answer_until(time.monotonic() + self.limits.total_timeout):
            for attempt in range(1, self.limits.max_attempts + 1):
                try:
                    return self._get_once(url)
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
        pause = backoff * random.uniform(0.5, 1.5)  # noqa: S311
        wanted = error.facts.get("retry_after")
        if wanted is not None:
            if wanted > self.limits.max_retry_after:
                return None  # a long wait is for the scheduler, not for a thread
            pause = max(pause, wanted)
        try:
            return pause if pause < seconds_left() else None
        except TimeoutError:
            return None

    def _get_once(self, url: str) -> bytes:
        """One attempt; redirects within the API's own host are followed."""
        try:
            for _hop in range(self.limits.max_redirects + 1):
                response = self._send(url)
                with response:
                    if response.status_code not in _REDIRECTS:
                        self._check_status(response)
                        return self._read_body(response)
                    url = self._redirect_target(url, response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as e:
            raise _network_error(e, url) from e
        raise RedirectRefused(host=urlsplit(url).netloc, reason="redirect_loop")

    def _send(self, url):
        with self._calls_lock:
            self.calls += 1
        return self._session.get(url, stream=True, allow_redirects=False)

    @staticmethod
    def _redirect_target(url: str, response) -> str:
        target = urljoin(url, response.headers.get("Location", ""))
        if not same_host(url, target):
            raise RedirectRefused(
                host=urlsplit(url).netloc,
                target=urlsplit(target).netloc,
                status=response.status_code,
                reason="redirect_elsewhere",
            )
        return target

    @staticmethod
    def _check_status(response):
        status = response.status_code
        facts = {"host": urlsplit(response.url).netloc, "status": status}
        retry_after = parse_retry_after(response.headers.get("Retry-After"))
        if 200 <= status < 300:
            return
        if status in (401, 403):
            raise AuthFailed(**facts)
        if status in (404, 410):
            raise ProductNotFound(**facts)
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
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip"):
            decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif encoding in ("identity", ""):
            decoder = None
        else:
            raise InvalidResponse(reason="encoding")
        body = bytearray()
        received = 0
        while chunk := response.raw.read(_CHUNK, decode_content=False):
            received += len(chunk)
            if decoder is None:
                body += chunk
            else:
                room = self.limits.max_bytes + 1 - len(body)
                body += _decompress(decoder, chunk, max(room, 1))
            if len(body) > self.limits.max_bytes:
                raise InvalidResponse(
                    reason="too_large", megabytes=self.limits.max_bytes // 2**20
                )
        announced = response.headers.get("Content-Length", "")
        if (
            announced.isdecimal()
            and not response.headers.get("Transfer-Encoding")
            and received != int(announced)
        ):
            raise ConnectionFailed(host=urlsplit(response.url).netloc, reason="broken")
        if decoder is not None and received and not decoder.eof:
            raise ConnectionFailed(host=urlsplit(response.url).netloc, reason="broken")
        return bytes(body)


def _decompress(decoder, chunk, room):
    try:
        return decoder.decompress(chunk, room)
    except zlib.error as error:
        raise InvalidResponse(reason="encoding") from error


def same_host(url: str, target: str) -> bool:
    """Whether credentials for ``url`` may be sent to ``target``.

    The same scheme, host and port; or the same host, from http to https, each on its
    default port.
    """
    here, there = urlsplit(url), urlsplit(target)
    try:
        ports = [part.port or _DEFAULT_PORTS.get(part.scheme) for part in (here, there)]
    except ValueError:
        return False
    if here.hostname != there.hostname or "@" in there.netloc:
        return False
    if here.scheme == there.scheme:
        return ports[0] == ports[1]
    return (here.scheme, there.scheme, *ports) == ("http", "https", 80, 443)


def _network_error(error, url) -> ClientError:
    """The typed error for what ``requests``, urllib3 or the socket raised."""
    host = urlsplit(url).netloc
    chain = list(_causes(error))

    def caused_by(*types):
        return any(isinstance(cause, types) for cause in chain)

    if caused_by(
        TimeoutError,
        requests.Timeout,
        urllib3.exceptions.ReadTimeoutError,
        urllib3.exceptions.ConnectTimeoutError,
    ):
        return AnswerTimeout(host=host)
    if caused_by(socket.gaierror, UnicodeError):
        return ConnectionFailed(host=host, reason="dns")
    if caused_by(ssl.SSLError, requests.exceptions.SSLError):
        return ConnectionFailed(host=host, reason="tls")
    if caused_by(ConnectionRefusedError):
        return ConnectionFailed(host=host, reason="refused")
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
