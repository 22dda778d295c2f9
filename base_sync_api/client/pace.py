"""Turns among threads: requests and urllib3 have no such thing."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

#: takes the next of the turns that others take, too; see :class:`Pace`
TakeTurn = Callable[[float], float | None]


class Pace:
    """Spreads requests evenly in time, whatever thread they come from.

    To be used as a context manager where other clients take turns, too.

    :param per_second: how many may be sent; 0 for no limit
    :param shared: opens turns that are shared with other clients of the same API, in
        whatever process. What it yields is called with the seconds between two turns,
        in any thread, by one at a time; it returns the seconds until the next turn, or
        None where it cannot tell
    """

    def __init__(
        self,
        per_second: float,
        shared: Callable[[], AbstractContextManager[TakeTurn]] | None = None,
    ):
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self._shared = shared
        self._take: TakeTurn | None = None
        self._opened = ExitStack()

    def __enter__(self):
        if self._interval and self._shared:
            self._take = self._opened.enter_context(self._shared())
        return self

    def __exit__(self, *exc_info):
        with self._lock:
            self._take = None
            self._opened.close()

    def reserve(self) -> float:
        """Take the next turn.

        :return: the seconds until it comes
        """
        with self._lock:
            wait = self._take(self._interval) if self._take else None
            now = time.monotonic()
            turn = max(now, self._next) if wait is None else now + wait
            self._next = turn + self._interval
        return turn - now
