import threading

from .errors import ClientError


class Outage:
    """Whether asking about the next thing still makes sense."""

    #: this many failures in a row that are the API's, not that of what was asked
    LIMIT = 10

    def __init__(self):
        self._in_a_row = 0
        self._lock = threading.Lock()

    def is_certain_after(self, error: ClientError | None) -> bool:
        """:param error: None for an answer that is none"""
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if error and error.systemic else 0
            failing = self._in_a_row >= self.LIMIT
        return failing or bool(error and error.stops_run)
