"""What the user reads."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stop(Exception):
    """A foreseeable failure: shown as one line, without a traceback."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def say(message: str = "") -> None:
    print(message, flush=True)


def complain(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


@contextmanager
def step(message: str) -> Iterator[None]:
    """Tell what is being done, then on the same line how long it took."""
    start = time.monotonic()
    print(f"{message} …", end="", flush=True)
    end = ""
    try:
        yield
        end = f" {time.monotonic() - start:.0f} s"
    finally:
        print(end, flush=True)
