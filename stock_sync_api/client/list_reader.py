from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from odoo.addons.base_sync_api.client import AnyPage, ClientError
from odoo.addons.base_sync_api.client.list_reader import ListReader
from odoo.addons.base_sync_api.client.page import Position

from .level import Level
from .mapping import Mapper
from .quantity import numbers_are_quantities


@dataclass(slots=True)
class LevelPage(AnyPage):
    """A page of a list.

    :param levels: what its rows say
    :param faults: (external id, or None where that is the fault; what is wrong) for
        each row that says nothing usable; its number on the page is in the facts
    :param rows: how many rows the page has, those included that are left out
    :param again: what rows say that had come on an earlier page, all their fields the
        same; they are not among the levels
    """

    levels: list[Level] = field(default_factory=list)
    faults: list[tuple[str | None, ClientError]] = field(default_factory=list)
    rows: int = 0
    again: list[Level] = field(default_factory=list)

    @property
    def undated(self) -> int:
        """How many levels have a time that was not understood."""
        return sum(level.undated for level in self.levels)


class LevelListReader(ListReader):
    """Reads a list of levels, page by page."""

    _mapper: Mapper

    def make_mapper(self) -> Mapper:
        settings = self._settings
        return Mapper(settings.mapping, settings.zone(), settings.codec)

    def make_page(
        self, new: list[Any], again: list[Any], position: Callable[[], Position]
    ) -> LevelPage:
        levels, faults = self._mapper.read_rows(new, is_page=not again)
        levels_again, _faults = self._mapper.read_rows(again, is_page=False)
        rows = len(new) + len(again)
        return LevelPage(position(), levels, faults, rows, levels_again)

    def pages(self, *args: Any, **kwargs: Any) -> Iterator[LevelPage]:
        with numbers_are_quantities():
            yield from super().pages(*args, **kwargs)
