"""A part of the API's answers."""

from datetime import datetime
from typing import NamedTuple

#: levels per transaction of a list: enough that the work per batch does not count
LIST_BATCH_SIZE = 10_000


class Batch(NamedTuple):
    """A part of the API's answers, to be compared in one transaction.

    :param levels: list of :class:`Level`
    :param faults: list of (external id or None, :class:`ClientError`)
    :param received: naive UTC, before the first of the answers was asked for
    :param state: where to go on after it, for JSON; None after the last of a list
    :param version: the highest that a list has shown so far, where it has versions
    :param moved: whether rows of a list have slipped while it was read, as ``Page`` has
        it
    :param again: levels of rows that had come on an earlier page of a list
    :param announced: whether a list says how much it has in all
    """

    levels: list
    faults: list
    received: datetime
    state: dict | None
    version: str | None = None
    moved: bool = False
    again: tuple = ()
    announced: bool = False
