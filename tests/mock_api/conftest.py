"""Applications to call directly, and servers to call through a socket."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from mock_server import TIMEOUT, Run, Serve, Server

from mock_api import create_app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def client() -> FlaskClient:
    """A client of an API with the products "1" to "20"."""
    return create_app().test_client()


@pytest.fixture
def run() -> Iterator[Run]:
    """Start ``python -m mock_api`` with options; ended after the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str, **environment: str) -> subprocess.Popen[str]:
        inherited = {k: v for k, v in os.environ.items() if k != "MOCK_API_KEY"}
        process = subprocess.Popen(
            [sys.executable, "-m", "mock_api", *options],
            cwd=ROOT,
            env=inherited | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=TIMEOUT)


@pytest.fixture
def serve(run: Run) -> Serve:
    """Start a server on a free port and wait until it serves."""

    def start(*options: str, **environment: str) -> Server:
        process = run("--port", "0", *options, **environment)
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        assert line, process.stderr.read()
        return Server(process, line)

    return start
