"""Tables and plot in docs/performance.md."""

from pathlib import Path

from . import plot, report
from .results import Results

_DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = _DOCS / "performance.md"
_PICTURE = _DOCS / "images" / "performance.svg"
BEGIN = "<!-- written by `make bench WRITE_DOCS=1`: from here -->"
END = "<!-- to here -->"


def write(results: Results, page: Path = PAGE, picture: Path = _PICTURE) -> None:
    """Put the results between the marks of the page, and draw them.

    :raise ValueError: the page has no marks
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page.name} does not say where the results go.")
    page.write_text(f"{before}{begin}\n\n{_text(results)}\n\n{end}{after}")
    picture.write_text(plot.draw(results))


def _text(results: Results) -> str:
    machine = "; ".join(f"{name} {value}" for name, value in results.machine.items())
    return "\n\n".join(
        [
            f"Machine: {machine}.",
            report.markdown(report.goals(results)),
            "![Products a second of each contender](images/performance.svg)",
            report.markdown(report.measures(results)),
        ]
    )
