from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_server import document, item, replying

from odoo.addons.base_sync_api.client import Paging
from odoo.addons.base_sync_api.client.codecs import strict_json
from odoo.addons.base_sync_api.client.codecs.strict_json import JsonNumber
from odoo.addons.base_sync_api.client.moment import (
    latest_credible,
    parse_moment,
    written_moment,
)
from odoo.addons.stock_sync_api.client import Level, Mapping
from odoo.addons.stock_sync_api.client.mapping import Mapper

LATEST = datetime(2026, 11, 20)
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2025, 10, 1, 12)


@pytest.mark.parametrize(
    "value",
    [
        "2025-10-01T12:00:00Z",
        "2025-10-01T12:00Z",
        "2025-10-01T12:00:00.000z",
        "2025-10-01T12:00:00+00:00",
        "2025-10-01T07:00:00-05:00",
        "2025-10-01 07:00:00 -0500",
        "2025-10-01 14:00:00 +0200 UTC",
        "2025-10-01 12:00:00 UTC",
        "2025-10-01 12:00:00 GMT",
        "2025/10/01 12:00:00 Z",
        "20251001T120000Z",
        " 2025-10-01T12:00:00Z\n",
        "Wed, 01 Oct 2025 12:00:00 GMT",
        "Wed, 1 Oct 2025 14:00:00 +0200",
        "01 Oct 2025 12:00 UTC",
        "Wed, 01 Oct 2025 12:00:00 -0000",
        "/Date(1759320000000)/",
        "/Date(1759320000000+0100)/",
        "1759320000",
        "1759320000.000",
        "1759320000000",
        "1759320000000.0",
        JsonNumber("1759320000"),
        JsonNumber("1759320000.0"),
        JsonNumber("1759320000000"),
    ],
)
@pytest.mark.parametrize("zone", [None, NEW_YORK])
def test_one_moment_is_understood_in_whatever_form(value, zone):
    assert parse_moment(value, LATEST, zone) == NOON


def test_fractions_of_a_second_are_kept():
    half = NOON + timedelta(milliseconds=500)
    for value in ("1759320000.5", "1759320000500", "2025-10-01T12:00:00.5Z"):
        assert parse_moment(value, LATEST) == half


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        False,
        "0",
        JsonNumber("0"),
        JsonNumber("0.0"),
        JsonNumber("-0"),
        "0000-00-00",
        "0000-00-00 00:00:00",
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1900-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01 00:00:00",
        "/Date(-62135596800000)/",
        "/Date(0)/",
        "2099-01-01T00:00:00Z",  # a wrong clock
    ],
)
@pytest.mark.parametrize("zone", [None, NEW_YORK])
def test_what_says_never_is_no_time_and_no_fault(value, zone):
    assert parse_moment(value, LATEST, zone) is None


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "today",
        True,
        [],
        {},
        "10/11/2025 12:00",  # October or November
        "01-10-2025",
        "2025-10",
        "2025",
        "20251001",
        "12:00:00",
        "2025-13-01T00:00:00Z",
        "2025-10-01T25:00:00Z",
        "2025-10-01T12:00:00+02:00Z",
        "2025-10-01T",
        "2025-10-01x",
        "Wed, 01 Oct 2025 12:00:00 CEST",
        "32 Oct 2025 12:00",
        "9999-12-31T24:00:00",
        "２０２５-11-03T00:00:00",
        JsonNumber("173000000"),
        JsonNumber("17300000000"),
        JsonNumber("-1759320000"),
        JsonNumber("1e9"),
        "/Date(x)/",
    ],
)
@pytest.mark.parametrize("zone", [None, NEW_YORK])
def test_what_could_be_several_times_or_none_is_not_guessed(value, zone):
    with pytest.raises(ValueError):
        parse_moment(value, LATEST, zone)


@pytest.mark.parametrize(
    ("value", "zone", "moment"),
    [
        ("2025-10-01T07:00:00", "America/Chicago", NOON),
        ("2025-10-01 14:00:00", "Europe/Paris", NOON),
        ("2025-01-01 13:00:00", "Europe/Paris", datetime(2025, 1, 1, 12)),
        ("2025-10-01", "Europe/Paris", datetime(2025, 9, 30, 22)),
        ("01 Oct 2025 14:00", "Europe/Paris", NOON),
        ("2025-10-01 12:00:00", None, NOON),
        ("2025-10-01", None, datetime(2025, 10, 1)),
        # As clocks are set: an hour that comes twice, and one that does not come.
        ("2025-11-02T00:59:59", "America/Chicago", datetime(2025, 11, 2, 5, 59, 59)),
        ("2025-11-02T01:00:00", "America/Chicago", None),
        ("2025-11-02T01:59:59", "America/Chicago", None),
        ("2025-11-02T02:00:00", "America/Chicago", datetime(2025, 11, 2, 8)),
        ("2025-03-09T02:30:00", "America/Chicago", None),
        ("2025-11-02T01:30:00-06:00", "America/Chicago", datetime(2025, 11, 2, 7, 30)),
    ],
)
def test_a_time_without_a_zone_is_in_that_of_the_api(value, zone, moment):
    assert parse_moment(value, LATEST, zone and ZoneInfo(zone)) == moment


