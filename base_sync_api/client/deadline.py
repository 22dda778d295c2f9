"""HTTP connections that hold a deadline on the whole answer.

The read timeout of urllib3 is per read: a server that sends one byte every half second
keeps a request alive for ever. Here each read, those of the status line and of the
headers included, gets no more than what is left of the deadline.
"""

import io
import socket
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import allowed_gai_family, create_connection

from .secret_query import SecretQueryMixin
from .sent import SentMixin

_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def answer_until(deadline: float):
    """Requests sent inside must have their whole answer before ``deadline``.

    Inside another deadline it is that one which counts.

    :param deadline: a time of ``time.monotonic()``
    """
    if _deadline.get(None) is not None:
        yield
        return
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def hurried(seconds: float):
    """Inside, no more than so much of the current deadline is left."""
    token = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float:
    """What is left of the current deadline.

    :raise TimeoutError: when nothing is left
    """
    return _left(_deadline.get())


def postpone(seconds: float):
    """Move the current deadline: the time was spent on waiting of our own choice."""
    _deadline.set(_deadline.get() + seconds)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left


class DeadlineAdapter(HTTPAdapter):
    """Sets the timeouts itself, so that no caller can forget them.

    :param connect_timeout: seconds for the lookup of the name and a connection to
        one of its addresses; TLS gets what is left of them
    :param read_timeout: seconds of silence between two reads
    """

    def __init__(self, connect_timeout: float, read_timeout: float, **kwargs):
        self._timeouts = (connect_timeout, read_timeout)
        super().__init__(**kwargs)

    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _DeadlineHTTPConnectionPool,
            "https": _DeadlineHTTPSConnectionPool,
        }
        return result

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

    def readall(self):
        # We read in pieces. All at once is what http.client does for a chunk of
        # length -1: it would fill the memory.
        raise OSError("an answer is not read without a limit")

    def close(self):
        self._raw.close()
        return super().close()


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


def _look_up(host: str, port: int, timeout: float) -> list[str]:
    """The addresses of ``host``.

    :raise socket.gaierror: where the name has none
    :raise TimeoutError: after ``timeout`` seconds; the system's resolver, which knows
        no limit, is then left to end by itself
    """
    found = []

    def look_up():
        try:
            answers = socket.getaddrinfo(
                host.strip("[]"), port, allowed_gai_family(), socket.SOCK_STREAM
            )
            found.extend([address[0] for *_rest, address in answers])
        except UnicodeError:
            found.append(socket.gaierror(socket.EAI_NONAME, "not a host name"))
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=look_up, name="dns", daemon=True)
    thread.start()
    thread.join(timeout)
    if not found:
        raise TimeoutError("the name was not looked up in time")
    if isinstance(found[0], OSError):
        raise found[0]
    return found


class _DeadlineConnectionMixin:
    def connect(self):
        result = super().connect()
        self.sock = _DeadlineSocket(self.sock)
        return result

    def _new_conn(self):
        # urllib3's own looks the name up without a limit, and gives each of its
        # addresses the whole time again.
        try:
            return self._connected_socket()
        except OSError as error:
            # urllib3 takes a bare BrokenPipeError for one that came while sending.
            raise NewConnectionError(self, str(error)) from error

    def _connected_socket(self):
        deadline = time.monotonic() + self.timeout
        addresses = _look_up(self._dns_host, self.port, self.timeout)
        for untried in range(len(addresses), 0, -1):
            try:
                sock = create_connection(
                    (addresses[-untried], self.port),
                    # A dead address must leave time for the others.
                    _left(deadline) / untried,
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError:
                if untried == 1:
                    raise
            else:
                sock.settimeout(max(deadline - time.monotonic(), 0.001))
                return sock


class _DeadlineHTTPConnection(
    SecretQueryMixin, SentMixin, _DeadlineConnectionMixin, HTTPConnection
):
    pass


class _DeadlineHTTPSConnection(
    SecretQueryMixin, SentMixin, _DeadlineConnectionMixin, HTTPSConnection
):
    pass


class _DeadlineHTTPConnectionPool(HTTPConnectionPool):
    ConnectionCls = _DeadlineHTTPConnection


class _DeadlineHTTPSConnectionPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineHTTPSConnection
