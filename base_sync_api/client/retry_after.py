"""How long an API wants to be left alone.

Read here: urllib3's ``Retry.parse_retry_after`` raises at a fraction of a second, takes
a time since 1970 for a wait, and knows one header.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from dateutil.parser import isoparse

#: more than any API means, and little enough for every date and number format
_MAX_SECONDS = 366 * 24 * 3600.0

_NUMBER = re.compile(r"([0-9]+)(?:\.[0-9]+)?")
#: a number from here on is a time since 1970 in seconds, and in milliseconds
_EPOCH_SECONDS = 10**9
_EPOCH_MILLISECONDS = 10**12

#: where APIs say when they may be asked again, the standard first
_HEADERS = [
    "Retry-After-Ms",
    "X-Ms-Retry-After-Ms",
    "X-Retry-After",
    "X-RateLimit-Retry-After",
    "X-Rate-Limit-Retry-After",
    "X-RateLimit-Reset-After",
    "X-Rate-Limit-Reset-After",
    "RateLimit-Reset",
    "X-RateLimit-Reset-Ms",
    "X-Rate-Limit-Time-Reset-Ms",
    "X-RateLimit-Reset",
    "X-Rate-Limit-Reset",
    "Rate-Limit-Reset",
]
_REMAINING = [
    "RateLimit-Remaining",
    "X-RateLimit-Remaining",
    "X-Rate-Limit-Remaining",
    "X-Rate-Limit-Requests-Left",
]
#: t= (the newer draft) or reset= (the older one) of the header RateLimit
_RATE_LIMIT = re.compile(r"(?:^|[;,\s])(?:t|reset)=([0-9]+)(?![0-9.])")


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait, from any form of ``Retry-After`` that servers send.

    Those of RFC 9110, 10.2.3 (seconds, a date); seconds with a fraction; the seconds or
    milliseconds since 1970 at which the wait is over; a date of ISO 8601. At most a
    year, so that whoever adds them to a date stays within the calendar.

    :return: None where the header is absent or garbage: then it is as if not sent
    """
    if not value:
        return None
    value = value.strip()
    now = now or datetime.now(timezone.utc)
    if number := _NUMBER.fullmatch(value):
        if len(number[1].lstrip("0")) > 15:
            return _MAX_SECONDS
        seconds = float(value)
        if seconds >= _EPOCH_MILLISECONDS:
            seconds /= 1000
        if seconds >= _EPOCH_SECONDS:
            seconds -= now.timestamp()
        return _bounded(seconds)
    date = _date(value)
    return None if date is None else _bounded((date - now).total_seconds())


def seconds_to_wait(
    status: int, headers: Mapping[str, str], now: datetime | None = None
) -> float | None:
    """How long the API wants to be left alone, by whichever header says so.

    :param headers: of a 429, or of a 503
    :return: None where none does
    """
    wait = parse_retry_after(headers.get("Retry-After"), now)
    if wait is not None:
        return wait
    left = next((headers[name] for name in _REMAINING if name in headers), "0")
    if status != 429 and left.strip() != "0":
        return None  # headers that come with every answer: the limit is not the reason
    for name in _HEADERS:
        wait = parse_retry_after(headers.get(name), now)
        if wait is not None:
            is_date = not _NUMBER.fullmatch(headers[name].strip())
            is_short = not is_date and float(headers[name]) < _EPOCH_SECONDS
            return wait / 1000 if name.endswith("-Ms") and is_short else wait
    match = _RATE_LIMIT.search(headers.get("RateLimit", ""))
    return parse_retry_after(match[1], now) if match else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (IndexError, OverflowError, TypeError, ValueError):
        if not re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", value, re.ASCII):
            return None
        try:
            date = isoparse(value)
        except (OverflowError, ValueError):
            return None
    return date.replace(tzinfo=timezone.utc) if date.tzinfo is None else date


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), _MAX_SECONDS)
