from collections.abc import Callable
from typing import TypeVar

Thing = TypeVar("Thing")


class Registry(dict[str, Thing]):
    """Things by the name that settings call them by; another addon may add its own.

    :param what: what they are, for a message
    """

    def __init__(self, what: str):
        super().__init__()
        self._what = what

    def __missing__(self, name: str) -> Thing:
        known = ", ".join(sorted(self))
        raise LookupError(f"There is no {self._what} {name!r}: {known}")

    def add(self, name: str) -> Callable[[Thing], Thing]:
        """A decorator.

        :raise ValueError: where the name is another's already
        """

        def added(thing: Thing) -> Thing:
            if name in self:
                raise ValueError(f"There is a {self._what} {name!r} already")
            self[name] = thing
            return thing

        return added
