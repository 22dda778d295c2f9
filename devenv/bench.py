"""``make bench``: how fast the addon is, beside other ways to do the same work."""

import os
import subprocess
from collections.abc import Sequence

from . import venv
from .environment import prepared
from .lock import alone
from .paths import PROJECT


def bench(arguments: Sequence[str]) -> int:
    """Have Odoo and PostgreSQL, and run the benchmark, which makes its database itself.

    :param arguments: of ``python -m benchmarks run``
    :raise Stop: something is missing or fails before it
    """
    with alone("bench", "Another command runs the benchmark"), prepared() as runtime:
        child = subprocess.Popen(
            [venv.PYTHON, "-m", "benchmarks", "run", *arguments],
            cwd=PROJECT,
            env={**os.environ, **runtime.environment},
            stdin=subprocess.DEVNULL,
            # Ctrl-C is for us; it then stops its own children in order.
            start_new_session=True,
        )
        try:
            return child.wait()
        finally:
            child.terminate()
            child.wait()
