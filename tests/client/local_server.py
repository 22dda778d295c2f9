"""A real HTTP server on 127.0.0.1 that misbehaves, byte by byte, as a test says."""

import json
import re
import socket
import ssl
import struct
import threading
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit


def answer(body=b"", status=200, reason="X", length=None, **headers):
    """The bytes of a whole answer.

    :param length: the announced length; by default that of the body, none if False
    :param headers: ``retry_after="5"`` is sent as ``Retry-After: 5``
    """
    lines = [f"HTTP/1.1 {status} {reason}"]
    if length is not False:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    for name, value in headers.items():
        lines.append(f"{name.replace('_', '-').title()}: {value}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def item(external_id="123", quantity=50, **more):
    """The answer to a question about one product, as the contract has it."""
    content = {"product_id": external_id, "quantity": quantity, **more}
    return answer(json.dumps(content).encode())


def document(content, **headers):
    """An answer with JSON in it."""
    return answer(json.dumps(content).encode(), **headers)


class Question(NamedTuple):
    """A request that came in, taken apart."""

    method: str
    path: str
    query: dict
    body: bytes
    head: bytes

    @property
    def json(self):
        return json.loads(self.body)


def replying(reply):
    """A script that answers each request with what ``reply(question)`` gives."""

    def script(peer):
        while head := peer.read_request():
            method, target, _version = (
                head.decode("latin-1").split("\r\n")[0].split(" ")
            )
            url = urlsplit(target)
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            peer.send(reply(Question(method, url.path, query, peer.body, head)))

    return script


class Peer:
    """The server's end of one connection."""

    def __init__(self, server, sock):
        self._server = server
        self._sock = sock
        self._buffer = b""
        #: of the last request
        self.body = b""

    @property
    def waiting(self):
        """Whether the client may still want more of a drip."""
        return not self._server.stopped.is_set()

    def read_request(self):
        """The head of the next request; None when the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            data = self._sock.recv(65536)
            if not data:
                return None
            self._buffer += data
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\nContent-Length: ([0-9]+)", head)
        size = int(length[1]) if length else 0
        while len(self._buffer) < size:
            self._buffer += self._sock.recv(65536)
        self.body, self._buffer = self._buffer[:size], self._buffer[size:]
        self._server.requests.append(head)
        self._server.bodies.append(self.body)
        return head

    def send(self, data):
        self._sock.sendall(data)

    def drip(self, data, seconds=0.05):
        """One byte after the other, each after a pause."""
        for byte in data:
            self.send(bytes([byte]))
            if self._server.stopped.wait(seconds):
                return

    def hang(self):
        self._server.stopped.wait(10)

    def reset(self):
        """Close with RST instead of FIN."""
        self._sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self._sock.close()


class LocalServer:
    """Runs ``script`` on every connection, each in a thread of its own.

    :param script: what is sent on every request (bytes); or on one after the other, the
        last again and again (a list of bytes); or a function of a :class:`Peer`
    :param tls: an ``ssl.SSLContext`` for https
    """

    def __init__(self, script, tls=None):
        self.requests = []
        self.bodies = []
        self.connections = 0
        self.stopped = threading.Event()
        self._script = script if callable(script) else self._answer_with(script)
        self._tls = tls
        self._socks = []
        self._threads = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self._start(self._accept)

    @property
    def paths(self):
        return [head.split(b" ")[1].decode() for head in self.requests]

    def header(self, name, request=-1):
        """The value of a header of a request that came in; None where it has none."""
        pattern = rb"(?im)^%s: (.*?)\r?$" % re.escape(name.encode())
        match = re.search(pattern, self.requests[request])
        return match and match[1]

    def close(self):
        self.stopped.set()
        for sock in (self._listener, *self._socks):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        with suppress(OSError):
            while True:
                sock, _address = self._listener.accept()
                self.connections += 1
                self._socks.append(sock)
                self._start(self._serve, sock)

    def _serve(self, sock):
        with suppress(OSError, ssl.SSLError):
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._socks.append(sock)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._script(Peer(self, sock))
        with suppress(OSError):
            sock.close()

    def _answer_with(self, answers):
        answers = [answers] if isinstance(answers, bytes) else answers

        def script(peer):
            while peer.read_request():
                peer.send(answers[min(len(self.requests), len(answers)) - 1])

        return script
