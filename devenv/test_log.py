"""What Odoo's log says of its tests."""

import re

# Warnings that are not about the addon; regular expressions.
ALLOWED: tuple[str, ...] = ()

_SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
_SKIP = re.compile(r"^.* INFO .*: (skipped \S.* : .*)$", re.MULTILINE)


def summary(log: str) -> str:
    """Odoo's own closing line."""
    found = list(_SUMMARY.finditer(log))
    return found[-1][0] if found else "Odoo ran no test."


def counts(log: str) -> tuple[int, int, int]:
    """How many tests passed, failed and were skipped."""
    found = list(_SUMMARY.finditer(log))
    if not found:
        return 0, 0, 0
    failures, errors, tests = map(int, found[-1].groups())
    skipped = len(_SKIP.findall(log))
    return tests - failures - errors - skipped, failures + errors, skipped


def problems(log: str, *, skips_allowed: bool) -> list[str]:
    """What is wrong with a run, apart from logged warnings and errors."""
    found = list(_SUMMARY.finditer(log))
    if not found or found[-1][3] == "0":
        return ["Odoo ran no test."]
    if skips_allowed:
        return []
    return [f"Not allowed in CI: {skip}" for skip in _SKIP.findall(log)]
