"""``make bench``: how fast the addon is, beside other ways to do the same work."""

import os
import subprocess
from collections.abc import Sequence

from benchmarks.scenarios import FULL, QUICK

from . import databases, venv
from .environment import prepared
from .lock import alone, preparing
from .paths import PROJECT


def bench(arguments: Sequence[str]) -> int:
    """Prepare what the benchmark needs, and run it.

    :param arguments: of ``python -m benchmarks run``
    :raise Stop: something is missing or fails before it
    """
    scale = QUICK if "--quick" in arguments else FULL
    with alone("bench", "Another command runs the benchmark"), prepared() as runtime:
        with preparing():
            template = databases.bench_template(runtime, scale.large)
        child = subprocess.Popen(
            [venv.PYTHON, "-m", "benchmarks", "run", template, *arguments],
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
