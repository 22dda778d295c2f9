"""The API's own times."""

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from dateutil.parser import isoparse

_EPOCH = datetime(1970, 1, 1)
#: what some systems write for "never" is before this, and nothing else is
_EARLIEST = _EPOCH + timedelta(days=2)

#: seconds or milliseconds since 1970, from 2001 to 2286, as a number or a text
_COUNTED = re.compile(r"([0-9]{10}|[0-9]{13})(?:\.([0-9]{1,12}))?")
#: what .NET makes of a time: milliseconds; the zone is only said, not added
_DOT_NET = re.compile(r"/Date\((-?[0-9]{1,18})(?:[+-][0-9]{4})?\)/")
#: "never", written as a number, or as a date without one digit that says something
_NEVER = re.compile(r"-?0+(\.0+)?|0000-00-00.*|0001-01-01.*|/Date\(-62135.*", re.DOTALL)
#: RFC 1123. Names of zones but these mean different things to different people
_MAIL = re.compile(
    r"(?:[A-Za-z]{3,9}, )?[0-9]{1,2} [A-Za-z]{3} [0-9]{4} [0-9]{2}:[0-9]{2}"
    r"(?::[0-9]{2})?(?: (?:GMT|UTC?|Z|[+-][0-9]{4}))?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})(.*)", re.DOTALL)
#: a zone that stands apart, or by its name
_APART = re.compile(r" *(?:(?:UTC|GMT|[zZ])|([+-][0-9]{2}:?[0-9]{2})(?: UTC)?)")


def latest_credible() -> datetime:
    """The latest time that an API may name: ours, and a little for its clock."""
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return now + timedelta(minutes=10)


def parse_moment(
    value: object, latest: datetime, zone: tzinfo | None = None
) -> datetime | None:
    """The API's own time as naive UTC.

    ISO 8601, with or without a time of day; the date of RFC 1123; seconds or
    milliseconds since 1970; ``/Date(milliseconds)/``; numbers also as texts.

    :param latest: a time after this is a wrong clock: believing it would make every
        later row look stale, so it counts as not given
    :param zone: that of times without one; UTC by default
    :return: None where none is given, or one that says "never"; and for a time of day
        that comes twice, as clocks are set back: it might be either
    :raise ValueError: for what is not plainly a time
    """
    if type(value) is str and value[-1:] == "Z" and value[10:11] == "T":
        plain = _plain_utc(value)  # nearly all are, and this is fast
        if plain is not None:
            return plain if _EARLIEST <= plain <= latest else None
    if value is None or value is False:
        return None
    if not isinstance(value, str):
        raise ValueError("no time")
    text = value.strip()
    if not text or _NEVER.fullmatch(text):
        return None
    try:
        date = _moment(text)
        if date.tzinfo is not None:
            date = date.astimezone(timezone.utc).replace(tzinfo=None)
        elif zone is not None:
            offset = certain_offset(date, zone)
            if offset is None:
                return None
            date -= offset
    except OverflowError as error:
        raise ValueError("no time of ours") from error
    return date if _EARLIEST <= date <= latest else None


def certain_offset(date: datetime, zone: tzinfo) -> timedelta | None:
    """How far the zone is before UTC at a local time; None where that is not certain.

    :param date: naive
    """
    offsets = {date.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


def _plain_utc(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text[:-1])
    except ValueError:
        return None
    return date if date.tzinfo is None else None


def _moment(text: str) -> datetime:
    """:return: naive where the text names no zone"""
    if counted := _COUNTED.fullmatch(text):
        whole, fraction = counted.groups()
        unit = 10**6 if len(whole) == 10 else 10**3  # in microseconds
        part = int(fraction or 0) * unit // 10 ** len(fraction or "")
        return _since_epoch(int(whole) * unit + part)
    if dot_net := _DOT_NET.fullmatch(text):
        return _since_epoch(int(dot_net[1]) * 1000)
    if _MAIL.fullmatch(text):
        return _from_mail(text)
    return _from_iso(text)


def _since_epoch(microseconds: int) -> datetime:
    date = _EPOCH + timedelta(microseconds=microseconds)
    return date.replace(tzinfo=timezone.utc)


def _from_mail(text: str) -> datetime:
    try:
        date = parsedate_to_datetime(text)
    except (IndexError, TypeError) as error:
        raise ValueError(text) from error
    # It leaves out the zone of who does not say where he is.
    return date.replace(tzinfo=timezone.utc) if text.endswith(" -0000") else date


def _from_iso(text: str) -> datetime:
    if "T" in text or text[10:11] == " ":
        # Fast. Python 3.10 knows few of the forms, and no Z.
        with suppress(ValueError):
            return datetime.fromisoformat(text.removesuffix("Z") + _utc(text))
    match = _YEAR_FIRST.fullmatch(text)
    if not match:
        if "T" in text:
            return isoparse(text)
        raise ValueError("not a date, or one that can be read in two ways")
    year, _sign, month, day, rest = match.groups()
    time = rest.lstrip(" tT")
    zone = _APART.search(time)
    if zone and zone.end() == len(time):
        time = time[: zone.start()] + (zone[1] or "Z")
    if rest and not (rest[0] in " tT" and time):
        raise ValueError("not a time of day")
    return isoparse(f"{year}-{month}-{day}" + (f"T{time}" if time else ""))


def _utc(text: str) -> str:
    return "+00:00" if text.endswith("Z") else ""


def written_moment(moment: datetime, zone: tzinfo | None) -> str:
    """A time as an API is asked for what has changed since.

    :param moment: naive UTC
    :param zone: the API's, where that is not UTC. The clock's time there is what some
        APIs compare with, whatever offset it has: one that comes twice, as clocks are
        set back, would miss what happened the other time
    """
    if zone is None:
        return moment.isoformat(timespec="seconds") + "Z"
    local = moment.replace(tzinfo=timezone.utc).astimezone(zone)
    while certain_offset(local.replace(tzinfo=None), zone) is None:
        moment -= timedelta(hours=1)
        local = moment.replace(tzinfo=timezone.utc).astimezone(zone)
    return local.isoformat(timespec="seconds")
