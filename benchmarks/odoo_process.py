"""What happens in a process that has Odoo; see ``worker``."""

import contextlib
import cProfile
import gc
import importlib
import logging
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import config

from . import dataset
from .task import Dataset, Measure, Task

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def start() -> None:
    """Have Odoo's configuration, from the file that ODOO_RC names."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    config.parse_config([], setup_logging=False)


def prepare(database: str, **options: Any) -> Dataset:
    """Fill a database; see :func:`dataset.prepare`."""
    return dataset.prepare(Registry(database), **options)


def forget(database: str) -> None:
    """Leave a database, which is about to be replaced by another with its name."""
    sql_db.close_db(database)
    if database in Registry.registries:
        Registry(database).clear_all_caches()


def measure(peer: str, task: Task) -> Measure:
    """Let a contender do its work once."""
    run = importlib.import_module(f"benchmarks.peers.{peer}").run
    registry = Registry(task.database)
    gc.collect()
    _reset_peak()
    statements = sql_db.sql_counter
    with _conflicts() as conflicts:
        cpu, start = time.process_time(), time.perf_counter()
        calls = run(registry, task)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return Measure(
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        statements=sql_db.sql_counter - statements,
        calls=calls,
        peak_kib=_peak_kib(),
        conflicts=len(conflicts),
    )


def profile(peer: str, task: Task, file: Path) -> Measure:
    """The same under Python's profiler, which makes it slower."""
    profiler = cProfile.Profile()
    result = profiler.runcall(measure, peer, task)
    profiler.dump_stats(file)
    return result


@contextlib.contextmanager
def _conflicts() -> Iterator[list[BaseException]]:
    """Collect what PostgreSQL refuses because of another transaction."""
    found: list[BaseException] = []
    execute = sql_db.Cursor.execute

    def watched(*args: Any, **kwargs: Any) -> None:
        try:
            execute(*args, **kwargs)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            found.append(error)
            raise

    sql_db.Cursor.execute = watched
    try:
        yield found
    finally:
        sql_db.Cursor.execute = execute


def _reset_peak() -> None:
    # Linux alone can do it; elsewhere the peak is that of all repetitions.
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5")


def _peak_kib() -> int:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
