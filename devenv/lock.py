"""Locks between commands. The system releases them, however a command ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from .console import Stop, say
from .paths import STATE


def _open(name: str) -> int:
    STATE.mkdir(exist_ok=True)
    return os.open(STATE / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)


def _owner(file: int) -> str:
    return os.pread(file, 20, 0).decode().strip() or "?"


def _sign(file: int) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode(), 0)


@contextmanager
def preparing() -> Iterator[None]:
    """One command at a time prepares things; the others wait for it."""
    file = _open("prepare")
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another command (process {_owner(file)}) to prepare …")
            fcntl.flock(file, fcntl.LOCK_EX)
        _sign(file)
        yield
    finally:
        os.close(file)


@contextmanager
def alone(name: str, refusal: str) -> Iterator[None]:
    """Hold ``name``, or refuse.

    :raise Stop: another command holds it
    """
    file = _open(name)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"{refusal} (process {_owner(file)}).") from None
        _sign(file)
        yield
    finally:
        os.close(file)


class Users:
    """The commands that use something together, to know which one is the last."""

    def __init__(self, name: str) -> None:
        self._file = _open(name)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    @contextmanager
    def leave(self) -> Iterator[bool]:
        """Whether this is the last one; others wait to join until the end."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True
        except BlockingIOError:
            yield False
        finally:
            os.close(self._file)
