"""What the measures say about the goals."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .scenarios import Goal
from .task import Measure


@dataclass(frozen=True)
class Row:
    """One contender's repetitions.

    :param products: how many it went through
    """

    scenario: str
    contender: str
    products: int
    measures: tuple[Measure, ...]

    def median(self, name: str) -> float:
        """Of one of the figures in :class:`Measure`."""
        values: list[float] = [getattr(measure, name) for measure in self.measures]
        return statistics.median(values)

    def per_second(self) -> float:
        return self.products / self.median("seconds")

    def spread(self) -> float:
        """From the fastest to the slowest repetition, as a share of the median."""
        seconds = [measure.seconds for measure in self.measures]
        return (max(seconds) - min(seconds)) / statistics.median(seconds)


@dataclass(frozen=True)
class Reached:
    """A goal and the values of the repetitions."""

    scenario: str
    goal: Goal
    values: tuple[float, ...]

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def is_met(self) -> bool:
        at_least, at_most = self.goal.at_least, self.goal.at_most
        return (at_least is None or self.value >= at_least) and (
            at_most is None or self.value <= at_most
        )

    @property
    def margin(self) -> float:
        """How many times better than asked; below 1 where it is not met."""
        if self.goal.at_least is not None:
            return self.value / self.goal.at_least
        return (self.goal.at_most or 0) / self.value if self.value > 0 else 1.0


def reached(scenario: str, goals: Sequence[Goal], rows: Sequence[Row]) -> list[Reached]:
    """Each repetition has its own ratio: what slows the machine slows both sides."""
    by_label = {row.contender: row for row in rows}
    return [Reached(scenario, goal, tuple(_values(goal, by_label))) for goal in goals]


def _values(goal: Goal, rows: dict[str, Row]) -> list[float]:
    of = rows[goal.of]
    to = rows[goal.to or goal.of]
    metric = _METRICS[goal.metric]
    return [
        metric(of.products, mine, to.products, other)
        for mine, other in zip(of.measures, to.measures, strict=True)
    ]


def _cost(products: int, mine: Measure, to_products: int, other: Measure) -> float:
    return (mine.seconds / products) / (other.seconds / to_products)


def _speed(products: int, mine: Measure, to_products: int, other: Measure) -> float:
    return 1 / _cost(products, mine, to_products, other)


#: (products, measure) of the one that has the goal, and of the one it is compared with
_METRICS: dict[str, Callable[[int, Measure, int, Measure], float]] = {
    "cost": _cost,
    "speed": _speed,
    "memory": lambda _n, mine, _m, other: (mine.peak_kib - other.peak_kib) / 1024,
    "sql_1": lambda products, mine, _m, _other: mine.statements / products,
    "sql_1000": lambda products, mine, _m, _other: 1000 * mine.statements / products,
    "conflicts": lambda _n, mine, _m, _other: mine.conflicts,
}
