"""How tests went, for people."""

from collections.abc import Sequence
from typing import NamedTuple

from . import table
from .console import say


class Outcome(NamedTuple):
    """How one run of tests went.

    :param code: 0 where all is well; else pytest's exit code, or 1
    """

    name: str
    code: int
    passed: int
    failed: int
    skipped: int
    seconds: float


def tell(outcomes: Sequence[Outcome]) -> None:
    """Show a table, and in the last line the total."""
    rows = [
        {
            "tests": outcome.name,
            "passed": outcome.passed,
            "failed": outcome.failed,
            "skipped": outcome.skipped,
            "seconds": round(outcome.seconds),
            "": "failed" if outcome.code else "",
        }
        for outcome in outcomes
    ]
    say(f"\n{table.render(rows)}\n\n{total(outcomes)}")


def total(outcomes: Sequence[Outcome]) -> str:
    """All of them together, as pytest says it."""
    counts = {
        "failed": sum(outcome.failed for outcome in outcomes),
        "passed": sum(outcome.passed for outcome in outcomes),
        "skipped": sum(outcome.skipped for outcome in outcomes),
    }
    shown = [f"{count} {what}" for what, count in counts.items() if count]
    return f"In all: {', '.join(shown) or 'no test ran'}"
