"""Which scenario is on."""

from dataclasses import dataclass
from threading import Lock

from mock_api.faults.scenario import Choice, choose


@dataclass
class _Setting:
    choice: Choice
    times: int | None  # how many requests are left; None: no end
    path: str


class Switch:
    """One scenario for all requests, or for some; a request may choose its own."""

    def __init__(self, text: str | None = None) -> None:
        """Start with a scenario, or with none."""
        self._lock = Lock()
        self._chosen: dict[str, Choice] = {}
        self._setting: _Setting | None = None
        if text:
            self.set(text)

    def set(self, text: str, *, times: int | None = None, path: str = "") -> None:
        """Switch to a scenario, from its beginning.

        :param times: for so many requests; by default until it is switched off
        :param path: for requests whose path starts like this
        :raise BadScenario: when there is no such scenario
        """
        choice = choose(text)
        with self._lock:
            self._chosen[text] = choice
            self._setting = _Setting(choice, times, path)

    def clear(self) -> None:
        """Switch every scenario off."""
        with self._lock:
            self._setting = None

    def shown(self) -> dict[str, object] | None:
        """Return what is set, as JSON; None when nothing is."""
        with self._lock:
            if self._setting is None:
                return None
            choice, left = self._setting.choice, self._setting.times
            return {"name": choice.text, "times": left, "path": self._setting.path}

    def take(self, path: str, own: str | None = None) -> Choice | None:
        """Return the scenario for a request; it counts as one of the ``times``.

        :param own: the scenario that the request itself asks for
        :raise BadScenario: when that one does not exist
        """
        with self._lock:
            if own is not None:
                # Kept, as some count or draw lots from request to request.
                if own not in self._chosen:
                    self._chosen[own] = choose(own)
                return self._chosen[own]
            setting = self._setting
            if setting is None or not path.startswith(setting.path):
                return None
            if setting.times is not None:
                setting.times -= 1
                if setting.times <= 0:
                    self._setting = None
            return setting.choice
