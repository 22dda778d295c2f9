"""Processes of Odoo's that a test speaks with, line by line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scheduled_odoo import ScheduledOdoo

from devenv import process
from devenv.paths import PROJECT


@contextmanager
def child(
    odoo: ScheduledOdoo, script: str, *arguments: object, log: Path
) -> Iterator["subprocess.Popen[str]"]:
    """Run a script of this folder on a database."""
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [
                *(sys.executable, Path(__file__).with_name(script)),
                *(odoo.name, *map(str, arguments)),
            ],
            cwd=PROJECT,
            env={**os.environ, **odoo.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as running,
    ):
        try:
            yield running
        finally:
            running.kill()


def log_of(odoo: ScheduledOdoo, script: str, number: int) -> Path:
    return process.log_file(f"{odoo.name}-{Path(script).stem}-{number}")
