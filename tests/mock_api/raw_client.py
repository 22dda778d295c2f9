"""A client that sees bytes: what was sent, and how the connection ended."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT = 20


@dataclass
class Received:
    """All that came over one connection until it ended."""

    data: bytes
    was_reset: bool = False

    @property
    def head(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def announced(self) -> int:
        """The Content-Length."""
        for line in self.head.split(b"\r\n"):
            name, _, value = line.partition(b": ")
            if name.lower() == b"content-length":
                return int(value)
        raise AssertionError(self.head)


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    assert address.hostname
    assert address.port
    return socket.create_connection((address.hostname, address.port), timeout=TIMEOUT)


def request(scenario: str = "", path: str = "/stock/1", last: bool = False) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: mock"]
    if scenario:
        lines.append(f"X-Mock-Scenario: {scenario}")
    if last:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode()


def ask(url: str, *requests: bytes) -> Received:
    """Send requests at once and read until the connection ends."""
    received = Received(b"")
    with connect(url) as connection:
        connection.sendall(b"".join(requests))
        try:
            while data := connection.recv(65_536):
                received.data += data
        except ConnectionResetError:
            received.was_reset = True
    return received
