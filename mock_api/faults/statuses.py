"""Scenarios whose answer is an error."""

from collections import deque
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from random import Random
from threading import Lock

from werkzeug.http import http_date
from werkzeug.wrappers import Response

from mock_api.faults.answers import error_answer
from mock_api.faults.exchange import Exchange
from mock_api.faults.scenario import number, scenario

STATUSES = (401, 403, 404, 408, 409, 429, 500, 502, 503, 504)
STORM_STATUSES = (429, 500, 502, 503, 504)
# Forms of Retry-After: seconds and a date are good ones, the others are found outside.
SOON = 2
FORMS = {
    "seconds": str(SOON),
    "garbage": "soon",
    "negative": "-5",
    "huge": "99999999999999999999",
}


def _retry_after(text: str) -> str:
    if not text or text == "date":
        return text
    return FORMS.get(text) or str(number(0, whole=True)(text))


def _failure(status: int, exchange: Exchange, retry_after: str = "") -> Response:
    answer = error_answer(status, f"scenario: {HTTPStatus(status).phrase}")
    if retry_after == "date":
        moment = exchange.clock() + timedelta(seconds=SOON)
        answer.headers["Retry-After"] = http_date(moment)
    elif retry_after:
        answer.headers["Retry-After"] = retry_after
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


for _status in STATUSES:
    scenario(
        f"status-{_status}",
        f"{HTTPStatus(_status).phrase}; with Retry-After if asked for: a number of "
        f"seconds, or one of the forms",
        f"RETRY_AFTER=none ({'|'.join(['date', *FORMS])}|SECONDS)",
        _retry_after,
    )(partial(_failure, _status))


class _Storm:
    """Some requests fail: which ones is the same at every start."""

    def __init__(self, text: str) -> None:
        fraction, _, seed = text.partition(",")
        self._fraction = number(0.3, 1)(fraction)
        self._random = Random(number(1, whole=True)(seed))
        self._lock = Lock()

    def draw(self) -> int | None:
        """Return the status of a failure, or None to let the request through."""
        with self._lock:
            if self._random.random() >= self._fraction:
                return None
            return self._random.choice(STORM_STATUSES)


@scenario(
    "storm",
    f"a part of the requests fail, with one of {', '.join(map(str, STORM_STATUSES))}",
    "FRACTION=0.3,SEED=1",
    _Storm,
)
def storm(exchange: Exchange, value: _Storm) -> Response:
    status = value.draw()
    return _failure(status, exchange) if status else exchange.answer()


class _Rate:
    """Lets a number of requests through in any second."""

    def __init__(self, text: str) -> None:
        self.limit = number(2, whole=True)(text)
        self._times: deque[datetime] = deque()
        self._lock = Lock()

    def exceeded(self, now: datetime) -> bool:
        """Count a request, unless it is one too many."""
        with self._lock:
            while self._times and self._times[0] <= now - timedelta(seconds=1):
                self._times.popleft()
            if len(self._times) >= self.limit:
                return True
            self._times.append(now)
            return False


@scenario(
    "rate-limit", "429 when there are more requests a second", "REQUESTS=2", _Rate
)
def rate_limit(exchange: Exchange, rate: _Rate) -> Response:
    if rate.exceeded(exchange.clock()):
        answer = _failure(HTTPStatus.TOO_MANY_REQUESTS, exchange)
    else:
        answer = exchange.answer()
    answer.headers["x-amzn-RateLimit-Limit"] = str(rate.limit)
    return answer
