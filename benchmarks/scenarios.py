"""What is measured: the rows of the table of budgets, with their contenders."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    :param peer: its module in ``peers``
    :param told: how many products it is told to look at; 0 where it finds all of them
        by itself
    :param products: where it has another number of products than the scenario
    :param processes: how many share the backends
    :param fresh: a new process for each repetition, not warmed up
    :param settings: integer columns of the backends
    """

    label: str
    peer: str
    told: int = 0
    products: int = 0
    processes: int = 1
    fresh: bool = False
    settings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Goal:
    """What is to be reached; see ``goals`` for the metrics.

    :param of: label of the contender that has the goal
    :param to: label of the one it is compared with, if any
    """

    what: str
    metric: str
    of: str
    to: str = ""
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Scenario:
    """Contenders that do the same work in turns.

    :param every: every how many products the stock differs from the API; 0 for never
    :param latency: milliseconds that each request waits
    :param parts: how many backends share the products, at one location
    :param has_list: whether the API has a list
    """

    name: str
    title: str
    products: int
    contenders: tuple[Contender, ...]
    goals: tuple[Goal, ...]
    every: int = 0
    latency: int = 0
    parts: int = 1
    has_list: bool = True


@dataclass(frozen=True)
class Scale:
    """How much of it.

    :param large, small: products of a large and of a small catalogue
    :param few: products in the smallest run
    :param changed: products of which all change
    :param slow: products of an API that is asked about one after the other
    :param told: products that the textbook loop is run on
    :param told_slow: the same where each request waits
    """

    name: str
    large: int
    small: int
    few: int
    changed: int
    slow: int
    told: int
    told_slow: int
    repetitions: int


FULL = Scale(
    name="full",
    large=100_000,
    small=10_000,
    few=1_000,
    changed=5_000,
    slow=3_000,
    told=1_000,
    told_slow=500,
    repetitions=3,
)
QUICK = Scale(
    name="quick",
    large=5_000,
    small=1_000,
    few=500,
    changed=500,
    slow=500,
    told=100,
    told_slow=50,
    repetitions=1,
)


def scenarios(scale: Scale) -> tuple[Scenario, ...]:
    """All of them, in the order of the table."""
    ours = Contender("addon", "ours")
    textbook = Contender("textbook loop (A)", "textbook", told=scale.told)
    slow_textbook = Contender("textbook loop (A)", "textbook", told=scale.told_slow)
    bulk = Contender("Odoo's bulk path (B)", "bulk", told=scale.changed)
    best = Contender("best public call (W)", "best_public", told=scale.changed)
    floor = Contender("floor (L)", "floor")
    at_once_8 = Contender("addon, 8 at once", "ours", settings={"concurrency": 8})
    at_once_32 = Contender("addon, 32 at once", "ours", settings={"concurrency": 32})
    direct = Contender("addon, called directly", "ours", settings={"concurrency": 8})
    scheduled = Contender(
        "addon, through the scheduler", "scheduled", settings={"concurrency": 8}
    )
    one = Contender("addon, one process", "ours_by_backend")
    two = Contender("addon, two processes", "ours_by_backend", processes=2)
    small = Contender(f"addon, {scale.small:,}", "ours", products=scale.small)
    fresh = Contender("addon, new process", "ours", fresh=True)
    few = Contender(
        f"addon, new process, {scale.few:,}",
        "ours",
        products=scale.few,
        fresh=True,
    )
    return (
        Scenario(
            "unchanged",
            "list API, nothing changed",
            scale.large,
            (ours, small, textbook, floor),
            (
                _times(ours, textbook, 350),
                Goal("time, of L", "cost", ours.label, floor.label, at_most=2.5),
                Goal(
                    f"time per product, of {scale.small:,}",
                    "cost",
                    ours.label,
                    small.label,
                    at_most=1.1,
                ),
                Goal("SQL per 1,000 products", "sql_1000", ours.label, at_most=3),
            ),
        ),
        Scenario(
            "few_changed",
            "list API, 1 % changed",
            scale.large,
            (ours, textbook),
            (_times(ours, textbook, 110),),
            every=100,
        ),
        Scenario(
            "all_changed",
            "list API, all changed",
            scale.changed,
            (ours, textbook, bulk, best),
            (
                _times(ours, textbook, 10),
                _times(ours, bulk, 2),
                _times(ours, best, 1.4),
                Goal("SQL per product", "sql_1", ours.label, at_most=0.5),
            ),
            every=1,
        ),
        Scenario(
            "two_processes",
            "two processes, one location, all changed",
            scale.changed,
            (one, two),
            (
                Goal("× one process", "speed", two.label, one.label, at_least=1.7),
                Goal("serialization failures", "conflicts", two.label, at_most=0),
            ),
            every=1,
            parts=2,
        ),
        Scenario(
            "items",
            "API without a list, 50 ms, nothing changed",
            scale.slow,
            (at_once_8, at_once_32, slow_textbook),
            (
                _times(at_once_8, slow_textbook, 8),
                _times(at_once_32, slow_textbook, 30),
            ),
            latency=50,
            has_list=False,
        ),
        Scenario(
            "items_changed",
            "API without a list, 50 ms, all changed",
            scale.slow,
            (at_once_32, slow_textbook),
            (_times(at_once_32, slow_textbook, 20),),
            every=1,
            latency=50,
            has_list=False,
        ),
        Scenario(
            "scheduler",
            "API without a list, 50 ms, scheduler of a server",
            scale.slow,
            (direct, scheduled),
            (
                Goal(
                    "time, of the direct call",
                    "cost",
                    scheduled.label,
                    direct.label,
                    at_most=1.2,
                ),
            ),
            latency=50,
            has_list=False,
        ),
        Scenario(
            "memory",
            "memory, large against few",
            scale.large,
            (fresh, few),
            (Goal("MiB more", "memory", fresh.label, few.label, at_most=16),),
        ),
    )


def _times(ours: Contender, peer: Contender, at_least: float) -> Goal:
    return Goal(
        f"{ours.label.removeprefix('addon, ')}: × {peer.label}"
        if ours.label != "addon"
        else f"× {peer.label}",
        "speed",
        ours.label,
        peer.label,
        at_least=at_least,
    )
