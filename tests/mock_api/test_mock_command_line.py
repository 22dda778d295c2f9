"""``python -m mock_api`` as people start and stop it."""

import json
import re
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mock_server import TIMEOUT, Run, Serve


def test_the_startup_line_tells_the_address_and_the_number_of_products(serve: Serve):
    server = serve()
    assert re.fullmatch(
        r"mock stock API: http://127\.0\.0\.1:[1-9]\d* \(20 products\)\n",
        server.startup_line,
    )
    answer = server.request("GET", "/stock/1")
    assert (answer.status, answer.json) == (200, {"product_id": "1", "quantity": "536"})


def test_the_number_of_products_can_be_chosen(serve: Serve):
    server = serve("--products", "1234")
    assert server.startup_line.endswith("(1234 products)\n")
    health = server.request("GET", "/health").json
    assert health == {"status": "ok", "products": 1234}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_when_told_to(serve: Serve, number: signal.Signals):
    server = serve()
    server.request("GET", "/health")
    server.process.send_signal(number)
    output, errors = server.process.communicate(timeout=TIMEOUT)
    assert (server.process.returncode, output, errors) == (0, "", "")


def test_a_taken_port_is_one_plain_line(run: Run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = run("--port", str(port))
        output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1
    assert output == ""
    assert errors == (
        f"mock_api: can't listen on 127.0.0.1, port {port}: Address already in use\n"
    )


def test_a_missing_file_is_one_plain_line(run: Run, tmp_path: Path):
    process = run("--port", "0", "--file", str(tmp_path / "none.json"))
    output, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output) == (1, "")
    assert errors == f"mock_api: {tmp_path / 'none.json'}: No such file or directory\n"


def test_a_bad_file_is_one_plain_line(run: Run, tmp_path: Path):
    path = tmp_path / "stock.json"
    path.write_text('[{"product_id": "1"}]')
    process = run("--port", "0", "--file", str(path))
    output, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith(f"mock_api: {path}: product 1 of the list: ")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--port", "65536"),
        ("--port", "http"),
        ("--products", "-1"),
        ("--latency", "0.5"),
        ("--locations", "0"),
        ("--scenario", "no-such-scenario"),
        ("--scenario", "truncated:some"),
        ("--products", "5", "--file", "stock.json"),
        ("--unknown",),
    ],
)
def test_a_bad_option_is_explained(run: Run, options: tuple[str, ...]):
    process = run(*options)
    _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 2
    assert "error:" in errors
    assert "Traceback" not in errors


def test_the_help_names_every_option_and_never_the_key(run: Run):
    process = run("--help", MOCK_API_KEY="do-not-print")
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    for name in (
        "host",
        "port",
        "products",
        "file",
        "latency",
        "locations",
        "scenario",
        "api-key",
    ):
        assert f"--{name}" in output
    assert "do-not-print" not in output


def test_changes_are_kept_in_the_file_from_one_start_to_the_next(
    serve: Serve, tmp_path: Path
):
    path = tmp_path / "stock.json"
    path.write_text('[{"product_id": "a", "name": "Lamp", "quantity": "1"}]')
    first = serve("--file", str(path))
    assert first.request("PUT", "/stock/a", {"quantity": "2.5"}).status == 200
    first.process.terminate()
    first.process.communicate(timeout=TIMEOUT)
    assert json.loads(path.read_text())[0]["quantity"] == "2.5"
    again = serve("--file", str(path))
    assert again.request("GET", "/stock/a").json["quantity"] == "2.5"


@pytest.mark.parametrize(
    ("options", "environment"),
    [((), {"MOCK_API_KEY": "secret"}), (("--api-key", "secret"), {})],
)
def test_the_key_comes_from_the_environment_or_an_option(
    serve: Serve, options: tuple[str, ...], environment: dict[str, str]
):
    server = serve(*options, **environment)
    assert server.request("GET", "/stock/1").status == 401
    shown = {"X-API-Key": "secret"}
    assert server.request("GET", "/stock/1", headers=shown).status == 200


def test_an_empty_key_is_no_key(serve: Serve):
    server = serve(MOCK_API_KEY="")
    assert server.request("GET", "/stock/1").status == 200


def test_the_number_of_locations_and_a_scenario_can_be_chosen(serve: Serve):
    server = serve("--products", "1", "--locations", "2", "--scenario", "status-503")
    assert server.request("GET", "/square/v2/inventory/1").status == 503
    assert server.request("DELETE", "/control/scenario").status == 200
    counts = server.request("GET", "/square/v2/inventory/1").json["counts"]
    assert {count["location_id"] for count in counts} == {"loc-1", "loc-2"}


def test_it_stops_at_once_though_a_request_hangs(serve: Serve):
    server = serve("--scenario", "hang-in-the-middle")
    address = urlsplit(server.url)
    assert address.hostname
    with socket.create_connection((address.hostname, address.port or 0)) as client:
        client.sendall(b"GET /stock HTTP/1.1\r\nHost: a\r\n\r\n")
        client.recv(1)
        server.process.terminate()
        output, errors = server.process.communicate(timeout=3)
    assert (server.process.returncode, output, errors) == (0, "", "")
