"""The command line: options, start, stop."""

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from waitress.server import create_server  # type: ignore[import-untyped]

from mock_api.app import create_app
from mock_api.catalogue import catalogue
from mock_api.stock_file import BadStockFile, StockFile
from mock_api.store import Store

KEY_VARIABLE = "MOCK_API_KEY"
THREADS = 64  # a client may have 32 requests waiting at once, and people look on
CONNECTIONS = 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        store = _store(options.file, options.products)
        listener = _listen(options.host, options.port)
    except (BadStockFile, OSError) as error:
        print(f"mock_api: {error}", file=sys.stderr)
        return 1
    app = create_app(
        store,
        api_key=options.api_key or os.environ.get(KEY_VARIABLE) or None,
        latency_ms=options.latency,
    )
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(
        app, sockets=[listener], threads=THREADS, connection_limit=CONNECTIONS
    )
    print(f"mock stock API: {_address(listener)} ({len(store)} products)", flush=True)
    server.run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mock_api",
        description="A small stock API to try a synchronisation with.",
        epilog="Open the printed address in a browser to change quantities.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (%(default)s)"
    )
    parser.add_argument(
        "--port",
        type=_number_up_to(65535),
        default=5000,
        help="port to listen on, 0 for a free one (%(default)s)",
    )
    products = parser.add_mutually_exclusive_group()
    products.add_argument(
        "--products",
        type=_number_up_to(1_000_000),
        default=20,
        metavar="N",
        help='serve a made-up catalogue with the ids "1" to "N" (%(default)s)',
    )
    products.add_argument(
        "--file",
        metavar="STOCK.JSON",
        help="serve the products of this file and keep changes in it: a list of "
        '{"product_id": "A-1", "name": "Lamp", "quantity": "50"}',
    )
    parser.add_argument(
        "--latency",
        type=_number_up_to(60_000),
        default=0,
        metavar="MS",
        help="milliseconds that each request for stock waits (%(default)s)",
    )
    parser.add_argument(
        "--api-key",
        metavar="KEY",
        help="ask for this key; better set in the environment variable "
        f"{KEY_VARIABLE}, where a list of processes does not show it",
    )
    return parser


def _number_up_to(maximum: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and int(text) <= maximum):
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a whole number from 0 to {maximum}"
            )
        return int(text)

    return number


def _store(file: str | None, products: int) -> Store:
    if file is None:
        return Store(catalogue(products))
    stock_file = StockFile(file)
    return Store(stock_file.load(), save=stock_file.save)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason, _, _ = str(error.strerror).partition(" (while attempting")
        raise OSError(f"can't listen on {host}, port {port}: {reason}") from None


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop(signum: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
