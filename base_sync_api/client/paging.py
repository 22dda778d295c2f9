"""From one page to the next, as each API means it.

A *place* is what stands for a page: a number, an offset, a cursor, an address, a
version; None is the first. It can be kept as JSON.
"""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from .answer import Answer
from .codecs.strict_json import JsonNumber
from .errors import InvalidResponse
from .expression import Expression
from .link_header import next_target
from .registry import Registry

_WHOLE_NUMBER = re.compile("[0-9]{1,18}")
_HEADER = "header:"


@dataclass(frozen=True)
class Paging:
    """How a list is cut into pages, and how its end shows.

    With ``page`` and ``offset`` the end shows by whatever is given of ``pages``,
    ``total`` and ``next``; by an empty page where none of them is. A short page is no
    end: an API may give fewer rows than it is asked for.

    :param kind: ``none``; ``page`` (a number), ``offset`` (of the first row, from 0),
        ``cursor``, ``link`` (the header), ``next_url`` (an address in the answer),
        ``version`` (the highest seen is sent until nothing newer comes)
    :param param: the parameter for the page number, offset, cursor or version
    :param size_param: the parameter for the number of rows; "" where the API decides
    :param size: how many rows are asked for
    :param first: the number of the first page
    :param next: where the cursor or address of the next page is; for ``version``, on a
        row, the row's version; for ``page`` and ``offset`` whether there is one more
    :param pages: where the number of pages is
    :param total: where the number of rows is; fewer than that are an error
    :param cursor_alone: with a cursor, no other parameter but the size may be sent

    ``next``, ``pages`` and ``total`` are JMESPath expressions on the whole answer, or
    ``header:NAME``.
    """

    kind: str = "none"
    param: str = "page"
    size_param: str = "per_page"
    size: int = 500
    first: int = 1
    next: str = ""
    pages: str = ""
    total: str = ""
    cursor_alone: bool = False

    def check(self):
        """:raise MappingError: for an expression that does not compile"""
        for field in ("next", "pages", "total"):
            _Sign(getattr(self, field), field)


class PageAnswer(NamedTuple):
    """A page that was read, and how far the reading has come with it."""

    answer: Answer
    document: Any
    rows: list
    #: rows of all pages so far
    rows_read: int
    #: pages so far
    pages_read: int
    #: whether the page has as many rows as the API seems to give at most
    is_full: bool


class _Sign:
    """Something that an answer says about its pages: in a header or in the body."""

    def __init__(self, text: str, field: str):
        self._name = text
        self._header = None
        self._expression = None
        if text.startswith(_HEADER):
            self._header = text.removeprefix(_HEADER).strip()
        elif text:
            self._expression = Expression(text, field)

    def __bool__(self):
        return bool(self._name)

    def value(self, page: PageAnswer):
        """None where the answer says nothing."""
        if self._header is not None:
            return page.answer.header(self._header).strip() or None
        return self.on(page.document)

    def on(self, value):
        """What the expression gives on ``value``, a whole answer or a row."""
        return self._expression.get(value) if self._expression else None

    def is_given(self, page: PageAnswer) -> bool:
        return self.value(page) not in (None, False, "", [], {})

    def cursor(self, page: PageAnswer) -> str | int | None:
        """A text, or a number where it is one in the answer.

        :raise InvalidResponse: for anything else
        """
        if not self.is_given(page):
            return None
        value = self.value(page)
        if not isinstance(value, str):
            raise self._unusable()
        is_number = isinstance(value, JsonNumber) and _WHOLE_NUMBER.fullmatch(value)
        return int(value) if is_number else str(value)

    def number(self, page: PageAnswer) -> int:
        """:raise InvalidResponse: for what is no whole number"""
        value = self.value(page)
        if not isinstance(value, str) or not _WHOLE_NUMBER.fullmatch(value):
            raise self._unusable()
        return int(value)

    def _unusable(self):
        return InvalidResponse(reason="paging", name=self._name)


