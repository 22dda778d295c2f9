"""Programs that run at the same time, each with a log of its own."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from . import process
from .console import say
from .paths import PROJECT


class Program(NamedTuple):
    """
    :param name: of its log
    :param what: said when it starts
    """

    name: str
    what: str
    command: Sequence[str | Path]

    @property
    def log(self) -> Path:
        return process.log_file(self.name)


class Ended(NamedTuple):
    program: Program
    code: int
    seconds: float


def run(
    programs: Sequence[Program], *, at_once: int, environment: Mapping[str, str]
) -> Iterator[Ended]:
    """Run them in their order and tell of each when it has ended.

    :param at_once: how many of them run at the same time
    """
    waiting = list(programs)
    running: dict[Program, tuple[subprocess.Popen[bytes], float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                program = waiting.pop(0)
                say(f"{program.what} …")
                running[program] = (_start(program, environment), time.monotonic())
            time.sleep(0.1)
            for program, (child, start) in list(running.items()):
                code = child.poll()
                if code is not None:
                    del running[program]
                    yield Ended(program, code, time.monotonic() - start)
    finally:
        for child, _start_time in running.values():
            child.terminate()
        for child, _start_time in running.values():
            child.wait()


def _start(
    program: Program, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    with program.log.open("wb") as output:
        return subprocess.Popen(
            program.command,
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
