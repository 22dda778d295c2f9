import socket
import ssl
from urllib.parse import urlsplit

import requests
import urllib3

from .errors import AnswerTimeout, ClientError, ConnectionFailed


def network_error(error: BaseException, url: str) -> ClientError:
    """The typed error for what ``requests``, urllib3 or the socket raised.

    :param url: what was asked
    """
    host = urlsplit(url).netloc
    chain = list(_causes(error))

    def caused_by(*types):
        return any(isinstance(cause, types) for cause in chain)

    # These first: urllib3's NewConnectionError counts as a ConnectTimeoutError.
    if caused_by(
        socket.gaierror,
        requests.exceptions.InvalidURL,
        urllib3.exceptions.LocationParseError,
    ):
        return ConnectionFailed(host=host, reason="dns")
    if caused_by(ConnectionRefusedError):
        return ConnectionFailed(host=host, reason="refused")
    # Not urllib3's ConnectTimeoutError: in 1.26 a refused connection is one, too.
    if caused_by(TimeoutError, requests.Timeout):
        return AnswerTimeout(host=host)
    if caused_by(ssl.SSLError, requests.exceptions.SSLError):
        return ConnectionFailed(host=host, reason="tls")
    return ConnectionFailed(host=host, reason="broken")


def _causes(error):
    """The error, what it wraps as its argument, and what it was raised from."""
    pending, seen = [error], set()
    while pending:
        current = pending.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__cause__, current.__context__, *current.args]
        pending.append(getattr(current, "reason", None))