class SinglePage:
    """Everything at once; also what the ways of paging have in common."""

    #: the place is a whole address, not a parameter
    by_address = False
    #: rows that come again are no sign of a loop
    may_repeat_rows = False
    #: what is asked for after the first page may be empty
    asks_for_news = False

    def __init__(self, paging: Paging):
        self._paging = paging
        self._next = _Sign(paging.next, "next")
        self._pages = _Sign(paging.pages, "pages")
        self._total = _Sign(paging.total, "total")

    @property
    def ends_with_an_empty_page(self) -> bool:
        """Whether nothing else tells that a page is the last."""
        return False

    def start(self, version: str | None):
        """The place of the first page."""
        return None

    def is_alone(self, place) -> bool:
        """Whether the parameters for the page at ``place`` stand for all others."""
        return False

    def params(self, place) -> list[tuple[str, str | int]]:
        """The parameters for the page at ``place``."""
        size = []
        if self._paging.size_param and self._paging.kind != "none":
            size = [(self._paging.size_param, self._paging.size)]
        if place is None or self.by_address or not self._paging.param:
            return size
        return [*size, (self._paging.param, place)]

    def after(self, place, page: PageAnswer):
        """The place of the next page; None at the end.

        :raise InvalidResponse: where the answer says nothing usable about it
        """
        return None

    def is_complete(self, page: PageAnswer) -> bool:
        """Whether no row that was announced is missing."""
        if not self._total:
            return True
        return page.rows_read >= self._total.number(page)

    def is_silent(self, page: PageAnswer) -> bool:
        """Whether the answer says nothing about pages and rows."""
        signs = (self._next, self._pages, self._total)
        return not any(sign.is_given(page) for sign in signs)

    def announced(self, page: PageAnswer) -> str | None:
        """How much there is in all, rows or pages, where the answer says so."""
        for sign in (self._total, self._pages):
            if sign.is_given(page):
                return str(sign.value(page))
        return None

    def is_spare(self, page: PageAnswer) -> bool:
        """Whether the next page is only asked for to be sure that there is none."""
        return False

    def version(self, place, page: PageAnswer) -> str | None:
        """The highest version seen so far, where there are versions."""
        return None


class PageNumbers(SinglePage):
    def start(self, version):
        return self._paging.first

    def after(self, place, page):
        return self._step(place, page) if self._has_more(page) else None

    @property
    def ends_with_an_empty_page(self):
        return not (self._pages or self._next or self._total)

    def is_spare(self, page):
        only_total = self._total and not self._pages and not self._next
        return bool(only_total) and self.is_complete(page)

    def _step(self, place, page):
        return place + 1

    def _has_more(self, page):
        more_pages = self._pages and page.pages_read < self._pages.number(page)
        if not page.rows:
            if more_pages:
                raise InvalidResponse(reason="incomplete")
            return False
        if self.ends_with_an_empty_page:
            return True
        return bool(
            more_pages
            or (self._next and self._next.is_given(page))
            or not self.is_complete(page)
            # The total may lie low: a full page may have more rows behind it.
            or (self.is_spare(page) and page.is_full)
        )


class Offsets(PageNumbers):
    def start(self, version):
        return 0

    def _step(self, place, page):
        return place + len(page.rows)  # not the size: the API may give fewer


class Cursors(SinglePage):
    def is_alone(self, place):
        return place is not None and self._paging.cursor_alone

    def after(self, place, page):
        return self._next.cursor(page)


class NextAddresses(SinglePage):
    by_address = True

    def after(self, place, page):
        address = self._next.cursor(page)
        return None if address is None else str(address)


class LinkHeaders(SinglePage):
    by_address = True

    def is_silent(self, page):
        return super().is_silent(page) and not page.answer.header("Link")

    def after(self, place, page):
        try:
            return next_target(page.answer.header("Link"))
        except ValueError:
            raise InvalidResponse(reason="bad_link") from None


class Versions(SinglePage):
    may_repeat_rows = True  # some APIs send the row of the version once more
    asks_for_news = True

    def start(self, version):
        return version

    def after(self, place, page):
        newest = self.version(place, page)
        return newest if newest != place else None

    def is_complete(self, page):
        return True  # a number of rows would be that after the version

    def announced(self, page):
        return None

    def version(self, place, page):
        versions = [self._next.on(row) for row in page.rows]
        texts = {str(v) for v in versions if isinstance(v, str) and v}
        if page.rows and not texts:
            raise InvalidResponse(reason="paging", name=self._paging.next)
        if place is not None:
            texts.add(place)
        are_numbers = all(_WHOLE_NUMBER.fullmatch(text) for text in texts)
        ordered = sorted(texts, key=int if are_numbers else str)
        if place is not None and ordered[0] != place:
            # Older than what was asked for: the API ignores the parameter.
            raise InvalidResponse(reason="page_loop")
        return ordered[-1] if ordered else None


#: a class for each kind, made like :class:`SinglePage`; another addon may add one
PAGING_KINDS: Registry[type[SinglePage]] = Registry(
    "way of paging",
    {
        "none": SinglePage,
        "page": PageNumbers,
        "offset": Offsets,
        "cursor": Cursors,
        "link": LinkHeaders,
        "next_url": NextAddresses,
        "version": Versions,
    },
)


def pager(paging: Paging) -> SinglePage:
    """:raise MappingError: for an expression that does not compile"""
    return PAGING_KINDS[paging.kind](paging)
