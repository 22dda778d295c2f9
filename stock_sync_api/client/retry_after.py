import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

#: more than any API means, and little enough for every date and number format
_MAX_SECONDS = 366 * 24 * 3600.0


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait, from either form of ``Retry-After`` (RFC 9110, 10.2.3).

    At most a year, so that whoever adds them to a date stays within the calendar.

    :return: None where the header is absent or garbage: then it is as if not sent
    """
    if not value:
        return None
    value = value.strip()
    if re.fullmatch("[0-9]+", value):
        return min(float(value), _MAX_SECONDS)
    try:
        date = parsedate_to_datetime(value)
    except (IndexError, OverflowError, TypeError, ValueError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    now = now or datetime.now(timezone.utc)
    return min(max(0.0, (date - now).total_seconds()), _MAX_SECONDS)
