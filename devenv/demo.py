"""``make demo`` and ``make sync``: the addon at work, with the mock API."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from . import databases, ports, process, services, settings, venv
from .console import Stop, say, step
from .environment import prepared
from .lock import alone, preparing
from .odoo import Runtime
from .paths import PROJECT, STATE
from .table import render


@dataclass(frozen=True)
class _Demo:
    runtime: Runtime
    database: str
    mock: services.Service


def sync() -> int:
    """Synchronise the demo products once; 1 if something failed."""
    with _ready() as demo:
        return 1 if _synchronise(demo) else 0


def demo() -> int:
    """Synchronise the demo products, then serve Odoo and the mock API."""
    port = settings.odoo_port()
    ports.require_free(port, "PORT", "Odoo")
    with _ready() as ready:
        _synchronise(ready)
        _serve(ready, port)
    return 0


@contextmanager
def _ready() -> Iterator[_Demo]:
    """The demo database, and the mock API while the command runs.

    :raise Stop: something is missing or fails
    """
    name = settings.demo_database()
    port = settings.mock_port()
    refusal = f"Another command uses {name}: stop it or choose another DB_NAME="
    with alone(f"demo-{name}", refusal):
        ports.require_free(port, "MOCK_PORT", "the mock API")
        with prepared() as runtime:
            with preparing():
                databases.demo(runtime, name)
            with _mock_api(name, port) as mock:
                yield _Demo(runtime, name, mock)


@contextmanager
def _mock_api(database: str, port: int) -> Iterator[services.Service]:
    # Beside the database it goes with, so that quantities changed by hand stay.
    stock = STATE / f"mock-{database}.json"
    if not stock.exists():
        process.run(
            [venv.PYTHON, "-m", "devenv.mock_stock", stock],
            what="Writing the mock API's products",
            log=process.log_file("mock-stock"),
        )
    with services.running(
        "The mock API",
        [venv.PYTHON, "-m", "mock_api", "--port", str(port), "--file", stock],
        address=f"http://{ports.HOST}:{port}",
        log=f"mock-{database}",
    ) as mock:
        mock.wait()
        yield mock


def _synchronise(demo: _Demo) -> bool:
    """Synchronise, show what happened, and return whether something failed.

    :raise Stop: the synchronisation could not run at all
    """
    result = STATE / f"sync-{demo.database}.json"
    result.unlink(missing_ok=True)
    with step("Synchronising the stock"):
        with (PROJECT / "devenv" / "sync_demo.py").open() as script:
            process.run(
                demo.runtime.command(demo.database, "shell", "--no-http"),
                what="The synchronisation",
                log=process.log_file(f"sync-{demo.database}"),
                environment={
                    **demo.runtime.environment,
                    "MOCK_URL": demo.mock.address,
                    "SYNC_RESULT": str(result),
                },
                stdin=script,
            )
        if not result.exists():
            raise Stop("The synchronisation left no result.")
    outcome = json.loads(result.read_text())
    say()
    say(render(outcome["rows"]))
    say()
    for message in outcome["messages"]:
        say(message)
    if outcome["failed"]:
        say("The synchronisation failed, at least in part.")
    return bool(outcome["failed"])


def _serve(demo: _Demo, port: int) -> None:
    """Serve Odoo until Ctrl-C.

    :raise Stop: Odoo or the mock API ends by itself
    """
    address = f"http://{ports.HOST}:{port}"
    arguments = [f"--http-port={port}", f"--db-filter=^{demo.database}$"]
    with services.running(
        "Odoo",
        demo.runtime.command(demo.database, *arguments),
        address=address,
        log=f"odoo-{demo.database}",
        environment=demo.runtime.environment,
    ) as odoo:
        with step("Starting Odoo"):
            odoo.wait("/web/login")
        say()
        say(f"Odoo:     {address}   login admin, password admin")
        say(
            f"Mock API: {demo.mock.address}   change quantities there, then synchronise"
        )
        say("Ctrl-C stops both.")
        try:
            while True:
                time.sleep(0.5)
                odoo.check()
                demo.mock.check()
        except KeyboardInterrupt:
            say()
            say("Stopping …")
