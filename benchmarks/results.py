"""The results of a run, in a file, to compare runs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .goals import Reached, Row
from .scenarios import Goal
from .task import Measure


@dataclass(frozen=True)
class Results:
    """:param titles: of the scenarios, by name"""

    scale: str
    machine: dict[str, str]
    titles: dict[str, str]
    rows: Sequence[Row]
    reached: Sequence[Reached]


def save(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(results), indent=1) + "\n")


def load(path: Path) -> Results:
    """:raise ValueError: it is no file of results"""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        return Results(
            scale=content["scale"],
            machine=content["machine"],
            titles=content["titles"],
            rows=[
                Row(
                    row["scenario"],
                    row["contender"],
                    row["products"],
                    tuple(Measure(**measure) for measure in row["measures"]),
                )
                for row in content["rows"]
            ],
            reached=[
                Reached(one["scenario"], Goal(**one["goal"]), tuple(one["values"]))
                for one in content["reached"]
            ],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no file of results: {error!r}") from None
