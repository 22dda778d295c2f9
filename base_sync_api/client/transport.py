"""The one way out to the network: a request within limits, or one typed error."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from .answer import Answer, header_text
from .body import pieces
from .body_kind import looks_like_html
from .deadline import (
    DeadlineAdapter,
    answer_until,
    hurried,
    postpone,
    seconds_left,
)
from .errors import (
    AuthFailed,
    ClientError,
    HttpError,
    InvalidResponse,
    NotFound,
    RateLimited,
    RedirectRefused,
    ServerBusy,
)
from .guards import blocked, is_blocked
from .hosts import other_scheme, same_host, shown_host
from .network_error import network_error
from .pace import Pace
from .request import READS, WireRequest
from .retry_after import seconds_to_wait
from .secret_query import without_secret
from .sent import begin_attempt, is_sent

USER_AGENT = "Odoo base_sync_api"

_REDIRECTS = {301, 302, 303, 307, 308}
#: those that keep the method and the body
_FAITHFUL_REDIRECTS = {307, 308}
#: seconds; with less left, another attempt would only end as a timeout, which says less
_SHORTEST_ATTEMPT = 0.1
#: seconds, and bytes, that the words of an error are worth
_WORDS_SECONDS = 2
_WORDS_BYTES = 65536


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
        self._pace.__enter__()
        return self

    def __exit__(self, *exc_info):
        self._closed.set()
        self._session.close()
        self._pace.__exit__(*exc_info)

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str | bytes] | None = None,
        repeatable: bool | None = None,
        witness: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """A successful answer, decompressed.

        Transient trouble is tried again with growing pauses, at most
        ``max_attempts`` times and never past ``total_timeout``. What is not repeatable
        is tried again only where nothing of it was sent. (urllib3's own ``Retry`` would
        sleep for up to hours, and knows no deadline.)

        :param repeatable: whether it may be sent twice; by default, where it only asks
        :param witness: called with each answer, refused ones included: for who wants
            to show it
        :raise ClientError: the one that tells what went wrong; its ``outcome_unknown``
            whether the API may have done what it was told
        :raise RuntimeError: after the transport was closed
        """
        if repeatable is None:
            repeatable = method in READS
        request = WireRequest(method, url, body, dict(headers or {}))
        is_unknown = False
        with answer_until(time.monotonic() + self.limits.total_timeout):
            for attempt in range(1, self.limits.max_attempts + 1):
                try:
                    return self._attempt(request, repeatable, witness)
                except ClientError as error:
                    is_unknown = is_unknown or _leaves_open(error)
                    error.outcome_unknown = is_unknown
                    may_repeat = repeatable or not is_sent()
                    pause = self._pause(error, attempt) if may_repeat else None
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
            return pause if pause + _SHORTEST_ATTEMPT < seconds_left() else None
        except TimeoutError:
            return None

    def _attempt(self, request: WireRequest, repeatable: bool, witness) -> Answer:
        """One attempt; redirects within the API's own host are followed."""
        url = request.url
        begin_attempt()
        try:
            for _hop in range(self.limits.max_redirects + 1):
                response = self._send(request._replace(url=url))
                with response:
                    if response.status_code not in _REDIRECTS:
                        return self._answer(url, response, witness)
                    url = _redirect_target(request.method, url, response, repeatable)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as e:
            raise network_error(e, url) from e
        except (AttributeError, ValueError) as e:
            # What http.client and requests let through for malformed headers and
            # chunks: "Content-Type: text/html; charset" for one.
            raise InvalidResponse() from e
        raise RedirectRefused(host=urlsplit(url).netloc, reason="redirect_loop")

    def _send(self, request: WireRequest):
        self._wait_for_turn()
        if self._closed.is_set():
            raise RuntimeError("the transport is closed")
        with self._calls_lock:
            self.calls += 1
        return self._session.request(
            request.method,
            request.url,
            data=request.body,
            headers=request.headers,
            stream=True,
            allow_redirects=False,
        )

    def _wait_for_turn(self):
        seconds = self._pace.reserve()
        if seconds > 0:
            self._closed.wait(seconds)
            postpone(seconds)

    def _answer(self, url, response, witness) -> Answer:
        status, headers = response.status_code, response.headers
        try:
            _check_status(response)
            body = b"".join(pieces(response, self.limits.max_bytes))
            answer = Answer(url, status, headers, body)
        except ClientError as error:
            body = self._excerpt(response, self.limits.max_bytes if witness else None)
            if witness:
                witness(Answer(url, status, headers, body))
            error.body = body[:_WORDS_BYTES]
            error.is_page = looks_like_html(body)
            error.challenge = headers.get("WWW-Authenticate", "")
            if is_blocked(status, headers, body):
                raise blocked(error) from error
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
            for piece in pieces(response, self.limits.max_bytes):
                body += piece
                if len(body) >= (most or _WORDS_BYTES):
                    break
        return body


def _redirect_target(method: str, url: str, response, repeatable: bool) -> str:
    facts = {"host": urlsplit(url).netloc, "status": response.status_code}
    wanted = header_text(response.headers.get("Location", ""))
    if not wanted:
        raise HttpError(**facts)
    try:
        target = urljoin(url, wanted)
    except ValueError:
        raise HttpError(**facts) from None  # no URL at all
    if not same_host(url, target):
        reason = "redirect_scheme" if other_scheme(url, target) else None
        raise RedirectRefused(
            **facts,
            target=shown_host(target, with_scheme=bool(reason)),
            reason=reason or "redirect_elsewhere",
        )
    if not repeatable:
        raise RedirectRefused(**facts, reason="redirect_write")
    if method not in READS and response.status_code not in _FAITHFUL_REDIRECTS:
        raise RedirectRefused(**facts, reason="redirect_method")
    return without_secret(target)


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


def _leaves_open(error: ClientError) -> bool:
    """Whether the API may have done what it was told, though it did not say so.

    Not where nothing was sent, nor where it refused: that is what 4xx means, but for
    408, which says only that the server has lost patience.
    """
    status = error.facts.get("status") or 0
    is_refused = 400 <= status < 500 and status != 408
    return is_sent() and not is_refused
