"""Times as text."""

import re
from datetime import datetime, timedelta, timezone

RULE = 'must be a time with its offset, such as "2026-11-20T10:00:00Z"'
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def time_text(moment: datetime, precision: str = "auto") -> str:
    """Return a UTC time as ISO 8601 text, to the microsecond.

    :param precision: "seconds" or "milliseconds" where less is told; cut, not rounded
    """
    return moment.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def first_after(moment: datetime | None, precision: str) -> datetime | None:
    """Return the first time that is told as a later one than ``moment``.

    For APIs that give what was changed *after* a time: what is told as the very same
    one ("seconds", "milliseconds") is not after it.
    """
    if moment is None:
        return None
    unit = timedelta(**{precision: 1})
    return moment - (moment - datetime.min.replace(tzinfo=timezone.utc)) % unit + unit


def parse_time(text: str, *, utc: bool = False) -> datetime:
    """Return the time that an ISO 8601 text (RFC 3339) tells, in UTC.

    :param utc: whether a time without its offset is in UTC, instead of an error
    :raise ValueError: when it tells none, with the rule as a sentence
    """
    match = _TIME.fullmatch(text.upper())
    if not match or not (match[2] or utc):
        raise ValueError(RULE)
    text = match[0] if match[2] else f"{match[0]}Z"
    # Python 3.10 reads neither "Z" nor a fraction of other than 3 or 6 digits.
    text = text.replace("Z", "+00:00")
    text = re.sub(r"\.([0-9]+)", lambda match: f".{match[1]:0<6.6}", text)
    try:
        return datetime.fromisoformat(text).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise ValueError(RULE) from None
