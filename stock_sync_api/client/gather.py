"""From the pages of a list to what each product wants to know."""

import time
from collections.abc import Iterable, Iterator

from odoo.addons.base_sync_api.client import (
    ClientError,
    InvalidResponse,
    NotInAnswer,
)

from .level import Level
from .list_reader import LevelPage
from .settings import StockApiSettings


class Gathered:
    """What pages say about each product.

    :param settings: whose ``rows_apart`` and ``rows_add_up`` count
    """

    def __init__(self, settings: StockApiSettings):
        self._apart = settings.rows_apart
        self._add_up = settings.rows_add_up
        self._found: dict[str, list[Level] | ClientError] = {}
        self._moved = False

    def add(self, page: LevelPage):
        for level in page.levels:
            levels = self._found.setdefault(level.external_id, [])
            if isinstance(levels, list):
                levels.append(level)
        for external_id, error in page.faults:
            if not isinstance(self._found.get(external_id), ClientError):
                self._found[external_id] = error
        if self._add_up:
            for level in page.again:
                self._found[level.external_id] = InvalidResponse(
                    reason="repeated_row", external_id=level.external_id
                )
        self._moved = page.moved

    def __contains__(self, external_id: str) -> bool:
        return external_id in self._found

    def answer(self, external_id: str, otherwise: ClientError | None = None):
        """Its levels, or the first thing wrong.

        :param otherwise: where the pages are not all, why; None where they are
        """
        found = self._found.get(external_id)
        if isinstance(found, ClientError):
            return found
        if otherwise and (self._apart or not found):
            return otherwise
        if self._moved and self._apart:
            # One of its rows may have slipped to a page that was read already.
            return InvalidResponse(reason="moved")
        if not found:
            return NotInAnswer(reason="moved") if self._moved else NotInAnswer()
        return found


def find(
    pages: Iterable[LevelPage],
    external_ids: list[str],
    end: float,
    settings: StockApiSettings,
) -> Iterator[tuple[str, list[Level] | ClientError]]:
    """Each id with what the pages say about it; no more pages are read than needed.

    :param end: the time, by ``time.monotonic()``, after which no page is read; ids
        about which nothing is certain then are left out
    """
    gathered = Gathered(settings)
    otherwise: ClientError | None = None
    in_time = True
    missing = set(external_ids)
    try:
        for page in pages:
            gathered.add(page)
            missing = {i for i in missing if i not in gathered}
            if not missing and not settings.rows_apart:
                break
            if not page.is_last and time.monotonic() > end:
                in_time = False
                otherwise = ClientError()
                break
    except ClientError as error:
        otherwise = error
    for external_id in external_ids:
        answer = gathered.answer(external_id, otherwise)
        if in_time or answer is not otherwise:
            yield external_id, answer
