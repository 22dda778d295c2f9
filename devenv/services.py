"""Servers that run while a command does."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import process
from .console import Stop
from .paths import PROJECT

_PATIENCE = 60


class Service:
    """A process of ours that answers on an address."""

    def __init__(
        self, name: str, child: "subprocess.Popen[bytes]", address: str, log: Path
    ) -> None:
        self.name = name
        self.address = address
        self._child = child
        self._log = log

    def check(self) -> None:
        """:raise Stop: the process has ended; tells why, and where the log is"""
        if self._child.poll() is not None:
            raise Stop(
                f"{self.name} ended: {process.reason_in(self._log)} "
                f"(log: {process.shown(self._log)})"
            )

    def kill(self) -> None:
        """End it at once, as the system does when it is short of memory."""
        self._child.kill()
        self._child.wait()

    def wait(self, path: str = "/") -> None:
        """Wait until it answers.

        :raise Stop: it ended, or takes too long
        """
        deadline = time.monotonic() + _PATIENCE
        while not _answers(self.address + path):
            self.check()
            if time.monotonic() > deadline:
                raise Stop(
                    f"{self.name} does not answer on {self.address} "
                    f"(log: {process.shown(self._log)})"
                )
            time.sleep(0.1)


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    *,
    address: str,
    log: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """Run a server until the end of the block."""
    file = process.log_file(log)
    with file.open("wb") as output:
        child = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us; we then stop our children in order.
            start_new_session=True,
        )
    try:
        yield Service(name, child, address, file)
    finally:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answers(url: str) -> bool:
    # No proxy of the machine for our own address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
