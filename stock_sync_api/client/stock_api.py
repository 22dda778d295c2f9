"""Asks the API: about products, or for its list."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from math import inf
from typing import Any

from odoo.addons.base_sync_api.client import Api, ClientError, Sample
from odoo.addons.base_sync_api.client.in_order import in_order
from odoo.addons.base_sync_api.client.outage import Outage

from .gather import find
from .ids_reader import LevelIdsReader
from .item_reader import LevelItemReader
from .level import Level
from .list_reader import LevelListReader
from .sample import MAX_LEVELS, LevelSample
from .settings import StockApiSettings

#: what the API says about one product
Levels = list[Level] | ClientError


class StockApi(Api):
    """One external API that tells of stock; to be used as a context manager."""

    item_reader = LevelItemReader
    ids_reader = LevelIdsReader
    list_reader = LevelListReader

    settings: StockApiSettings
    _ids: LevelIdsReader

    def __init__(self, settings: StockApiSettings, *args: Any):
        super().__init__(settings, *args)
        #: the error for which ``get_levels`` stopped asking, if it did
        self.gave_up: ClientError | None = None

    def get_levels(
        self, external_ids: Iterable[str], seconds: float = inf
    ) -> Iterator[tuple[str, Levels]]:
        """Each id with its levels or its error, in the order of the ids.

        At most ``concurrency`` requests are under way at once; ``external_ids`` is read
        only a little further than the result. Once an error says that asking goes no
        further, the ids left are not asked about and get that error, which is
        ``gave_up`` then.

        Where the API can only be asked for its list, the list is read until all are
        found.

        :param seconds: after this time no more ids are asked about, and those left are
            not in the result
        """
        end = time.monotonic() + seconds
        if self.settings.mode == "ids":
            ids = iter(external_ids)
            size = self.settings.ids_per_request
            questions = iter(lambda: list(islice(ids, size)), [])
            return self._answers(questions, self._ids.ask, end)
        if self.settings.item_path:
            questions = ([external_id] for external_id in external_ids)
            return self._answers(questions, self._ask_about_one, end)
        return self._find_in_list(list(external_ids), end)

    def _new_sample(self) -> LevelSample:
        return LevelSample(url=self.settings.base_url)

    def _fill(self, result: Sample, external_id: str | None):
        assert isinstance(result, LevelSample)
        if external_id and self.settings.mode != "ids" and self.settings.item_path:
            result.levels = self._items.ask(external_id)
            result.rows = len(result.levels)
            return
        if external_id and self.settings.mode == "ids":
            page = next(self._ids.pages([external_id]))
        else:
            page = next(self.pages())
        result.rows = page.rows
        result.levels = page.levels[:MAX_LEVELS]
        result.faults = page.faults[:MAX_LEVELS]
        result.has_next = not page.is_last

    def _ask_about_one(self, external_ids: list[str]) -> dict[str, Levels]:
        [external_id] = external_ids
        return {external_id: self._items.ask(external_id)}

    def _answers(
        self,
        questions: Iterable[list[str]],
        read: Callable[[list[str]], dict[str, Levels]],
        end: float,
    ) -> Iterator[tuple[str, Levels]]:
        outage = Outage()

        def ask(external_ids: list[str]) -> dict[str, Levels] | None:
            if self.gave_up:
                return dict.fromkeys(external_ids, self.gave_up)
            if time.monotonic() > end:
                return None
            error = None
            try:
                answers = read(external_ids)
            except ClientError as caught:
                error = caught
                answers = dict.fromkeys(external_ids, error)
            if outage.is_certain_after(error) and not self.gave_up:
                self.gave_up = error
            return answers

        for external_ids, answers in in_order(
            ask, questions, self.settings.concurrency
        ):
            if answers is None:
                return
            for external_id in external_ids:
                yield external_id, answers[external_id]

    def _find_in_list(
        self, external_ids: list[str], end: float
    ) -> Iterator[tuple[str, Levels]]:
        if self.gave_up or not external_ids:
            yield from ((external_id, self.gave_up) for external_id in external_ids)
            return
        yield from find(self.pages(), external_ids, end, self.settings)
