"""All scenarios, one after the other."""

from collections.abc import Collection
from pathlib import Path

from devenv.console import Stop
from devenv.environment import prepared
from devenv.lock import preparing

from . import machine, template
from .goals import Row, reached
from .harness import Harness
from .results import Results
from .scenarios import Scale, scenarios
from .verify import WrongResult
from .worker import WorkerFailed

Failed = (Stop, WrongResult, WorkerFailed)


def run(
    scale: Scale,
    only: Collection[str] | None = None,
    profiles: Path | None = None,
) -> Results:
    """Measure, telling on the way how it goes.

    :param only: names of scenarios; by default all
    :param profiles: a folder for profiles, if they are wanted
    :raise Stop: the database with the products cannot be made
    :raise WrongResult: a quantity in Odoo is wrong afterwards
    :raise WorkerFailed: a contender did not get to the end
    """
    chosen = [one for one in scenarios(scale) if not only or one.name in only]
    rows: list[Row] = []
    goals = []
    with prepared() as runtime, preparing():
        database = template.prepare(runtime, scale.large)
    with Harness(database, lambda text: print(text, flush=True), profiles) as harness:
        for scenario in chosen:
            measured = harness.run(scenario, scale.repetitions)
            rows += measured
            goals += reached(scenario.name, scenario.goals, measured)
    return Results(
        scale=scale.name,
        machine=machine.describe(),
        titles={scenario.name: scenario.title for scenario in chosen},
        rows=rows,
        reached=goals,
    )