@given(st.text() | st.from_regex(r"\A[0-9T:./ +Z-]{0,30}\Z") | st.floats().map(repr))
def test_any_text_gives_a_time_none_or_one_error(value):
    try:
        moment = parse_moment(value, LATEST, NEW_YORK)
    except ValueError:
        return
    assert moment is None or (moment.tzinfo is None and moment <= LATEST)


def test_a_level_whose_time_is_not_understood_counts_without_it():
    rows = [
        {"product_id": "1", "quantity": 5, "updated_at": "soon"},
        {"product_id": "2", "quantity": 6, "updated_at": ""},
        {"product_id": "3", "quantity": 7, "updated_at": "2025-10-01T12:00:00Z"},
    ]
    levels, faults = Mapper(Mapping()).read_rows(rows_of(rows))
    assert faults == []
    assert levels == [
        Level("1", 5, undated=True),
        Level("2", 6),
        Level("3", 7, date=NOON),
    ]


def rows_of(rows):
    return strict_json.loads(document(rows).partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("mode", ["item", "ids", "list"])
def test_however_it_is_asked_the_times_that_are_not_understood_are_counted(
    serve, connect, mode
):
    row = {"product_id": "1", "quantity": 5, "updated_at": "soon"}
    body = row if mode == "item" else {"items": [row]}
    settings = {"mode": mode, "list_path": "/stock", "paging": Paging("none")}
    api = connect(serve(document(body)), settings=settings)
    if mode == "list":
        [page] = api.pages()
        assert page.undated == 1
        levels = page.levels
    else:
        [(_id, levels)] = api.get_levels(["1"])
    assert levels == [Level("1", 5, undated=True)]


def test_the_zone_of_the_settings_is_that_of_times_without_one(serve, connect):
    reply = item(updated_at="2025-10-01 14:00:00")
    for zone, hour in (("UTC", 14), ("Europe/Paris", 12)):
        api = connect(serve(reply), settings={"time_zone": zone})
        [(_id, [level])] = api.get_levels(["123"])
        assert level.date == datetime(2025, 10, 1, hour)


def test_a_zone_that_is_in_no_list_is_an_error_of_the_settings(connect):
    for name in ("Mars/Phobos", "../etc/passwd", "/etc/passwd"):
        with pytest.raises(ValueError):
            connect("http://127.0.0.1:9", settings={"time_zone": name})


@pytest.mark.parametrize(
    ("since", "zone", "asked"),
    [
        (NOON, "UTC", "2025-10-01T12:00:00Z"),
        (NOON, "America/Chicago", "2025-10-01T07:00:00-05:00"),
        (datetime(2025, 1, 1, 12), "Europe/Paris", "2025-01-01T13:00:00+01:00"),
        # 01:30 comes twice that day: what happened at 01:10, later, must not be missed.
        (datetime(2025, 11, 2, 6, 30), "America/Chicago", "2025-11-02T00:30:00-05:00"),
        (datetime(2025, 11, 2, 7, 30), "America/Chicago", "2025-11-02T00:30:00-05:00"),
        (datetime(2025, 11, 2, 8, 30), "America/Chicago", "2025-11-02T02:30:00-06:00"),
        (datetime(2025, 3, 9, 8, 30), "America/Chicago", "2025-03-09T03:30:00-05:00"),
    ],
)
def test_what_has_changed_is_asked_for_in_the_zone_of_the_api(
    serve, connect, since, zone, asked
):
    seen = []

    def reply(question):
        seen.append(question.query["since"])
        return document({"items": []})

    settings = {
        "mode": "list",
        "list_path": "/stock",
        "since_param": "since",
        "time_zone": zone,
        "paging": Paging("none"),
    }
    api = connect(serve(replying(reply)), settings=settings)
    list(api.pages(since=since))
    assert seen == [asked]


def test_a_server_that_compares_the_clock_only_misses_nothing_in_autumn():
    """Whatever happens after a moment has later digits than those asked for."""
    zone = ZoneInfo("Europe/Paris")
    start = datetime(2025, 10, 25, 22)
    moments = [start + timedelta(minutes=10 * step) for step in range(48)]
    for since in moments:
        digits = written_moment(since, zone)[:19]
        for later in moments:
            if later >= since:
                local = later.replace(tzinfo=timezone.utc).astimezone(zone)
                assert local.isoformat()[:19] >= digits


def test_the_latest_credible_time_is_a_little_ahead_of_ours():
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    assert timedelta(minutes=9) < latest_credible() - now < timedelta(minutes=11)
