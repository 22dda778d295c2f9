"""Lets the contenders of a scenario do the same work in turns."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from . import databases, mock
from .goals import Row
from .scenarios import Contender, Scenario
from .task import Dataset, Measure, Task
from .verify import verify
from .worker import Worker

_DATABASE = "stock_sync_bench"
_PAGE_SIZE = 1000
_FILLED = "stock_quant, stock_sync_binding, stock_sync_level"
#: products that a contender which is told what to do warms up with
_WARM_UP = 20


@dataclass
class _Site:
    """A mock API, and a database that differs from it as the scenario says.

    :param base: the database as it was set up
    :param work: the copy of it that is worked on
    """

    base: str
    work: str
    address: str
    dataset: Dataset


class Harness:
    """Runs scenarios; to be used as a context manager.

    :param template: a database with the addon and the products
    :param say: tells people how it goes
    :param profiles: a folder for profiles of one more repetition, which is not counted
    """

    def __init__(
        self,
        template: str,
        say: Callable[[str], None],
        profiles: Path | None = None,
    ) -> None:
        self._template = template
        self._say = say
        self._profiles = profiles
        self._workers: dict[tuple[str, int], Worker] = {}
        self._databases: set[str] = set()

    def __enter__(self) -> "Harness":
        return self

    def __exit__(self, *_exc_info: object) -> None:
        for worker in self._workers.values():
            worker.close()
        for name in self._databases:
            databases.drop(name)

    def run(self, scenario: Scenario, repetitions: int) -> list[Row]:
        """Warm up, then repeat, each time in another order.

        :raise WrongResult: a quantity in Odoo is wrong afterwards
        :raise WorkerFailed: a contender did not get to the end
        """
        self._say(f"{scenario.title}:")
        contenders = scenario.contenders
        sizes = {contender.products or scenario.products for contender in contenders}
        measures: dict[str, list[Measure]] = {c.label: [] for c in contenders}
        with ExitStack() as stack:
            sites = {
                products: stack.enter_context(self._site(scenario, products, number))
                for number, products in enumerate(sorted(sizes, reverse=True))
            }

            def measure(contender: Contender, profile: Path | None = None) -> Measure:
                site = sites[contender.products or scenario.products]
                if scenario.every:
                    self._copy(site.base, site.work)
                return self._measure(contender, site, profile)

            for contender in contenders:
                if not contender.fresh:
                    measure(replace(contender, told=min(contender.told, _WARM_UP)))
            for repetition in range(repetitions):
                turn = repetition % len(contenders)
                for contender in contenders[turn:] + contenders[:turn]:
                    measured = measure(contender)
                    measures[contender.label].append(measured)
                    self._say(f"  {contender.label}: {measured.seconds:.2f} s")
            if self._profiles:
                self._profiles.mkdir(parents=True, exist_ok=True)
                for contender in contenders:
                    name = f"{scenario.name} - {contender.label}"
                    measure(contender, self._profiles / name)
        return [
            Row(
                scenario=scenario.name,
                contender=contender.label,
                products=contender.told or contender.products or scenario.products,
                measures=tuple(measures[contender.label]),
            )
            for contender in contenders
        ]

    @contextmanager
    def _site(self, scenario: Scenario, products: int, number: int) -> Iterator[_Site]:
        base, work = (f"{_DATABASE}_{kind}_{number}" for kind in ("base", "work"))
        with mock.serving(products // scenario.parts, scenario.latency) as address:
            self._copy(self._template, base)
            dataset = self._worker("ours", 0).call(
                "prepare",
                base,
                levels=mock.levels(address),
                parts=scenario.parts,
                every=scenario.every,
                settings=_backend_settings(scenario, address),
            )
            self._forget(base)
            databases.query(base, f"VACUUM ANALYZE {_FILLED}")
            self._copy(base, work)
            yield _Site(base, work, address, dataset)

    def _measure(
        self, contender: Contender, site: _Site, profile: Path | None
    ) -> Measure:
        targets = dict(itertools.islice(site.dataset.targets.items(), contender.told))
        for name, value in contender.settings.items():
            databases.query(site.work, f"UPDATE sync_backend SET {name} = %s", value)
        workers = [
            Worker() if contender.fresh else self._worker(contender.peer, number)
            for number in range(contender.processes)
        ]
        backend_ids = site.dataset.backend_ids
        for number, worker in enumerate(workers):
            task = Task(
                database=site.work,
                base_url=site.address,
                location_id=site.dataset.location_id,
                user_id=site.dataset.user_id,
                backend_ids=backend_ids[number :: contender.processes],
                page_size=_PAGE_SIZE,
                targets=targets,
            )
            if profile:
                file = profile.with_name(f"{profile.name} {number}.prof")
                worker.start("profile", contender.peer, task, file)
            else:
                worker.start("measure", contender.peer, task)
        measures = [worker.result() for worker in workers]
        if contender.fresh:
            for worker in workers:
                worker.close()
        verify(site.work, site.dataset, targets or site.dataset.targets)
        return _together(measures)

    def _worker(self, peer: str, number: int) -> Worker:
        key = (peer, number)
        if key not in self._workers:
            self._workers[key] = Worker()
        return self._workers[key]

    def _copy(self, template: str, name: str) -> None:
        self._forget(name)
        databases.copy(template, name)
        self._databases.add(name)

    def _forget(self, name: str) -> None:
        for worker in self._workers.values():
            worker.call("forget", name)


def _backend_settings(scenario: Scenario, address: str) -> dict[str, object]:
    settings: dict[str, object] = {"base_url": address}
    if scenario.has_list:
        settings.update(
            request_mode="list",
            list_path="/stock",
            page_size=_PAGE_SIZE,
            since_param=False,  # each time the whole list
        )
    return settings


def _together(measures: list[Measure]) -> Measure:
    """Processes side by side, as one: the slowest counts, and what all of them used."""
    return Measure(
        seconds=max(measure.seconds for measure in measures),
        cpu_seconds=sum(measure.cpu_seconds for measure in measures),
        statements=sum(measure.statements for measure in measures),
        calls=sum(measure.calls for measure in measures),
        peak_kib=sum(measure.peak_kib for measure in measures),
        conflicts=sum(measure.conflicts for measure in measures),
    )
