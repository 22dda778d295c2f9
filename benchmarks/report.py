"""Tables for people."""

from collections.abc import Mapping, Sequence

from .goals import Reached
from .results import Results
from .scenarios import FULL

Table = list[dict[str, str]]


def measures(results: Results) -> Table:
    """What each contender took."""
    return [
        {
            "work": results.titles[row.scenario],
            "who": row.contender,
            "products": f"{row.products:,}",
            "seconds": f"{row.median('seconds'):.2f}",
            "spread": f"{row.spread():.0%}",
            "products/s": f"{row.per_second():,.0f}",
            "of it CPU": f"{row.median('cpu_seconds') / row.median('seconds'):.0%}",
            "SQL/product": _significant(row.median("statements") / row.products),
            "HTTP calls": f"{row.median('calls'):,.0f}",
            "peak MiB": f"{row.median('peak_kib') / 1024:.0f}",
        }
        for row in results.rows
    ]


def goals(results: Results) -> Table:
    """What was to be reached, and what was.

    The goals are those of the full sizes: other sizes are not judged by them.
    """
    return [
        {
            "work": results.titles[one.scenario],
            "figure": one.goal.what,
            **({"goal": _bound(one)} if is_judged(results) else {}),
            "reached": _significant(one.value),
            "from – to": f"{_significant(min(one.values))} – "
            f"{_significant(max(one.values))}",
            **({"": _verdict(one)} if is_judged(results) else {}),
        }
        for one in results.reached
    ]


def is_judged(results: Results) -> bool:
    """Whether the goals say something about these sizes."""
    return results.scale == FULL.name


def comparison(before: Results, after: Results) -> Table:
    """Goals and speeds of two runs, where both have them.

    Only the goals, which are ratios of one run, say something about the code: the same
    machine is at times a quarter slower.
    """
    old_goals = {(one.scenario, one.goal.what): one for one in before.reached}
    old_rows = {(row.scenario, row.contender): row for row in before.rows}
    table = []
    for one in after.reached:
        old = old_goals.get((one.scenario, one.goal.what))
        if old:
            table.append(
                _change(after, one.scenario, one.goal.what, old.value, one.value)
            )
    for row in after.rows:
        old_row = old_rows.get((row.scenario, row.contender))
        if old_row:
            what = f"{row.contender}, products/s"
            values = old_row.per_second(), row.per_second()
            table.append(_change(after, row.scenario, what, *values))
    return table


def markdown(table: Sequence[Mapping[str, str]]) -> str:
    """As a table of Markdown, numbers to the right."""
    if not table:
        return ""
    columns = list(table[0])
    rules = ["---" if column in _TEXTS else "---:" for column in columns]
    lines = [columns, rules, *([row[column] for column in columns] for row in table)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


_TEXTS = {"work", "who", "figure", ""}


def _change(
    results: Results, scenario: str, what: str, old: float, new: float
) -> dict[str, str]:
    return {
        "work": results.titles[scenario],
        "figure": what,
        "before": _significant(old),
        "after": _significant(new),
        "change": f"{(new - old) / old:+.0%}" if old else "",
    }


def _verdict(one: Reached) -> str:
    return f"{'✓' if one.is_met else '✗'} {one.margin:.2f} ×"


def _bound(one: Reached) -> str:
    if one.goal.at_least is not None:
        return f"≥ {one.goal.at_least:g}"
    return f"≤ {one.goal.at_most:g}"


def _significant(value: float) -> str:
    """Three digits, without powers of ten."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
