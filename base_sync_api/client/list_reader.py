import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from . import strict_json
from .errors import ClientError, HttpError, InvalidResponse, NotFound
from .known_rows import KnownRows
from .level import Level
from .mapping import Mapper
from .paging import Reading, pager
from .request import Request, Value, json_or_text, with_body, with_query
from .session import Session
from .settings import ApiSettings

#: about how many rows of a page are remembered
_KNOWN_BY = 8


@dataclass(frozen=True)
class _Progress:
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
class Page:
    """A page of a list.

    :param levels: what its rows say
    :param faults: (external id, or None where that is the fault; what is wrong) for
        each row that says nothing usable; its number on the page is in the facts
    :param rows: how many rows the page has, those included that are left out
    :param is_last: whether the list ends with it
    :param version: the highest version seen so far, where the API pages by versions
    :param moved: whether rows have slipped from one page to another while the list was
        read, as far as it shows: its length changed, a row came on a second page, or
        fewer different rows came than were announced
    :param announced: whether the list says how much it has in all
    :param again: what rows say that had come on an earlier page, all their fields the
        same; they are not among the levels
    """

    levels: list[Level]
    faults: list[tuple[str | None, ClientError]]
    rows: int
    is_last: bool
    version: str | None = None
    moved: bool = False
    announced: bool = False
    again: list[Level] = field(default_factory=list)
    _progress: _Progress | None = None
    _known: KnownRows | None = None
    _known_count: int = 0

    @property
    def undated(self) -> int:
        """How many levels have a time that was not understood."""
        return sum(level.undated for level in self.levels)

    @property
    def state(self) -> dict[str, Any] | None:
        """For JSON; a later ``pages(state=…)`` goes on after this page.

        None on the last one. It is made when it is asked for: it has all rows so far.
        """
        if self.is_last or self._progress is None or self._known is None:
            return None
        known = self._known.dump(self._known_count)
        return {**asdict(self._progress), "known": known}


