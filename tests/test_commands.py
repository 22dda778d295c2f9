"""The commands of the Makefile, as a user runs them."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from devenv import ports
from devenv.paths import PROJECT, STATE

DATABASE = "stock_sync_test_commands"
MOCK_FILE = STATE / f"mock-{DATABASE}.json"


def command(name, **variables):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    choices = {"DB_NAME": DATABASE, "MOCK_PORT": ports.free(), **variables}
    settings = [f"{key}={value}" for key, value in choices.items()]
    return {
        "args": ["make", name, f"PYTHON={sys.executable}", *settings],
        "cwd": PROJECT,
        "env": environment,
        "text": True,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
    }


def make(name, **variables):
    return subprocess.run(**command(name, **variables), timeout=300, check=False)


def outcomes(result):
    """What the table says: ``{external id: (after, outcome)}``."""
    rows = json.loads((STATE / f"sync-{DATABASE}.json").read_text())["rows"]
    for row in rows:
        assert row["product"] in result.stdout
    return {row["external id"]: (row["after"], row["outcome"]) for row in rows}


def mock_stock(quantities):
    MOCK_FILE.write_text(
        json.dumps(
            [
                {"product_id": product, "name": "Product", "quantity": quantity}
                for product, quantity in quantities.items()
            ]
        )
    )


@pytest.fixture
def stock():
    """What the mock API answers, different from what Odoo has."""
    MOCK_FILE.unlink(missing_ok=True)
    make("sync")
    stock = {
        row["product_id"]: row["quantity"] for row in json.loads(MOCK_FILE.read_text())
    }
    stock["2"] = str(int(stock["2"]) + 5)
    mock_stock(stock)
    return stock


def test_sync_applies_what_differs_and_the_second_time_nothing(stock):
    first = make("sync")
    assert first.returncode == 0, first.stdout
    changed = {
        product for product, (_, what) in outcomes(first).items() if what == "applied"
    }
    assert changed == {"2"}

    second = make("sync")
    assert second.returncode == 0, second.stdout
    found = outcomes(second)
    assert len(found) == 20
    assert {what for _, what in found.values()} == {"unchanged"}
    assert {product: str(int(after)) for product, (after, _) in found.items()} == stock


def test_sync_fails_if_the_api_does_not_know_a_product(stock):
    del stock["3"]
    mock_stock(stock)
    result = make("sync")
    assert result.returncode != 0
    found = outcomes(result)
    assert found["3"][1].startswith("failed")
    assert found["2"] == (int(stock["2"]), "applied")


@pytest.mark.parametrize(
    ("name", "variable"),
    [("sync", "MOCK_PORT"), ("demo", "MOCK_PORT"), ("demo", "PORT")],
)
def test_a_taken_port_is_one_line_that_tells_how_to_choose_another(name, variable):
    with socket.create_server((ports.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        result = make(name, **{"PORT": ports.free(), variable: port})
    assert result.returncode != 0
    assert f"Port {port}" in result.stdout
    assert f"{variable}=" in result.stdout
    assert "Traceback" not in result.stdout


@pytest.fixture
def interruptible():
    """What runs in the background of a script was started to ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_demo_serves_odoo_and_the_mock_api_until_it_is_interrupted():
    port, mock_port = ports.free(), ports.free()
    with subprocess.Popen(
        **command("demo", PORT=port, MOCK_PORT=mock_port), start_new_session=True
    ) as demo:
        try:
            shown = ""
            for line in demo.stdout:
                shown += line
                if "Ctrl-C" in line:
                    break
            assert f"http://{ports.HOST}:{port} " in shown, shown
            for address in (f"{port}/web/login", f"{mock_port}/stock/1"):
                url = f"http://{ports.HOST}:{address}"
                with urllib.request.urlopen(url, timeout=30) as answer:
                    assert answer.status == 200
        finally:
            # As a terminal does: to make and to all that it started.
            os.killpg(demo.pid, signal.SIGINT)
            try:
                demo.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(demo.pid, signal.SIGKILL)
                raise
    ports.require_free(port, "PORT", "Odoo")
    ports.require_free(mock_port, "MOCK_PORT", "the mock API")
