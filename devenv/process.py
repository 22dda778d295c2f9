"""Running programs."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from .console import Stop
from .paths import LOGS, PROJECT

_FULL_DISK = 16 * 1024**2
_NO_NETWORK = re.compile(
    r"name resolution|could not resolve|temporary failure resolving"
    r"|network is unreachable|failed to establish a new connection"
    r"|could not connect to|cannot initiate the connection|connection timed out",
    re.IGNORECASE,
)


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
    """Why a command failed, from its log.

    That is the last line that speaks of an error, else the last line, unless the cause
    is one that such lines hide.
    """
    if shutil.disk_usage(log.parent).free < _FULL_DISK:
        return "the disk is full"
    text = log.read_text(errors="replace")
    if _NO_NETWORK.search(text):
        return "the network, or the server asked, cannot be reached"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [
        line
        for line in lines
        if "error" in line.lower() or line.startswith(("E:", "FATAL", "tar:"))
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
