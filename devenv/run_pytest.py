"""Tests that pytest runs."""

import os
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import venv
from .console import say
from .outcome import Outcome
from .paths import LOGS, PROJECT
from .settings import in_ci

NO_TESTS = 5  # pytest's exit code


def run(
    name: str, arguments: Sequence[str | Path], environment: Mapping[str, str]
) -> Outcome:
    """Run pytest, which shows how it goes.

    :param name: of the tests, for people and for the file with the results
    """
    report = LOGS / f"pytest-{name}.xml"
    LOGS.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    start = time.monotonic()
    code = subprocess.run(
        [venv.PYTHON, "-m", "pytest", f"--junitxml={report}", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        check=False,
    ).returncode
    seconds = time.monotonic() - start
    passed, failed, skipped = _counts(report)
    if not code and in_ci() and skipped:
        say("A test was skipped, which CI does not allow.")
        code = 1
    return Outcome(f"pytest {name}", code, passed, failed, skipped, seconds)


def _counts(report: Path) -> tuple[int, int, int]:
    """How many passed, failed and were skipped, of those that pytest tells of."""
    if not report.exists():  # pytest has refused its command line
        return 0, 0, 0
    root = ElementTree.parse(report).getroot()
    outcomes = [{child.tag for child in case} for case in root.iter("testcase")]
    failed = sum(bool(tags & {"failure", "error"}) for tags in outcomes)
    # also within a test that has passed otherwise
    skipped = sum(int(suite.get("skipped", "0")) for suite in root.iter("testsuite"))
    skips = sum("skipped" in tags for tags in outcomes)
    return len(outcomes) - failed - skips, failed, skipped
