"""A page of a list, and where in the list it is."""

from dataclasses import asdict, dataclass, field
from typing import Any

from .known_rows import KnownRows


@dataclass(frozen=True)
class Progress:
    """Where a reading is; what a page's state is made of."""

    place: Any
    #: the parameters of this reading, beside those of the settings
    params: Any = ()
    rows_read: int = 0
    pages_read: int = 0
    #: rows that had come on an earlier page already
    rows_again: int = 0
    #: the rows of the largest page so far
    most_rows: int = 0
    #: all announced rows are here
    is_spare: bool = False
    #: how much the list had in all, by the last page that said so
    announced: str | None = None
    moved: bool = False


@dataclass(slots=True)
class Position:
    """What is known about a list once a page of it is read.

    :param is_last: whether the list ends with the page
    :param version: the highest version seen so far, where the API pages by versions
    :param moved: whether rows have slipped from one page to another while the list was
        read, as far as it shows: its length changed, a row came on a second page, or
        fewer different rows came than were announced
    :param announced: whether the list says how much it has in all
    :param progress: where it goes on
    """

    is_last: bool
    version: str | None
    moved: bool
    announced: bool
    progress: Progress
    _known: KnownRows
    #: how many rows were known when the page was read
    _known_count: int

    @property
    def state(self) -> dict[str, Any] | None:
        """For JSON; a later ``pages(state=…)`` goes on after this page.

        None on the last one. It is made when it is asked for: it has all rows so far.
        """
        if self.is_last:
            return None
        known = self._known.dump(self._known_count)
        return {**asdict(self.progress), "known": known}


@dataclass(slots=True)
class AnyPage:
    """What each page has, whatever has been made of its rows; see :class:`Position`."""

    position: Position

    @property
    def is_last(self) -> bool:
        return self.position.is_last

    @property
    def version(self) -> str | None:
        return self.position.version

    @property
    def moved(self) -> bool:
        return self.position.moved

    @property
    def announced(self) -> bool:
        return self.position.announced

    @property
    def state(self) -> dict[str, Any] | None:
        return self.position.state


@dataclass(slots=True)
class Page(AnyPage):
    """A page of rows, as the API shapes them; see :mod:`.codecs`.

    :param rows: those that are new
    :param again: those that had come on an earlier page, all their fields the same
    """

    rows: list[Any] = field(default_factory=list)
    again: list[Any] = field(default_factory=list)
