import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from asking import level_of
from local_server import answer, item

from odoo.addons.base_sync_api.client import ClientError


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were taken, without waiting for them."""
    taken = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "auth_failed"),
        (403, "auth_failed"),
        (404, "product_not_found"),
        (410, "product_not_found"),
        (300, "http_error"),
        (304, "http_error"),
        (400, "http_error"),
        (407, "http_error"),
        (408, "http_error"),
        (418, "http_error"),
        (500, "http_error"),
        (501, "http_error"),
        (505, "http_error"),
        (599, "http_error"),
        (999, "http_error"),
    ],
)
def test_what_another_attempt_does_not_mend_is_asked_once(
    serve, connect, pauses, status, code
):
    server = serve(answer(b"{}", status=status))
    api = connect(server)
    with pytest.raises(ClientError) as caught:
        level_of(api)
    assert caught.value.code == code
    assert caught.value.facts["status"] == status
    assert caught.value.facts["host"] == f"127.0.0.1:{server.port}"
    assert (len(server.requests), api.calls, pauses) == (1, 1, [])


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_busy_server_is_asked_again_after_growing_pauses(
    serve, connect, pauses, status
):
    server = serve(answer(status=status))
    api = connect(server, max_attempts=4, first_backoff=0.5)
    with pytest.raises(ClientError) as caught:
        level_of(api)
    assert caught.value.code == "http_error"
    assert caught.value.facts["status"] == status
    assert len(server.requests) == api.calls == 4
    assert len(pauses) == 3
    for pause, middle in zip(pauses, (0.5, 1, 2), strict=True):
        assert middle / 2 <= pause <= middle * 1.5


def test_pauses_differ_so_that_clients_do_not_come_back_together(failure, pauses):
    failure(answer(status=503), max_attempts=5, first_backoff=0.001)
    relative = {pause / 2**attempt for attempt, pause in enumerate(pauses)}
    assert len(relative) == 4


def test_a_later_success_is_a_success(serve, connect, pauses):
    api = connect(serve([answer(status=502), answer(status=504), item()]))
    assert level_of(api).quantity == 50
    assert api.calls == 3


def test_no_attempt_is_made_that_could_not_end_in_time(failure, pauses):
    error = failure(answer(status=503), total_timeout=2, first_backoff=60)
    assert error.facts["status"] == 503
    assert pauses == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_retry_after_is_waited_for(serve, connect, pauses, status):
    server = serve([answer(status=status, retry_after="2"), item()])
    assert level_of(connect(server)).quantity == 50
    assert pauses == [2]


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_retry_after_is_reported_and_not_slept(serve, connect, pauses, status):
    in_an_hour = datetime.now(timezone.utc) + timedelta(hours=1)
    for value in ("3600", format_datetime(in_an_hour, usegmt=True)):
        server = serve(answer(status=status, retry_after=value))
        with pytest.raises(ClientError) as caught:
            level_of(connect(server))
        assert caught.value.code == "rate_limited"
        assert caught.value.stops_run
        assert caught.value.facts["retry_after"] == pytest.approx(3600, abs=5)
        assert caught.value.facts["status"] == status
        assert len(server.requests) == 1
    assert pauses == []


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "2.0"},
        {"x_ratelimit_reset": "2"},
        {"x_rate_limit_time_reset_ms": "2000"},
        {"x_ratelimit_reset_after": "2.000"},
    ],
)
def test_a_short_wait_is_kept_whichever_header_asks_for_it(
    serve, connect, pauses, headers
):
    server = serve([answer(status=429, **headers), item()])
    assert level_of(connect(server)).quantity == 50
    assert pauses == [2]


@pytest.mark.parametrize(
    "value", ["99999999999", "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_an_absurd_retry_after_fits_into_a_calendar(failure, pauses, value):
    seconds = failure(answer(status=429, retry_after=value)).facts["retry_after"]
    assert datetime.now() + timedelta(seconds=seconds)
    assert pauses == []


@pytest.mark.parametrize("value", ["soon", "-5", "1,5", "", "Mon, 99 Foo 2025"])
def test_garbage_in_retry_after_is_ignored(serve, connect, pauses, value):
    server = serve(answer(status=429, retry_after=value))
    with pytest.raises(ClientError) as caught:
        level_of(connect(server, first_backoff=1))
    assert caught.value.code == "rate_limited"
    assert caught.value.facts["retry_after"] is None
    assert len(server.requests) == 3
    assert 0.5 <= pauses[0] <= 1.5


def test_a_retry_after_in_the_past_means_now(serve, connect, pauses):
    past = "Mon, 03 Nov 2025 12:00:00 GMT"
    server = serve([answer(status=429, retry_after=past), item()])
    assert level_of(connect(server)).quantity == 50
    assert pauses == [0]


def test_a_connection_is_kept_for_the_next_product(serve, connect):
    server = serve([item(str(i)) for i in range(10)])
    api = connect(server)
    for i in range(10):
        assert level_of(api, str(i)).quantity == 50
    assert server.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(serve, connect):
    def script(peer):
        peer.read_request()
        peer.send(item())

    server = serve(script)
    api = connect(server, max_attempts=1)
    assert level_of(api).quantity == 50
    time.sleep(0.05)
    assert level_of(api).quantity == 50
    assert server.connections == 2


def test_cookies_are_neither_kept_nor_sent(serve, connect):
    data = item().replace(b"\r\n", b"\r\nSet-Cookie: session=1; Path=/\r\n", 1)
    server = serve(data)
    api = connect(server)
    for _ in range(2):
        level_of(api)
    assert server.header("Cookie") is None
