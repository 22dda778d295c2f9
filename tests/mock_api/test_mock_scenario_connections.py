"""Scenarios below HTTP, byte by byte."""

import socket
import time
from collections.abc import Iterator
from threading import Event, Timer

import pytest
from raw_client import ask, connect, request

from mock_api import create_app
from mock_api.faults.connections import FORGED
from mock_api.server import Server
from mock_api.wire import Wire

ITEM = b'{"product_id":"1","quantity":"536"}'


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(create_app()) as server:
        yield server


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, though none takes any time."""
    made: list[float] = []
    monkeypatch.setattr(Wire, "pause", lambda wire, seconds: made.append(seconds))
    return made


def test_without_a_scenario_the_answer_is_whole(server: Server):
    answer = ask(server.url, request(last=True))
    assert answer.body == ITEM
    assert answer.announced == len(ITEM)


def test_no_answer_closes_without_a_byte(server: Server):
    answer = ask(server.url, request("no-answer"))
    assert (answer.data, answer.was_reset) == (b"", False)


def test_reset_half_way_breaks_off_in_the_middle_of_the_body(server: Server):
    answer = ask(server.url, request("reset-half-way"))
    assert answer.was_reset
    assert answer.announced == len(ITEM)
    assert answer.body == ITEM[: len(ITEM) // 2]


def test_hang_before_sends_nothing_and_closes_in_the_end(
    server: Server, pauses: list[float]
):
    assert ask(server.url, request("hang-before")).data == b""
    assert ask(server.url, request("hang-before:7.5")).data == b""
    assert pauses == [60, 7.5]


def test_hang_in_the_middle_stops_after_half_a_body(
    server: Server, pauses: list[float]
):
    answer = ask(server.url, request("hang-in-the-middle:3"))
    assert answer.announced == len(ITEM)
    assert answer.body == ITEM[: len(ITEM) // 2]
    assert pauses == [3]


def test_a_pause_ends_when_the_client_goes(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    ended = Event()
    pause = Wire.pause

    def observed(wire: Wire, seconds: float) -> None:
        try:
            pause(wire, seconds)
        finally:
            ended.set()

    monkeypatch.setattr(Wire, "pause", observed)
    with connect(server.url) as connection:
        connection.sendall(request("hang-before:600"))
    assert ended.wait(10)


def test_a_pause_lasts_as_long_as_it_is_told_to(server: Server):
    start = time.monotonic()
    ask(server.url, request("hang-before:0.2"))
    assert time.monotonic() - start >= 0.2


def test_drip_body_pauses_after_every_byte_of_the_body(
    server: Server, pauses: list[float]
):
    answer = ask(server.url, request("drip-body"), request(last=True))
    assert answer.body.startswith(ITEM + b"HTTP/1.1 200 OK\r\n")
    assert pauses == [0.5] * len(ITEM)


def test_drip_headers_pauses_after_every_byte_of_the_head(
    server: Server, pauses: list[float]
):
    answer = ask(server.url, request("drip-headers:0.1"), request(last=True))
    assert answer.body.startswith(ITEM + b"HTTP/1.1 200 OK\r\n")
    assert pauses == [0.1] * len(answer.head + b"\r\n\r\n")


def test_short_body_ends_before_the_announced_length(server: Server):
    answer = ask(server.url, request("short-body"))
    assert not answer.was_reset
    assert answer.announced == len(ITEM)
    assert answer.body == ITEM[: len(ITEM) // 2]


def test_long_body_leaves_another_answer_on_the_open_connection(server: Server):
    answer = ask(server.url, request("long-body"), request(last=True))
    assert answer.announced == len(ITEM)
    assert answer.body.startswith(ITEM + FORGED + b"HTTP/1.1 200 OK\r\n")
    assert answer.body.endswith(ITEM)


def test_endless_chunked_goes_on_and_on(server: Server):
    with connect(server.url) as connection:
        connection.sendall(request("endless-chunked"))
        data = b""
        while len(data) < 30_000_000:
            received = connection.recv(1 << 20)
            assert received
            data += received
    head, _, body = data.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Length" not in head
    first = ITEM[:-1]
    assert body.startswith(b"%x\r\n%s\r\n10000\r\n " % (len(first), first))


def test_refused_breaks_off_refuses_and_listens_again_after_the_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    timers: list[Timer] = []

    class HeldTimer(Timer):
        def start(self) -> None:
            timers.append(self)

    monkeypatch.setattr("mock_api.server.Timer", HeldTimer)
    with connect(server.url) as waiting:
        assert ask(server.url, request("refused:7")).was_reset
        assert waiting.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(server.url)
    (timer,) = timers
    assert timer.interval == 7
    timer.function(*timer.args)
    assert whole_answer_within(10, server.url) == ITEM


def whole_answer_within(seconds: float, url: str) -> bytes:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask(url, request(last=True)).body
        except ConnectionRefusedError:
            assert time.monotonic() < deadline


def test_a_server_closes_at_once_though_a_client_reads_no_more(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    waiting = Event()
    pause = Wire.pause

    def observed(wire: Wire, seconds: float) -> None:
        waiting.set()
        pause(wire, seconds)

    monkeypatch.setattr(Wire, "pause", observed)
    with connect(server.url) as connection:
        connection.sendall(request("endless-chunked"))
        assert waiting.wait(10)
        start = time.monotonic()
        server.close()
        assert time.monotonic() - start < 3


def test_a_server_that_is_closed_answers_nobody_and_frees_its_port(server: Server):
    with connect(server.url) as hanging:
        hanging.sendall(request("hang-in-the-middle"))
        assert hanging.recv(1) == b"H"
        start = time.monotonic()
        server.close()
        assert time.monotonic() - start < 3
    with pytest.raises(ConnectionRefusedError):
        connect(server.url)


def test_a_scenario_on_the_wire_is_501_without_one():
    client = create_app().test_client()
    answer = client.get("/stock/1", headers={"X-Mock-Scenario": "reset-half-way"})
    assert answer.status_code == 501


def test_an_ipv6_address_is_written_in_brackets():
    try:
        with Server(create_app(), "::1") as server:
            assert server.url.startswith("http://[::1]:")
            assert ask(server.url, request(last=True)).body == ITEM
    except OSError:
        with pytest.raises(OSError), socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
