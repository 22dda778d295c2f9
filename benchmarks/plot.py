"""A bar chart as SVG, by hand: no library is worth one picture."""

import math
from html import escape

from .goals import Row
from .results import Results

_WIDTH, _LEFT, _RIGHT = 760, 200, 70
_BAR, _GAP = 16, 30
_OURS, _OTHERS = "#714b67", "#b8b8c8"


def draw(results: Results) -> str:
    """Products a second of each row, by scenario, on a scale of powers of ten."""
    low = math.floor(min(math.log10(row.per_second()) for row in results.rows))
    high = math.ceil(max(math.log10(row.per_second()) for row in results.rows))
    unit = (_WIDTH - _LEFT - _RIGHT) / max(1, high - low)
    parts: list[str] = []
    y, scenario = 10, ""
    for row in results.rows:
        if row.scenario != scenario:
            scenario = row.scenario
            y += _GAP
            title = escape(results.titles[scenario])
            parts.append(f'<text x="4" y="{y - 6}" font-weight="bold">{title}</text>')
        parts.append(_bar(row, y, unit * (math.log10(row.per_second()) - low)))
        y += _BAR + 2
    height = y + 24
    grid = [
        f'<path d="M{x:.0f} 20V{y + 4}" stroke="#ddd"/>'
        f'<text x="{x:.0f}" y="{y + 18}" text-anchor="middle">{10**power:,}</text>'
        for power in range(low, high + 1)
        for x in [_LEFT + unit * (power - low)]
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" '
            f'height="{height}" viewBox="0 0 {_WIDTH} {height}" '
            'font-family="sans-serif" font-size="11">',
            "<title>Products a second</title>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            *grid,
            *parts,
            "</svg>\n",
        ]
    )


def _bar(row: Row, y: int, length: float) -> str:
    color = _OURS if row.contender.startswith("addon") else _OTHERS
    middle = y + _BAR - 4
    return (
        f'<text x="{_LEFT - 6}" y="{middle}" text-anchor="end">'
        f"{escape(row.contender)}</text>"
        f'<rect x="{_LEFT}" y="{y}" width="{max(1, length):.0f}" height="{_BAR}" '
        f'fill="{color}"/>'
        f'<text x="{_LEFT + max(1, length) + 4:.0f}" y="{middle}">'
        f"{row.per_second():,.0f}</text>"
    )
