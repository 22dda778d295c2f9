"""Two flows of one backend, in two processes, keep to its rate together."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from bound_products import bind, stock
from held_api import HeldApi
from odoo_database import OdooDatabase, copied

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import ADDON
from mock_api.catalogue import catalogue

#: of each flow
PRODUCTS = 15
PER_SECOND = 5
PATIENCE = 120

_SYNCHRONISE = """
run = env["stock.sync.service"].sync_flow(env["sync.flow"].browse(%s))
result = [run.state, run.api_calls]
"""


@pytest.fixture
def processes(runtime: Runtime, tmp_path: Path) -> Iterator[list[OdooDatabase]]:
    """One database, to be worked with from two sides at once."""
    folders = [tmp_path / side for side in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with preparing():
        template = databases.with_addons(runtime, databases.STOCK, ADDON)
    with copied(runtime, template, "stock_sync_pace") as name:
        yield [OdooDatabase(runtime, name, folder) for folder in folders]


@pytest.fixture
def api() -> Iterator[HeldApi]:
    with HeldApi(catalogue(2 * PRODUCTS)) as api:
        yield api


def most_within(seconds: float, times: list[float]) -> int:
    """The most of these moments that are within so many seconds."""
    times = sorted(times)
    return max(
        sum(start <= moment < start + seconds for moment in times) for start in times
    )


def test_two_processes_ask_no_faster_than_one_may(
    processes: list[OdooDatabase], api: HeldApi
) -> None:
    ids = [*api.stock()]
    flows = bind(
        *(processes[0], api, [ids[:PRODUCTS], ids[PRODUCTS:]]),
        together=True,
        apart=True,
        requests_per_second=PER_SECOND,
    )
    started = Barrier(2)
    times: list[float] = []

    def note(external_id: str) -> None:
        times.append(time.monotonic())
        if external_id in (ids[0], ids[PRODUCTS]):
            started.wait(PATIENCE)  # for the other process

    api.before = note
    with ThreadPoolExecutor() as pool:
        answers = [
            pool.submit(process.shell, _SYNCHRONISE % flow)
            for process, (flow, _mode) in zip(processes, flows, strict=True)
        ]
        assert [answer.result(PATIENCE) for answer in answers] == [
            ["done", PRODUCTS],
            ["done", PRODUCTS],
        ]
    assert stock(processes[0]) == api.stock()
    assert len(times) == 2 * PRODUCTS
    assert most_within(1, times) <= PER_SECOND + 1
