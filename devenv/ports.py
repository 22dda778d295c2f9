"""TCP ports of this machine."""

import socket

from .console import Stop

HOST = "127.0.0.1"


def require_free(port: int, variable: str, user: str) -> None:
    """:raise Stop: something listens there; tells how to choose another port"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        # Connections that were closed a moment ago do not count.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except PermissionError:
            reason = "is reserved to root"
        except OSError:
            reason = "is in use"
        else:
            return
    raise Stop(
        f"Port {port}, for {user}, {reason}: choose another, "
        f"e.g. {variable}={_suggestion(port)}."
    )


def _suggestion(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 8070


def free() -> int:
    """A port that nothing uses at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        candidate.bind((HOST, 0))
        return int(candidate.getsockname()[1])
