from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from odoo.addons.stock_sync_api.client.retry_after import parse_retry_after

NOW = datetime(2025, 11, 3, 12, 0, 0, tzinfo=timezone.utc)
YEAR = 366 * 24 * 3600


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
    ],
)
def test_both_forms_are_understood(value, seconds):
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
