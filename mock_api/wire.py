"""The connection below a request, for answers that no web framework would send."""

import socket
import struct
from threading import Event
from time import monotonic
from typing import Any, NoReturn, Protocol

from waitress.channel import ClientDisconnected  # type: ignore[import-untyped]

WIRE = "mock_api.wire"  # where it is in the environment of a request
_LOOK = 0.05  # seconds from one look at whether the client has gone to the next
_UNSENT = 4_000_000  # bytes that may wait; well below where waitress itself would block


class Answered(Exception):
    """The request has been answered on the wire, or will never be."""

    def __init__(self, *, close: bool) -> None:
        """Say whether the connection is to be closed."""
        super().__init__()
        self.close = close


class Listener(Protocol):
    """What can stop listening for a while."""

    stopping: Event

    def refuse(self, seconds: float) -> None:
        """Close what listens, and the connections that wait, for some seconds."""


class Wire:
    """One connection, from the request until its answer is out.

    Each method raises waitress' ClientDisconnected when the client, or this server, has
    gone; the server takes that as the end of the request.
    """

    def __init__(self, channel: Any, listener: Listener) -> None:
        """Write to a channel of waitress."""
        self._channel = channel
        self._listener = listener

    def send(self, data: bytes) -> None:
        """Send some bytes as they are, once the client has read most of the earlier."""
        while self._channel.total_outbufs_len > _UNSENT:
            self.pause(_LOOK)
        if self._listener.stopping.is_set():
            raise ClientDisconnected
        self._channel.write_soon(data)

    def pause(self, seconds: float) -> None:
        """Send nothing for some seconds, while the client waits."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            if self._listener.stopping.wait(min(left, _LOOK)) or self._client_left():
                raise ClientDisconnected

    def finish(self) -> NoReturn:
        """Be done; the connection stays open for another request."""
        raise Answered(close=False)

    def close(self) -> NoReturn:
        """Close the connection, after what was sent."""
        raise Answered(close=True)

    def reset(self) -> NoReturn:
        """Break the connection off: the client gets "connection reset by peer"."""
        self._channel.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        raise Answered(close=True)

    def refuse(self, seconds: float) -> NoReturn:
        """Break off, and refuse every connection for some seconds."""
        self._listener.refuse(seconds)
        self.reset()

    def _client_left(self) -> bool:
        try:
            return not self._channel.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
