import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from .errors import ClientError, HttpError, InvalidResponse, NotFound
from .known_rows import KnownRows
from .page import Page, Position, Progress
from .paging import PageAnswer, pager
from .request import Request, Value, json_or_text, with_body, with_query
from .rows import RowMapper
from .session import Session
from .settings import ApiSettings

#: about how many rows of a page are remembered
_KNOWN_BY = 8


class ListReader:
    """Reads a list, page by page.

    :raise MappingError: for an expression that does not compile
    """

    def __init__(self, settings: ApiSettings, session: Session):
        self._settings = settings
        self._session = session
        self._pager = pager(settings.paging)
        self._mapper = self.make_mapper()
        #: whether an answer says itself that it is no error
        self._must_succeed = bool(settings.mapping.success)

    def make_mapper(self) -> RowMapper:
        """What finds the rows in an answer."""
        return RowMapper(self._settings.mapping, self._settings.codec)

    def make_page(self, new: list, again: list, position: Callable[[], Position]):
        """What is yielded for a page.

        :param new: its rows, less those of ``again``, which had come before
        :param position: to be called once what is wrong with the rows has been told
        :raise ClientError: where they are no rows to go on after
        """
        return Page(position(), new, again)

    def pages(
        self,
        params: list[tuple[str, Value]],
        state: dict[str, Any] | None = None,
        version: str | None = None,
    ) -> Iterator[Any]:
        """
        :param params: sent beside those of the settings; those of ``state``, if there
            is one, are sent instead
        :return: generator of what :meth:`make_page` gives
        :raise ClientError: where the reading cannot go on; then the list is incomplete
        """
        progress = Progress(self._pager.start(version), params)
        known = KnownRows()
        if state is not None:
            known = KnownRows(state.get("known", ""))
            state = {name: value for name, value in state.items() if name != "known"}
            progress = Progress(**state)
        loops = _LoopGuard()
        while True:
            if progress.pages_read >= self._settings.limits.max_pages:
                raise InvalidResponse(reason="endless_pages", pages=progress.pages_read)
            request = self._request(progress)
            loops.check(request)
            try:
                answer = self._ask(request, progress)
                if not self._pager.may_repeat_rows:
                    loops.check_answer(answer)
            except (HttpError, InvalidResponse) as error:
                if not self._says_no_more(error, progress):
                    raise
                end = replace(progress, place=None)
                yield self.make_page([], [], partial(_position, end, None, known))
                return
            new, again = known.part(answer.rows)
            position = partial(self._position_after, progress, answer, again, known)
            page = self.make_page(new, again, position)
            progress = page.position.progress
            yield page
            if progress.place is None:
                return

    def _position_after(self, progress, answer, again, known) -> Position:
        """
        :param again: the rows of the page that had come before
        :raise InvalidResponse: at an end that comes too early
        """
        version = self._pager.version(progress.place, answer)
        return _position(self._after(progress, answer, len(again)), version, known)

    def _request(self, progress: Progress) -> Request:
        place = progress.place
        is_post = self._settings.method == "POST"
        params: list[tuple[str, Any]] = []
        if not self._pager.is_alone(place):
            params += [
                (name, json_or_text(value) if is_post else value)
                for name, value in self._settings.params
            ]
            if is_post:
                params += self._settings.secret_params
            params += [(name, value) for name, value in progress.params]
        params += self._pager.params(place)
        url = self._settings.base_url + self._settings.list_path
        if self._pager.by_address and place is not None:
            self._session.check_host(place)  # a state may be from other settings
            if not is_post:
                return Request(place)
            url = place
        return with_body(url, params) if is_post else with_query(url, params)

    def _ask(self, request: Request, progress: Progress) -> PageAnswer:
        answer = self._session.send(request)
        document = None
        try:
            if answer.is_empty and not (answer.status != 204 and self._must_succeed):
                rows: list = []
            else:
                content_type = answer.header("Content-Type")
                document = self._session.decode(answer.body, content_type)
                rows = self._mapper.rows(document, self._may_lack_rows(progress))
        except InvalidResponse as error:
            self._session.explain(error, answer)
            raise
        return PageAnswer(
            answer,
            document,
            rows,
            rows_read=progress.rows_read + len(rows),
            pages_read=progress.pages_read + 1,
            is_full=len(rows) >= (progress.most_rows or self._size_asked()),
        )

    def _is_nothing(self, progress: Progress, page: PageAnswer) -> bool:
        """Whether an answer says in so many words that there is nothing (more)."""
        is_end = progress.is_spare or not progress.pages_read
        return is_end and not page.rows and self._pager.is_silent(page)

    def _may_lack_rows(self, progress: Progress) -> bool:
        """Whether an answer without a place for rows may mean that there are none.

        Not that to a question about everything: it may be the answer of another API.
        """
        return bool(
            progress.params
            or progress.pages_read
            or (self._pager.asks_for_news and progress.place is not None)
        )

    def _says_no_more(self, error: ClientError, progress: Progress) -> bool:
        """Whether this is how the API says that nothing comes after the last page."""
        if isinstance(error, NotFound) and progress.pages_read:
            # Where nothing but an empty page tells the end, a missing one does, too.
            return progress.is_spare or self._pager.ends_with_an_empty_page
        if not progress.is_spare:
            return False
        if isinstance(error, HttpError):
            return 400 <= error.facts.get("status", 0) < 500
        return error.facts.get("reason") in ("page_loop", "no_rows", "no_success")

    def _size_asked(self) -> int:
        paging = self._settings.paging
        return paging.size if paging.size_param else 1

    def _after(self, progress: Progress, page: PageAnswer, again: int) -> Progress:
        """
        :param again: how many rows of the page had come before
        :raise InvalidResponse: at an end that comes too early
        """
        if self._is_nothing(progress, page):
            return replace(progress, place=None)
        place = self._pager.after(progress.place, page)
        if place is None and not self._pager.is_complete(page):
            raise InvalidResponse(reason="incomplete")
        if place is not None and self._pager.by_address:
            place = self._session.next_url(page.answer, place)
        announced = self._pager.announced(page) or progress.announced
        rows_again = progress.rows_again + again
        moved = progress.moved or progress.announced not in (None, announced)
        if rows_again and not self._pager.may_repeat_rows:
            # One that came twice has slipped; another may have slipped past us.
            moved = True
        return Progress(
            place,
            progress.params,
            page.rows_read,
            page.pages_read,
            rows_again,
            max(progress.most_rows, len(page.rows)),
            self._pager.is_spare(page),
            announced,
            moved,
        )


def _position(progress: Progress, version: str | None, known: KnownRows) -> Position:
    return Position(
        progress.place is None,
        version,
        progress.moved,
        progress.announced is not None,
        progress,
        known,
        len(known),
    )


class _LoopGuard:
    """Notices when a list has no end because it comes round again."""

    def __init__(self):
        self._seen: set[bytes] = set()

    def check(self, request: Request):
        """:raise InvalidResponse: when the same has been asked before"""
        self._add(b"asked", repr((request.url, json.dumps(request.body))).encode())

    def check_answer(self, page: PageAnswer):
        """:raise InvalidResponse: when the same rows have come before"""
        rows = page.rows
        if not rows:
            return
        # Not the body: a server that comes round again may number its pages anew. Some
        # rows are enough to know a page by.
        some = rows[:: len(rows) // _KNOWN_BY or 1]
        with suppress(RecursionError):  # nested that deeply, it is no row
            content = repr((len(rows), some)).encode(errors="backslashreplace")
            self._add(b"answered", content)

    def _add(self, kind, content):
        digest = hashlib.blake2b(content, digest_size=16, person=kind).digest()
        if digest in self._seen:
            raise InvalidResponse(reason="page_loop")
        self._seen.add(digest)
