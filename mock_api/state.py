"""What one application instance holds; nothing is global."""

from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from mock_api.store import Store

_NAME = "mock_api"


@dataclass(frozen=True)
class State:
    """The store and the settings of one application."""

    store: Store
    api_key: str | None = field(default=None, repr=False)
    latency_ms: int = 0


def keep_state(app: Flask, state: State) -> None:
    """Give ``app`` its state."""
    app.extensions[_NAME] = state


def current_state() -> State:
    """Return the state of the application that handles this request."""
    return cast(State, current_app.extensions[_NAME])
