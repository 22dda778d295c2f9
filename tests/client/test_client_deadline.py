import socket
import threading
import time

import pytest
from asking import level_of
from local_server import answer, item

from odoo.addons.base_sync_api.client import deadline

SLOW = 60  # bytes, at 20 a second: three seconds, were there no deadline

DRIPS = {
    "status line": item(),
    "headers": b"HTTP/1.1 200 OK\r\nX: " + b"y" * SLOW,
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * SLOW,
    "continue again and again": b"HTTP/1.1 100 Continue\r\n\r\n" * SLOW,
    "body": answer(length=SLOW) + b" " * SLOW,
    "body without a length": answer(length=False) + b" " * SLOW,
    "size of a chunk": answer(length=False, transfer_encoding="chunked") + b"0" * SLOW,
    "chunks": answer(length=False, transfer_encoding="chunked") + b"1\r\n \r\n" * SLOW,
    "trailers": answer(length=False, transfer_encoding="chunked")
    + b"0\r\n"
    + b"X: y\r\n" * SLOW,
    "body of a redirect": answer(status=302, length=SLOW, location="/"),
}
#: sent at once, before the drip
AT_ONCE = {"body", "body without a length", "size of a chunk", "chunks", "trailers"}


def drip(kind):
    def script(peer):
        while peer.read_request():
            data = DRIPS[kind]
            if kind in AT_ONCE:
                head, data = data.split(b"\r\n\r\n", 1)
                peer.send(head + b"\r\n\r\n")
            peer.drip(data)

    return script


@pytest.mark.parametrize("kind", DRIPS)
def test_a_drip_ends_with_the_deadline(failure, in_time, kind):
    with in_time(0.25):
        error = failure(drip(kind), total_timeout=0.25)
    assert error.code == "timeout"
    assert set(error.facts) == {"host"}


@pytest.mark.parametrize("kind", ["status line", "body"])
def test_a_drip_through_tls_ends_with_the_deadline(
    serve, connect, tls, trust, in_time, kind
):
    api = trust(connect(serve(drip(kind), tls), total_timeout=0.25))
    with in_time(0.25):
        [(_id, error)] = api.get_levels(["123"])
    assert error.code == "timeout"


def test_a_tls_handshake_that_never_comes_ends_with_the_deadline(
    serve, connect, in_time
):
    server = serve(lambda peer: peer.hang())
    api = connect(server.url.replace("http:", "https:"), total_timeout=0.25)
    with in_time(0.25):
        [(_id, error)] = api.get_levels(["123"])
    assert error.code == "timeout"


def test_a_server_that_says_nothing_ends_with_the_read_timeout(failure, in_time):
    with in_time(0.2):
        error = failure(lambda peer: peer.hang(), read_timeout=0.2)
    assert error.code == "timeout"


def test_a_timeout_has_used_its_time_and_is_not_tried_again(serve, connect):
    server = serve(lambda peer: peer.read_request() and peer.hang())
    [(_id, error)] = connect(server, read_timeout=0.1).get_levels(["123"])
    assert error.code == "timeout"
    assert len(server.requests) == 1


def test_attempts_and_pauses_share_one_deadline(failure, in_time):
    with in_time(0.3):
        error = failure(
            answer(status=503), total_timeout=0.3, max_attempts=99, first_backoff=0.1
        )
    assert error.code == "http_error"


def test_redirects_share_one_deadline(failure, in_time):
    def script(peer):
        while peer.read_request():
            peer.drip(b"HTTP/1.1 302 Found\r\nLocation: /stock/1")
            peer.send(b"23\r\nContent-Length: 0\r\n\r\n")

    with in_time(0.3):
        assert failure(script, total_timeout=0.3).code == "timeout"


def test_a_reused_connection_keeps_the_deadline_of_its_own_request(
    serve, connect, in_time
):
    def script(peer):
        peer.read_request()
        peer.send(item())
        peer.read_request()
        peer.drip(item())

    server = serve(script)
    api = connect(server, total_timeout=0.25)
    assert level_of(api).quantity == 50
    time.sleep(0.2)
    with in_time(0.25):
        [(_id, error)] = api.get_levels(["123"])
    assert error.code == "timeout"
    assert server.connections == 1


# Names and addresses


@pytest.fixture
def resolver(monkeypatch):
    """Make every name stand for these addresses."""

    def stand_for(*addresses):
        real = socket.getaddrinfo

        def getaddrinfo(host, port, *args, **kwargs):
            if host != "stock.invalid":
                return real(host, port, *args, **kwargs)
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
                for address in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return stand_for


def test_a_lookup_that_hangs_ends_with_the_deadline(monkeypatch, connect, in_time):
    released = threading.Event()
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *args, **kwargs: released.wait(5) and []
    )
    api = connect("http://stock.invalid", total_timeout=0.3)
    with in_time(0.3):
        [(_id, error)] = api.get_levels(["123"])
    released.set()
    assert error.code == "timeout"


def test_the_next_address_is_tried_when_one_refuses(serve, connect, resolver):
    server = serve(item())
    resolver("127.0.0.2", "127.0.0.1")  # nothing listens on the first
    api = connect(f"http://stock.invalid:{server.port}")
    assert level_of(api).quantity == 50
    assert server.header("Host") == f"stock.invalid:{server.port}".encode()


@pytest.fixture
def dead_end(monkeypatch):
    """An address that neither accepts nor refuses."""
    real = deadline.create_connection
    tried = []

    def create_connection(address, timeout, **kwargs):
        if address[0] == "127.0.0.3":
            tried.append(timeout)
            time.sleep(timeout)
            raise TimeoutError("timed out")
        return real(address, timeout, **kwargs)

    monkeypatch.setattr(deadline, "create_connection", create_connection)
    return tried


def test_a_dead_address_leaves_time_for_the_next(serve, connect, resolver, dead_end):
    server = serve(item())
    resolver("127.0.0.3", "127.0.0.1")
    api = connect(f"http://stock.invalid:{server.port}", connect_timeout=0.25)
    assert level_of(api).quantity == 50
    assert dead_end == [pytest.approx(0.125, abs=0.05)]


def test_many_dead_addresses_share_one_connect_timeout(
    connect, resolver, dead_end, in_time
):
    resolver(*["127.0.0.3"] * 8)
    api = connect("http://stock.invalid", connect_timeout=0.25)
    with in_time(0.25):
        [(_id, error)] = api.get_levels(["123"])
    assert error.code == "timeout"
    assert len(dead_end) == 8
