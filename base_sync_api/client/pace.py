"""Turns among threads: requests and urllib3 have no such thing."""

import threading
import time


class Pace:
    """Spreads requests evenly in time, whatever thread they come from.

    :param per_second: how many may be sent; 0 for no limit
    """

    def __init__(self, per_second: float):
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next turn.

        :return: the seconds until it comes
        """
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._interval
        return turn - now
