"""The command line."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from devenv.table import render

from . import report, results
from .scenarios import FULL, QUICK, scenarios

_LATEST = Path(".devenv") / "bench" / "latest.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure or compare; return the exit code."""
    options = _parser().parse_args(arguments)
    # Whoever stops it lets it clean up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(options.function(options))
    except ValueError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the addon beside other ways to do the same work.",
    )
    commands = parser.add_subparsers(required=True, metavar="run|compare")
    run = commands.add_parser("run", help="measure, as `make bench` does")
    run.add_argument(
        "--quick", action="store_true", help="little of everything, to try it"
    )
    run.add_argument(
        "--only",
        choices=[scenario.name for scenario in scenarios(FULL)],
        action="append",
        help="this scenario; may be repeated",
    )
    run.add_argument(
        "--json",
        type=Path,
        default=_LATEST,
        metavar="FILE",
        help="where the results go (%(default)s)",
    )
    run.add_argument(
        "--profiles",
        type=Path,
        metavar="FOLDER",
        help="profile one more repetition, for `python -m pstats`",
    )
    run.add_argument(
        "--write-docs",
        action="store_true",
        help="put tables and plot into docs/performance.md",
    )
    run.set_defaults(function=_run)
    compare = commands.add_parser("compare", help="show two results side by side")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.set_defaults(function=_compare)
    return parser


def _run(options: argparse.Namespace) -> int:
    from . import docs, run  # needs Odoo, and `compare` does not

    if options.quick and options.write_docs:
        raise ValueError("the page has the full sizes: leave out --quick.")
    scale = QUICK if options.quick else FULL
    try:
        measured = run.run(scale, options.only, options.profiles)
    except run.Failed as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    results.save(measured, options.json)
    print(f"\n{render(report.measures(measured))}\n\n{render(report.goals(measured))}")
    if not report.is_judged(measured):
        print("\nSmall sizes: the goals are those of `make bench`, without QUICK.")
    print(f"\nResults: {options.json}")
    if options.write_docs:
        docs.write(measured)
    return 0


def _compare(options: argparse.Namespace) -> int:
    table = report.comparison(results.load(options.before), results.load(options.after))
    print(render(table) if table else "The two have nothing in common.")
    return 0
