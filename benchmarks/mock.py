"""The mock API, in a process of its own."""

import json
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from devenv import ports, services

_PAGE_SIZE = 1000


@contextmanager
def serving(products: int, latency: int) -> Iterator[str]:
    """Serve a made-up catalogue, and give the address.

    :param latency: milliseconds that each request waits
    """
    port = ports.free()
    with services.running(
        "The mock API",
        [
            *(sys.executable, "-m", "mock_api", "--port", str(port)),
            *("--products", str(products), "--latency", str(latency)),
        ],
        address=f"http://{ports.HOST}:{port}",
        log="bench-mock",
    ) as service:
        service.wait("/health")
        yield service.address


def levels(address: str) -> dict[str, tuple[float, str]]:
    """What the API says, by external id: quantity and time.

    Read without any code of the addon.
    """
    # No proxy of the machine for our own address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    found: dict[str, tuple[float, str]] = {}
    number, pages = 0, 1
    while number < pages:
        number += 1
        url = f"{address}/stock?page={number}&per_page={_PAGE_SIZE}"
        with opener.open(url, timeout=60) as answer:
            page = json.load(answer)
        pages = page["pages"]
        found.update(
            (item["product_id"], (float(item["quantity"]), item["updated_at"]))
            for item in page["items"]
        )
    return found
