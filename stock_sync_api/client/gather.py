"""From the pages of a list to what each product wants to know."""

import time
from collections.abc import Iterable, Iterator

from .errors import ClientError, NotInAnswer
from .level import Level
from .list_reader import Page


def gather(pages: Iterable[Page]) -> dict[str, list[Level] | ClientError]:
    """What pages say about each product: its levels, or the first thing wrong."""
    found: dict[str, list[Level] | ClientError] = {}
    for page in pages:
        _add(found, page)
    return found


def find(
    pages: Iterable[Page], external_ids: list[str], end: float, spread: bool
) -> Iterator[tuple[str, list[Level] | ClientError]]:
    """Each id with what the pages say about it; no more pages are read than needed.

    :param end: the time, by ``time.monotonic()``, after which no page is read; ids
        about which nothing is certain then are left out
    :param spread: whether levels of one product may be on several pages
    """
    found: dict[str, list[Level] | ClientError] = {}
    otherwise: ClientError | None = NotInAnswer()
    missing = set(external_ids)
    try:
        for page in pages:
            _add(found, page)
            missing -= found.keys()
            if not missing and not spread:
                break
            if page.state is not None and time.monotonic() > end:
                otherwise = None
                break
    except ClientError as error:
        otherwise = error
    is_whole = isinstance(otherwise, NotInAnswer)
    for external_id in external_ids:
        certain = is_whole or not spread
        answer = (found.get(external_id) if certain else None) or otherwise
        if answer is not None:
            yield external_id, answer


def _add(found, page):
    for level in page.levels:
        levels = found.setdefault(level.external_id, [])
        if isinstance(levels, list):
            levels.append(level)
    for external_id, error in page.faults:
        if not isinstance(found.get(external_id), ClientError):
            found[external_id] = error
