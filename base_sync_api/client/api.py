"""Asks one external API: for a list, about one thing, about several."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from .errors import ClientError
from .ids_reader import IdsReader
from .item_reader import ItemReader
from .list_reader import ListReader
from .moment import written_moment
from .pace import Pace
from .sample import Sample
from .session import Session
from .settings import ApiSettings
from .transport import Answer, Transport


class Api:
    """One external API; to be used as a context manager.

    :param witness: called with each answer of the API, refused ones included
    :raise MappingError: for an expression that does not compile
    """

    #: what asks, and what it makes of rows: a kind of record may put its own in place
    item_reader: type[ItemReader] = ItemReader
    ids_reader: type[IdsReader] = IdsReader
    list_reader: type[ListReader] = ListReader

    def __init__(
        self,
        settings: ApiSettings,
        witness: Callable[[Answer], None] | None = None,
    ):
        self.settings = settings
        self._transport = Transport(
            settings.limits,
            settings.concurrency,
            Pace(settings.requests_per_second),
            settings.user_agent,
        )
        self._session = Session(settings, self._transport, witness)
        self._items = self.item_reader(settings, self._session)
        self._list = self.list_reader(settings, self._session)
        self._ids = self.ids_reader(settings, self._list)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._transport.__exit__(*exc_info)

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones and those for tokens included."""
        return self._transport.calls

    def pages(
        self,
        since: datetime | None = None,
        state: dict[str, Any] | None = None,
        version: str | None = None,
    ) -> Iterator[Any]:
        """The pages of the list, as :class:`Page`; the last one has no ``state``.

        :param since: only what has changed since then, naive UTC; without a parameter
            for it the whole list is read
        :param state: that of a page, to go on after it, with the ``since`` it was read
            with
        :param version: only what is newer, where the API pages by versions
        :raise ClientError: where the reading cannot go on; then the list is incomplete
        """
        params = []
        if since and self.settings.since_param:
            moment = written_moment(since, self.settings.zone())
            params.append((self.settings.since_param, moment))
        return self._list.pages(params, state, version)

    def rows_about(self, external_id: str) -> list[Any]:
        """What the API says about one thing.

        :raise NotFound: where the API knows no such thing
        :raise ClientError: the one that tells what went wrong
        """
        return self._items.ask(external_id)

    def pages_about(self, external_ids: Iterable[str]) -> Iterator[Any]:
        """What the API says about several things: the pages of one answer after the
        other, each to a question about so many ids as it takes.

        :raise ClientError: where the reading cannot go on
        """
        ids = iter(external_ids)
        while some := list(islice(ids, self.settings.ids_per_request)):
            yield from self._ids.pages(some)

    def sample(self, external_id: str | None = None) -> Sample:
        """One request and what came of it, for a person who sets the API up.

        :param external_id: what to ask about; without it, the first page of the list
            is read
        """
        seen: list[Answer] = []
        result = self._new_sample()
        started = time.monotonic()
        with type(self)(self.settings, seen.append) as api:
            try:
                api._fill(result, external_id)
            except ClientError as error:
                result.error = error
            result.seconds = time.monotonic() - started
            if seen:
                result.show(seen[-1], api._session.without_secrets)
        return result

    def _new_sample(self) -> Sample:
        return Sample(url=self.settings.base_url)

    def _fill(self, result: Sample, external_id: str | None):
        if external_id and self.settings.item_path:
            result.rows = len(self.rows_about(external_id))
            return
        pages = self.pages_about([external_id]) if external_id else self.pages()
        page = next(pages)
        result.rows = len(page.rows) + len(page.again)
        result.has_next = not page.is_last
