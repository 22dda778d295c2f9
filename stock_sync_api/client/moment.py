"""The API's own times."""

from datetime import datetime, timedelta, timezone

from dateutil.parser import isoparse

from .errors import InvalidResponse
from .strict_json import JsonNumber

_EPOCH = datetime(1970, 1, 1)


def latest_credible() -> datetime:
    """The latest time that an API may name: ours, and a little for its clock."""
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return now + timedelta(minutes=10)


def parse_moment(value, latest: datetime) -> datetime | None:
    """The API's own time as naive UTC; a time without a zone is UTC.

    ISO 8601 with date and time, or the seconds or milliseconds since 1970 as a number
    of 10 or 13 digits.

    :param latest: a time after this is a wrong clock: believing it would make every
        later level look stale, so it counts as not given
    :return: None where none is given
    :raise InvalidResponse: for a value that is no time
    """
    if value is None:
        return None
    try:
        if isinstance(value, JsonNumber):
            date = _since_epoch(value)
        else:
            date = _from_iso(value)
    except (ValueError, OverflowError) as error:
        raise InvalidResponse(reason="bad_date") from error
    return None if date > latest else date


def _since_epoch(number: JsonNumber) -> datetime:
    if not number.isdecimal() or len(number) not in (10, 13):
        raise ValueError("neither seconds nor milliseconds")
    seconds = int(number) / (1 if len(number) == 10 else 1000)
    return _EPOCH + timedelta(seconds=seconds)


def _from_iso(value) -> datetime:
    if not isinstance(value, str) or not ("T" in value or value[10:11] == " "):
        raise ValueError("not a date and a time")
    try:
        # Fast, without the Z even more so; Python 3.10 knows few of the forms.
        date = datetime.fromisoformat(value.removesuffix("Z"))
    except ValueError:
        date = isoparse(value)
    if date.tzinfo is None:
        return date
    if value.endswith("Z"):
        date = isoparse(value)  # there may be no other zone before it
    return date.replace(tzinfo=None) - date.utcoffset()
