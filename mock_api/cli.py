"""The command line: options, start, stop."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from mock_api.app import create_app
from mock_api.catalogue import catalogue
from mock_api.faults.scenario import BadScenario, choose
from mock_api.server import Server
from mock_api.stock_file import BadStockFile, StockFile
from mock_api.store import Store

KEY_VARIABLE = "MOCK_API_KEY"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        store = _store(options.file, options.products)
        app = create_app(
            store,
            api_key=options.api_key or os.environ.get(KEY_VARIABLE) or None,
            latency_ms=options.latency,
            locations=options.locations,
            scenario=options.scenario,
        )
        server = Server(app, options.host, options.port)
    except (BadStockFile, OSError) as error:
        print(f"mock_api: {error}", file=sys.stderr)
        return 1

    def stop(signum: int, frame: FrameType | None) -> NoReturn:
        server.stopping.set()
        raise SystemExit(0)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    print(f"mock stock API: {server.url} ({len(store)} products)", flush=True)
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
        "--locations",
        type=_number_up_to(100, minimum=1),
        default=1,
        metavar="N",
        help="split each quantity over N locations, where the imitated API has any "
        "(%(default)s)",
    )
    parser.add_argument(
        "--scenario",
        type=_scenario,
        metavar="NAME[:ARGUMENT]",
        help="misbehave from the start; /control/scenarios lists how",
    )
    parser.add_argument(
        "--api-key",
        metavar="KEY",
        help="ask for this key; better set in the environment variable "
        f"{KEY_VARIABLE}, where a list of processes does not show it",
    )
    return parser


def _number_up_to(maximum: int, minimum: int = 0) -> Callable[[str], int]:
    def number(text: str) -> int:
        digits = text.isascii() and text.isdecimal()
        if not (digits and minimum <= int(text) <= maximum):
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a whole number from {minimum} to {maximum}"
            )
        return int(text)

    return number


def _scenario(text: str) -> str:
    try:
        choose(text)
    except BadScenario as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _store(file: str | None, products: int) -> Store:
    if file is None:
        return Store(catalogue(products))
    stock_file = StockFile(file)
    return Store(stock_file.load(), save=stock_file.save)
