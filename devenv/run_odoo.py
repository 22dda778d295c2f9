"""Tests that Odoo itself runs."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import databases, ports, process, side_by_side, test_log, venv
from .console import say
from .lock import preparing
from .odoo import Runtime
from .outcome import Outcome
from .settings import in_ci
from .suites import Suite

#: each keeps a processor busy, and PostgreSQL another one for a part of the time
_AT_ONCE = min(2, os.cpu_count() or 1)


def run_suites(runtime: Runtime, suites: Sequence[Suite]) -> Iterator[Outcome]:
    """Run them side by side.

    :raise Stop: a database cannot be made
    """
    with preparing():
        for suite in suites:
            databases.prepare(runtime, suite.template)
            databases.copy(runtime, suite.template, suite.database)
    programs = [
        program(
            *(runtime, suite.database, f"Odoo runs the tests of {suite.addon}"),
            *(f"--init={','.join(suite.addons)}", f"--test-tags={suite.tags}"),
        )
        for suite in suites
    ]
    for ended in side_by_side.run(
        programs, at_once=_AT_ONCE, environment=runtime.environment
    ):
        yield judged(ended, skips_allowed=not in_ci(), warnings_allowed=False)


def program(
    runtime: Runtime, database: str, what: str, *options: str
) -> side_by_side.Program:
    """Odoo that runs tests in a database and ends.

    :param what: said to people, without the database
    :param options: that select and start the tests
    """
    rest = (f"--http-port={ports.free()}", "--stop-after-init")
    return side_by_side.Program(
        database, f"{what} in {database}", runtime.command(database, *options, *rest)
    )


def judged(
    ended: side_by_side.Ended, *, skips_allowed: bool, warnings_allowed: bool
) -> Outcome:
    """Say what its log tells of the tests."""
    database, log = ended.program.name, ended.program.log
    text = log.read_text(errors="replace")
    problems = test_log.problems(text, skips_allowed=skips_allowed)
    if ended.code and not problems:
        problems = [f"Odoo ended with the code {ended.code}."]
    is_clean = warnings_allowed or _is_clean(ended)
    say(f"{database}: {test_log.summary(text)}, {ended.seconds:.0f} s")
    for problem in problems:
        say(f"{problem} (log: {process.shown(log)})")
    counts = test_log.counts(text)
    code = 1 if problems or not is_clean else 0
    return Outcome(database, code, *counts, ended.seconds)


def _is_clean(ended: side_by_side.Ended) -> bool:
    """Whether the log has no warning and no error; shows each, with its traceback."""
    command: list[str | Path] = [
        *(venv.PYTHON, "-m", "checklog_odoo", "--no-echo"),
        *(f"--ignore={pattern}" for pattern in test_log.ALLOWED),
        ended.program.log,
    ]
    return subprocess.run(command, check=False).returncode == 0
