"""What a scenario is, and the list of all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from mock_api.faults.exchange import Exchange

Run = Callable[[Exchange, Any], Response]


class BadScenario(ValueError):
    """No scenario has this name, or its argument makes no sense."""


@dataclass(frozen=True)
class Scenario:
    """One way to misbehave."""

    name: str
    description: str
    run: Run
    argument: str  # what may follow the name and a colon, for people
    parse: Callable[[str], Any]  # raises ValueError with a sentence


@dataclass(frozen=True)
class Choice:
    """A scenario with its argument."""

    text: str
    scenario: Scenario
    value: Any

    def answer(self, exchange: Exchange) -> Response:
        """Answer a request as the scenario does."""
        return self.scenario.run(exchange, self.value)


SCENARIOS: dict[str, Scenario] = {}


def _no_argument(text: str) -> None:
    if text:
        raise ValueError("it takes no argument")


def scenario(
    name: str,
    description: str,
    argument: str = "",
    parse: Callable[[str], Any] = _no_argument,
) -> Callable[[Run], Run]:
    """Add the decorated function to the scenarios.

    :param description: one line; what is sent, not what a client should do
    :param argument: what may follow the name and a colon, with the default
    :param parse: makes a value of the argument, of "" when it is left out; raises
        ValueError with a sentence
    """

    def add(run: Run) -> Run:
        SCENARIOS[name] = Scenario(name, description, run, argument, parse)
        return run

    return add


def choose(text: str) -> Choice:
    """Return the scenario that ``NAME`` or ``NAME:ARGUMENT`` means.

    :raise BadScenario: when it means none, with a sentence
    """
    name, _, argument = text.partition(":")
    found = SCENARIOS.get(name)
    if not found:
        raise BadScenario(f"no scenario is called {name!r}: see /control/scenarios")
    try:
        return Choice(text, found, found.parse(argument))
    except ValueError as error:
        raise BadScenario(f"scenario {name}: {error}") from None


def number(
    default: float, maximum: float = 1_000_000_000, *, whole: bool = False
) -> Callable[[str], float]:
    """Return a parser of a number from 0 to ``maximum``."""

    def parse(text: str) -> float:
        try:
            value = (int if whole else float)(text) if text else default
        except ValueError:
            value = -1
        if not 0 <= value <= maximum:
            kind = "a whole number" if whole else "a number"
            raise ValueError(f"{text!r} is not {kind} from 0 to {maximum}")
        return value

    return parse


def one_of(*names: str) -> Callable[[str], str]:
    """Return a parser of one of some words, the first by default."""

    def parse(text: str) -> str:
        if (text or names[0]) not in names:
            raise ValueError(f"{text!r} is not one of {', '.join(names)}")
        return text or names[0]

    return parse
