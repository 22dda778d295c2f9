"""A slow network, on request."""

import time

from flask import request

from mock_api import shapes
from mock_api.state import current_state


def wait() -> None:
    """Hold up a request for stock; the page and the health check stay quick."""
    latency_ms = current_state().latency_ms
    if latency_ms and request.blueprint in shapes.NAMES:
        time.sleep(latency_ms / 1000)
