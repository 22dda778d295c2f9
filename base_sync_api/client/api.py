"""Asks one external API: for a list, about one thing, about several."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from .answer import Answer
from .errors import ClientError
from .ids_reader import IdsReader
from .item_reader import ItemReader
from .list_reader import ListReader
from .moment import written_moment
from .pace import Pace
from .request import METHODS, READS, Value, with_query
from .sample import Sample
from .session import Reply, Session
from .settings import ApiSettings
from .transport import Transport


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
            Pace(settings.requests_per_second, settings.shared_turns),
            settings.user_agent,
        )
        self._session = Session(settings, self._transport, witness)
        self._items = self.item_reader(settings, self._session)
        self._list = self.list_reader(settings, self._session)
        self._ids = self.ids_reader(settings, self._list)

    def __enter__(self):
        self._transport.__enter__()
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

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        codec: str = "json",
        params: Iterable[tuple[str, Value]] = (),
        headers: Iterable[tuple[str, str]] = (),
        idempotency_key: str = "",
        repeatable: bool | None = None,
    ) -> Reply:
        """Ask, or tell, the API anything.

        What tells is sent once, whatever happens, unless the API knows by a key what it
        was told already, or the caller by himself that twice is the same as once. Where
        that fails, the fact ``outcome_unknown`` of the error says whether the API may
        have done it all the same: then ask before telling it again.

        :param method: one of ``METHODS``
        :param path: below the base URL; or a whole address on the API's own host
        :param body: plain Python, written as ``codec`` has it
        :param params: (name, value), for the query
        :param headers: (name, value), beside those of the settings
        :param idempotency_key: the same for the same thing, however often it is told;
            for an API with an ``idempotency_header``
        :param repeatable: whether it may be sent again by itself; by default what only
            asks, and what has a key
        :raise ClientError: the one that tells what went wrong
        :raise BodyError: for a body that the codec cannot write
        :raise ValueError: for a method or key that is not for this API
        """
        if method not in METHODS:
            raise ValueError(f"{method} is none of {', '.join(METHODS)}")
        all_headers = list(headers)
        if idempotency_key:
            if not self.settings.idempotency_header:
                raise ValueError("The settings name no header for an idempotency key")
            all_headers.append((self.settings.idempotency_header, idempotency_key))
        url = path if "://" in path else self.settings.base_url + path
        self._session.check_host(url)
        is_read = method in READS
        if repeatable is None:
            repeatable = is_read or bool(idempotency_key)
        request = with_query(url, params)._replace(
            method=method,
            body=body,
            codec=codec,
            is_read=is_read,
            repeatable=repeatable,
            headers=tuple(all_headers),
        )
        return self._session.reply(request)

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
