"""The machine that the figures are from; nothing that would identify it."""

import os
import platform
from pathlib import Path

from odoo import release

from . import databases

_SETTINGS = ("shared_buffers", "fsync", "synchronous_commit")


def describe() -> dict[str, str]:
    [[postgresql]] = databases.query("postgres", "SHOW server_version")
    settings = [
        f"{name}={databases.query('postgres', f'SHOW {name}')[0][0]}"
        for name in _SETTINGS
    ]
    return {
        "processor": _first(Path("/proc/cpuinfo"), "model name") or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "Python": platform.python_version(),
        "PostgreSQL": f"{postgresql.split()[0]} ({', '.join(settings)})",
        "Odoo": release.version,
    }


def _memory() -> str:
    kib = _first(Path("/proc/meminfo"), "MemTotal").split()
    return f"{round(int(kib[0]) / 1024**2)} GiB" if kib else "unknown"


def _first(path: Path, name: str) -> str:
    """The value of the first line that begins with a name."""
    lines = path.read_text().splitlines() if path.is_file() else []
    values = (line.partition(":")[2] for line in lines if line.startswith(name))
    return next(values, "").strip()
