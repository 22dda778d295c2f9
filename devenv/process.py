"""Running programs."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from .console import Stop
from .paths import LOGS, PROJECT


def require(program: str, package: str, otherwise: str = "") -> None:
    """Check that a program of the system is there.

    :raise Stop: it is not; names the package that has it
    """
    if shutil.which(program) is None:
        ways = f"the package {package} {otherwise}".strip()
        raise Stop(f"{program} is missing: install {ways}.")


def log_file(name: str) -> Path:
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def shown(path: Path) -> str:
    """A path as short as it can be written from the project's folder."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def reason_in(log: Path) -> str:
    """The last line of a log that speaks of an error, else its last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    errors = [
        line
        for line in lines
        if "error" in line.lower() or line.startswith(("E:", "CRITICAL", "fatal"))
        if not line.startswith("WARNING")
    ]
    return (errors or lines or ["no output"])[-1][:300]


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    directory: Path = PROJECT,
    stdin: IO[Any] | int | None = subprocess.DEVNULL,
    **options: Any,
) -> None:
    """Run a command, its output going to ``log``.

    :raise Stop: it failed; tells why in a line, and where the log is
    """
    with log.open("w") as output:
        result = subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **options,
        )
    if result.returncode:
        raise Stop(f"{what} failed: {reason_in(log)} (log: {shown(log)})")
