from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from odoo.addons.base_sync_api.client.retry_after import (
    _HEADERS,
    parse_retry_after,
    seconds_to_wait,
)

NOW = datetime(2025, 11, 3, 12, 0, 0, tzinfo=timezone.utc)
YEAR = 366 * 24 * 3600
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("Mon, 03 Nov 2025 12:02:00 GMT", 120),
        ("Monday, 03-Nov-25 12:02:00 GMT", 120),
        ("Mon Nov  3 12:02:00 2025", 120),
        ("Mon, 03 Nov 2025 13:02:00 +0100", 120),
        ("Mon, 03 Nov 2025 12:02:00 -0000", 120),
        ("Mon, 03 Nov 2025 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", YEAR),
        ("99999999999", YEAR),
        ("9" * 5000, YEAR),
        ("2.0", 2),
        ("1.5", 1.5),
        ("0.25", 0.25),
        (str(EPOCH + 120), 120),
        (f"{EPOCH + 120}.5", 120.5),
        (str((EPOCH + 120) * 1000), 120),
        (str(EPOCH - 120), 0),
        (str(EPOCH * 3), YEAR),
        ("2025-11-03T12:02:00Z", 120),
        ("2025-11-03 14:02:00+02:00", 120),
    ],
)
def test_every_form_is_understood(value, seconds):
    assert parse_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        "soon",
        "-5",
        "1,5",
        ".5",
        "1e3",
        "١٢",
        "3 4",
        "Mon, 99 Nov 2025 12:00:00 GMT",
        "Mon, 03 Nov 99999999999999999999 12:00:00 GMT",
        "Mon, 03 Nov 2025 12:00:00 +99999999999999999999",
        "Mon, 03 Nov " + "9" * 5000 + " 12:00:00 GMT",
    ],
)
def test_garbage_is_as_if_not_sent(value):
    assert parse_retry_after(value, NOW) is None


@given(st.integers(0, YEAR))
def test_a_date_says_the_same_as_seconds(seconds):
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert parse_retry_after(date, NOW) == parse_retry_after(str(seconds), NOW)


@given(
    st.text()
    | st.from_regex(
        r"\A(\w{3}, )?-?\d{1,30} (Jan|Feb) \d{0,30} ?\d*:\d*:?\d* ?([+-]\d*|GMT)?\Z"
    )
)
@example("0 Jan 0 0:0")
def test_whatever_is_sent_gives_a_bounded_wait_or_none(value):
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= YEAR


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2.0"}, 2),
        ({"Retry-After": "30", "X-RateLimit-Reset": "60"}, 30),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "60"}, 60),
        ({"X-RateLimit-Reset": str(EPOCH + 60)}, 60),
        ({"X-RateLimit-Reset": str((EPOCH + 60) * 1000)}, 60),
        ({"X-RateLimit-Reset": "2025-11-03T12:01:00Z"}, 60),
        ({"x-ratelimit-reset": "60"}, 60),
        ({"RateLimit-Reset": "60"}, 60),
        ({"X-Rate-Limit-Reset": "60.5"}, 60.5),
        ({"X-Rate-Limit-Time-Reset-Ms": "15000"}, 15),
        ({"X-Rate-Limit-Time-Reset-Ms": str((EPOCH + 60) * 1000)}, 60),
        ({"x-ratelimit-reset-after": "1.25"}, 1.25),
        ({"retry-after-ms": "500"}, 0.5),
        ({"RateLimit": "limit=100, remaining=0, reset=50"}, 50),
        ({"RateLimit": '"default";r=0;t=50'}, 50),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Reset": "9" * 30}, YEAR),
    ],
)
def test_other_headers_say_when_where_retry_after_does_not(headers, seconds):
    headers = CaseInsensitiveDict(headers)
    assert seconds_to_wait(429, headers, NOW) == seconds


def test_a_503_that_only_counts_requests_is_no_wish_to_wait():
    headers = CaseInsensitiveDict(
        {"X-RateLimit-Reset": "60", "X-RateLimit-Remaining": "40"}
    )
    assert seconds_to_wait(503, headers, NOW) is None
    headers["X-RateLimit-Remaining"] = "0"
    assert seconds_to_wait(503, headers, NOW) == 60


@given(st.dictionaries(st.sampled_from(_HEADERS + ["RateLimit"]), st.text()))
def test_whatever_these_headers_say_the_wait_is_bounded(headers):
    seconds = seconds_to_wait(429, CaseInsensitiveDict(headers), NOW)
    assert seconds is None or 0 <= seconds <= YEAR
