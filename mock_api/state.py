"""What one application instance holds; nothing is global."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import cast

from flask import Flask, current_app

from mock_api.faults.received import Received
from mock_api.faults.switch import Switch
from mock_api.store import Store, utc_now

_NAME = "mock_api"


@dataclass(frozen=True)
class State:
    """The store and the settings of one application."""

    store: Store
    api_key: str | None = field(default=None, repr=False)
    latency_ms: int = 0
    locations: int = 1
    clock: Callable[[], datetime] = utc_now
    switch: Switch = field(default_factory=Switch)
    received: Received = field(default_factory=Received)
    secret: str = field(default_factory=token_hex, repr=False)


def keep_state(app: Flask, state: State) -> None:
    """Give ``app`` its state."""
    app.extensions[_NAME] = state


def current_state() -> State:
    """Return the state of the application that handles this request."""
    return cast(State, current_app.extensions[_NAME])
