"""A table in the terminal."""

from collections.abc import Mapping, Sequence


def render(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows under their keys; numbers to the right, without useless zeros."""
    if not rows:
        return ""
    columns = list(rows[0])
    cells = [columns, *([_text(row[c]) for c in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    numeric = [isinstance(rows[0][column], int | float) for column in columns]
    lines = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)
