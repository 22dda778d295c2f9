"""Asks the API: about products, or for its list."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import islice
from math import inf
from typing import Any

from .errors import ClientError
from .gather import find
from .ids_reader import IdsReader
from .in_order import in_order
from .item_reader import ItemReader
from .level import Level
from .list_reader import ListReader, Page
from .moment import certain_offset
from .outage import Outage
from .pace import Pace
from .sample import MAX_LEVELS, Sample
from .session import Session
from .settings import ApiSettings
from .transport import Answer, Transport

#: what the API says about one product
Levels = list[Level] | ClientError


class StockApi:
    """One external API; to be used as a context manager.

    :param witness: called with each answer of the API, refused ones included
    :raise MappingError: for an expression that does not compile
    """

    def __init__(
        self,
        settings: ApiSettings,
        witness: Callable[[Answer], None] | None = None,
    ):
        self.settings = settings
        #: the error for which ``get_levels`` stopped asking, if it did
        self.gave_up: ClientError | None = None
        self._transport = Transport(
            settings.limits, settings.concurrency, Pace(settings.requests_per_second)
        )
        self._session = Session(settings, self._transport, witness)
        self._items = ItemReader(settings, self._session)
        self._list = ListReader(settings, self._session)
        self._ids = IdsReader(settings, self._list)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._transport.__exit__(*exc_info)

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones and those for tokens included."""
        return self._transport.calls

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

    def pages(
        self,
        since: datetime | None = None,
        state: dict[str, Any] | None = None,
        version: str | None = None,
    ) -> Iterator[Page]:
        """The pages of the list; the last one has no ``state``.

        :param since: only what has changed since then, naive UTC; without a parameter
            for it the whole list is read
        :param state: that of a page, to go on after it, with the ``since`` it was read
            with
        :param version: only what is newer, where the API pages by versions
        :raise ClientError: where the reading cannot go on; then the list is incomplete
        """
        params = []
        if since and self.settings.since_param:
            moment = _written(since, self.settings.zone())
            params.append((self.settings.since_param, moment))
        return self._list.pages(params, state, version)

    def sample(self, external_id: str | None = None) -> Sample:
        """One request and what came of it, for a person who sets the API up.

        :param external_id: the product to ask about; without it, the first page of the
            list is read
        """
        seen: list[Answer] = []
        result = Sample(url=self.settings.base_url)
        started = time.monotonic()
        with StockApi(self.settings, seen.append) as api:
            try:
                api._fill(result, external_id)
            except ClientError as error:
                result.error = error
            result.seconds = time.monotonic() - started
            if seen:
                result.show(seen[-1], api._session.without_secrets)
        return result

    def _fill(self, result: Sample, external_id: str | None):
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


def _written(moment: datetime, zone: tzinfo | None) -> str:
    """A time as the API is asked for what changed since.

    :param moment: naive UTC
    :param zone: the API's, where that is not UTC. The clock's time there is what some
        APIs compare with, whatever offset it has: one that comes twice, as clocks are
        set back, would miss what happened the other time
    """
    if zone is None:
        return moment.isoformat(timespec="seconds") + "Z"
    local = moment.replace(tzinfo=timezone.utc).astimezone(zone)
    while certain_offset(local.replace(tzinfo=None), zone) is None:
        moment -= timedelta(hours=1)
        local = moment.replace(tzinfo=timezone.utc).astimezone(zone)
    return local.isoformat(timespec="seconds")
