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
    running: list[tuple[Program, subprocess.Popen[bytes], float]] = []
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                program = waiting.pop(0)
                say(f"{program.what} …")
                child = _start(program, environment)
                running.append((program, child, time.monotonic()))
            time.sleep(0.1)
            for entry in running.copy():
                program, child, start = entry
                code = child.poll()
                if code is not None:
                    running.remove(entry)
                    yield Ended(program, code, time.monotonic() - start)
    finally:
        for _program, child, _start_time in running:
            child.terminate()
        for _program, child, _start_time in running:
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