class ListReader:
    """Reads a list, page by page.

    :raise MappingError: for an expression that does not compile
    """

    def __init__(self, settings: ApiSettings, session: Session):
        self._settings = settings
        self._session = session
        self._pager = pager(settings.paging)
        self._mapper = Mapper(settings.mapping, settings.zone())
        #: whether an answer says itself that it is no error
        self._must_succeed = bool(settings.mapping.success)

    def pages(
        self,
        params: list[tuple[str, Value]],
        state: dict[str, Any] | None = None,
        version: str | None = None,
    ) -> Iterator[Page]:
        """
        :param params: sent beside those of the settings; those of ``state``, if there
            is one, are sent instead
        :raise ClientError: where the reading cannot go on; then the list is incomplete
        """
        progress = _Progress(self._pager.start(version), params)
        known = KnownRows()
        if state is not None:
            known = KnownRows(state.get("known", ""))
            state = {name: value for name, value in state.items() if name != "known"}
            progress = _Progress(**state)
        loops = _LoopGuard()
        while True:
            if progress.pages_read >= self._settings.limits.max_pages:
                raise InvalidResponse(reason="endless_pages", pages=progress.pages_read)
            request = self._request(progress)
            loops.check(request)
            try:
                reading = self._read(request, progress)
                if not self._pager.may_repeat_rows:
                    loops.check_answer(reading)
            except (HttpError, InvalidResponse) as error:
                if not self._says_no_more(error, progress):
                    raise
                yield Page(
                    [],
                    [],
                    0,
                    is_last=True,
                    moved=progress.moved,
                    announced=progress.announced is not None,
                )
                return
            new, again = known.part(reading.rows)
            levels, faults = self._mapper.read_rows(new, is_page=not again)
            levels_again, _faults = self._mapper.read_rows(again, is_page=False)
            version = self._pager.version(progress.place, reading)
            progress = self._after(progress, reading, len(again))
            yield Page(
                levels,
                faults,
                len(reading.rows),
                progress.place is None,
                version,
                progress.moved,
                progress.announced is not None,
                levels_again,
                progress,
                known,
                len(known),
            )
            if progress.place is None:
                return

    def _request(self, progress: _Progress) -> Request:
        place = progress.place
        paging = self._settings.paging
        is_post = self._settings.method == "POST"
        params: list[tuple[str, Any]] = []
        if place is None or not (paging.cursor_alone and paging.kind == "cursor"):
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

    def _read(self, request: Request, progress: _Progress) -> Reading:
        answer = self._session.send(request)
        document = None
        try:
            if answer.is_empty and not (answer.status != 204 and self._must_succeed):
                rows: list = []
            else:
                document = strict_json.loads(answer.body)
                rows = self._mapper.rows(document, self._may_lack_rows(progress))
        except InvalidResponse as error:
            self._session.explain(error, answer)
            raise
        return Reading(
            answer,
            document,
            rows,
            rows_read=progress.rows_read + len(rows),
            pages_read=progress.pages_read + 1,
            is_full=len(rows) >= (progress.most_rows or self._size_asked()),
        )

    def _is_nothing(self, progress: _Progress, reading: Reading) -> bool:
        """Whether an answer says in so many words that there is nothing (more)."""
        is_end = progress.is_spare or not progress.pages_read
        return is_end and not reading.rows and self._pager.is_silent(reading)

    def _may_lack_rows(self, progress: _Progress) -> bool:
        """Whether an answer without a place for rows may mean that there are none.

        Not that to a question about everything: it may be the answer of another API.
        """
        is_version = self._settings.paging.kind == "version"
        return bool(
            progress.params
            or progress.pages_read
            or (is_version and progress.place is not None)
        )

    def _says_no_more(self, error: ClientError, progress: _Progress) -> bool:
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

    def _after(self, progress: _Progress, reading: Reading, again: int) -> _Progress:
        """
        :param again: how many rows of the page had come before
        :raise InvalidResponse: at an end that comes too early
        """
        if self._is_nothing(progress, reading):
            return replace(progress, place=None)
        place = self._pager.after(progress.place, reading)
        if place is None and not self._pager.is_complete(reading):
            raise InvalidResponse(reason="incomplete")
        if place is not None and self._pager.by_address:
            place = self._session.next_url(reading.answer, place)
        announced = self._pager.announced(reading) or progress.announced
        rows_again = progress.rows_again + again
        moved = progress.moved or progress.announced not in (None, announced)
        if rows_again and not self._pager.may_repeat_rows:
            # One that came twice has slipped; another may have slipped past us.
            moved = True
        return _Progress(
            place,
            progress.params,
            reading.rows_read,
            reading.pages_read,
            rows_again,
            max(progress.most_rows, len(reading.rows)),
            self._pager.is_spare(reading),
            announced,
            moved,
        )


class _LoopGuard:
    """Notices when a list has no end because it comes round again."""

    def __init__(self):
        self._seen: set[bytes] = set()

    def check(self, request: Request):
        """:raise InvalidResponse: when the same has been asked before"""
        self._add(b"asked", repr((request.url, json.dumps(request.body))).encode())

    def check_answer(self, reading: Reading):
        """:raise InvalidResponse: when the same rows have come before"""
        rows = reading.rows
        if not rows:
            return
        # Not the body: a server that comes round again may number its pages anew. Some
        # rows are enough to know a page by.
        some = rows[:: len(rows) // _KNOWN_BY or 1]
        with suppress(RecursionError):  # nested that deeply, it is no stock
            content = repr((len(rows), some)).encode(errors="backslashreplace")
            self._add(b"answered", content)

    def _add(self, kind, content):
        digest = hashlib.blake2b(content, digest_size=16, person=kind).digest()
        if digest in self._seen:
            raise InvalidResponse(reason="page_loop")
        self._seen.add(digest)
