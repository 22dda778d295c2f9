"""HTTP connections that hold a deadline on the whole answer.

The read timeout of urllib3 is per read: a server that sends one byte every half second
keeps a request alive for ever. Here each read, those of the status line and of the
headers included, gets no more than what is left of the deadline.
"""

import io
import time
from contextlib import contextmanager
from contextvars import ContextVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def answer_until(deadline: float):
    """Requests sent inside must have their whole answer before ``deadline``.

    :param deadline: a time of ``time.monotonic()``
    """
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float:
    """What is left of the current deadline.

    :raise TimeoutError: when nothing is left
    """
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer took too long")
    return left


class DeadlineAdapter(HTTPAdapter):
    """Sets the timeouts itself, so that no caller can forget them.

    :param connect_timeout: seconds for a connection, TLS included
    :param read_timeout: seconds of silence between two reads
    """

    def __init__(self, connect_timeout: float, read_timeout: float, **kwargs):
        self._timeouts = (connect_timeout, read_timeout)
        super().__init__(**kwargs)

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _DeadlineHTTPConnectionPool,
            "https": _DeadlineHTTPSConnectionPool,
        }

    def send(self, request, **kwargs):
        left = seconds_left()
        kwargs["timeout"] = tuple(min(timeout, left) for timeout in self._timeouts)
        return super().send(request, **kwargs)


class _DeadlineReader(io.RawIOBase):
    def __init__(self, sock, raw):
        self._sock = sock
        self._raw = raw
        self._read_timeout = sock.gettimeout()

    def readable(self):
        return True

    def readinto(self, buffer):
        left = seconds_left()
        if self._read_timeout is not None:
            left = min(left, self._read_timeout)
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self):
        self._raw.close()
        super().close()


class _DeadlineSocket:
    """A connected socket (plain or TLS) whose reader holds the deadline."""

    def __init__(self, sock):
        self._sock = sock

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def makefile(self, mode="r", *args, **kwargs):
        if mode != "rb":
            return self._sock.makefile(mode, *args, **kwargs)
        raw = self._sock.makefile("rb", buffering=0)
        return io.BufferedReader(_DeadlineReader(self._sock, raw))


class _DeadlineConnectionMixin:
    def connect(self):
        super().connect()
        self.sock = _DeadlineSocket(self.sock)


class _DeadlineHTTPConnection(_DeadlineConnectionMixin, HTTPConnection):
    pass


class _DeadlineHTTPSConnection(_DeadlineConnectionMixin, HTTPSConnection):
    pass


class _DeadlineHTTPConnectionPool(HTTPConnectionPool):
    ConnectionCls = _DeadlineHTTPConnection


class _DeadlineHTTPSConnectionPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineHTTPSConnection
