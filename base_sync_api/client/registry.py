from collections.abc import Mapping
from typing import TypeVar

Thing = TypeVar("Thing")


class Registry(dict[str, Thing]):
    """Things by the name that settings call them by; another addon may add its own.

    :param what: what they are, for a message
    :raise LookupError: at a name that nothing has
    """

    def __init__(self, what: str, things: Mapping[str, Thing]):
        super().__init__(things)
        self._what = what

    def __missing__(self, name: str) -> Thing:
        known = ", ".join(sorted(self))
        raise LookupError(f"There is no {self._what} {name!r}, only {known}")

    def add(self, name: str, thing: Thing):
        """:raise ValueError: where the name is another's already"""
        if self.setdefault(name, thing) is not thing:
            raise ValueError(f"There is a {self._what} {name!r} already")
