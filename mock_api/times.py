"""Times as text."""

import re
from datetime import datetime, timezone

RULE = 'must be a time with its offset, such as "2026-11-20T10:00:00Z"'
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


def time_text(moment: datetime) -> str:
    """Return a UTC time as ISO 8601 text, to the microsecond."""
    return moment.replace(tzinfo=None).isoformat() + "Z"


def parse_time(text: str) -> datetime:
    """Return the time that an ISO 8601 text (RFC 3339) tells, in UTC.

    :raise ValueError: when it tells none, with the rule as a sentence
    """
    text = text.upper()
    if not _TIME.fullmatch(text):
        raise ValueError(RULE)
    # Python 3.10 reads neither "Z" nor a fraction of other than 3 or 6 digits.
    text = text.replace("Z", "+00:00")
    text = re.sub(r"\.([0-9]+)", lambda match: f".{match[1]:0<6.6}", text)
    try:
        return datetime.fromisoformat(text).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise ValueError(RULE) from None
