"""Asks the API about products, one by one."""

import re
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from math import inf
from urllib.parse import quote

from dateutil.parser import isoparse

from . import strict_json
from .auth import Auth
from .errors import (
    ClientError,
    InvalidResponse,
    ProductMismatch,
    ProductNotFound,
)
from .level import Level
from .quantity import parse_quantity
from .strict_json import JsonNumber
from .transport import Limits, Transport

#: what an external id may not contain: PostgreSQL takes no NUL, UTF-8 no surrogates
_UNUSABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class ApiSettings:
    """Where the API is and how to speak to it.

    :param base_url: scheme, host and perhaps a path, without a trailing slash
    :param item_path: the path of one product, with ``{external_id}`` in it
    :param concurrency: how many requests may be under way at once
    """

    base_url: str
    item_path: str = "/stock/{external_id}"
    auth: Auth = field(default_factory=Auth)
    limits: Limits = field(default_factory=Limits)
    concurrency: int = 4


class StockApi:
    """One external API; to be used as a context manager."""

    def __init__(self, settings: ApiSettings):
        self.settings = settings
        #: the error for which ``get_levels`` stopped asking, if it did
        self.gave_up: ClientError | None = None
        self._transport = Transport(
            settings.auth.headers(), settings.limits, settings.concurrency
        )

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._transport.__exit__(*exc_info)

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones included."""
        return self._transport.calls

    def item_url(self, external_id: str) -> str:
        """:raise ProductNotFound: for an id that no path can carry"""
        if external_id in ("", ".", "..") or _UNUSABLE.search(external_id):
            # A path takes "." and ".." for folders, percent-encoded or not.
            raise ProductNotFound()
        path = self.settings.item_path.replace(
            "{external_id}", quote(external_id, safe="")
        )
        return self.settings.base_url + path

    def get_level(self, external_id: str) -> Level:
        """What the API says about one product.

        :raise ClientError: the one that tells what went wrong
        """
        return self._parse_item(
            self._transport.get(self.item_url(external_id)), external_id
        )

    def get_levels(
        self, external_ids: Iterable[str], seconds: float = inf
    ) -> Iterator[tuple[str, Level | ClientError]]:
        """Each id with its level or its error, in the order of the ids.

        At most ``concurrency`` requests are under way at once. Once an error says that
        asking goes no further, the ids left are not asked about and get that error.

        :param seconds: after this time no more ids are asked about, and those left are
            not in the result
        """
        external_ids = list(external_ids)
        outage = _Outage()
        end = time.monotonic() + seconds

        def ask(external_id):
            if self.gave_up:
                return self.gave_up
            if time.monotonic() > end:
                return None
            try:
                answer = self.get_level(external_id)
            except ClientError as error:
                answer = error
            if outage.is_certain_after(answer) and not self.gave_up:
                self.gave_up = answer
            return answer

        for external_id, answer in self._in_order(ask, external_ids):
            if answer is None:
                return
            yield external_id, answer

    def _in_order(self, ask, external_ids):
        if self.settings.concurrency == 1 or len(external_ids) == 1:
            yield from ((external_id, ask(external_id)) for external_id in external_ids)
            return
        pool = ThreadPoolExecutor(self.settings.concurrency)
        try:
            yield from zip(external_ids, pool.map(ask, external_ids), strict=True)
        finally:
            # Who stops reading half-way waits for what is under way, and no more.
            pool.shutdown(cancel_futures=True)

    def _parse_item(self, body: bytes, external_id: str) -> Level:
        item = strict_json.loads(body)
        if not isinstance(item, dict):
            raise InvalidResponse(reason="not_an_object")
        for name in ("product_id", "quantity"):
            if name not in item:
                raise InvalidResponse(reason="missing", name=name)
        answered = item["product_id"]
        if not isinstance(answered, str):
            raise InvalidResponse(reason="bad_id")
        if answered != external_id:
            raise ProductMismatch(answered=_UNUSABLE.sub("�", answered)[:80])
        return Level(
            external_id=external_id,
            quantity=parse_quantity(item["quantity"]),
            date=_parse_date(item.get("updated_at")),
        )


class _Outage:
    """Whether asking for the next product still makes sense."""

    #: this many failures in a row that are the API's, and not a product's
    LIMIT = 10

    def __init__(self):
        self._in_a_row = 0
        self._lock = threading.Lock()

    def is_certain_after(self, answer: Level | ClientError) -> bool:
        error = answer if isinstance(answer, ClientError) else None
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if error and error.systemic else 0
            failing = self._in_a_row >= self.LIMIT
        return failing or bool(error and error.stops_run)


def _parse_date(value) -> datetime | None:
    """The API's own time as naive UTC; a time without a zone is UTC.

    A time ahead of ours is a wrong clock: believing it would make every later level
    look stale, so it counts as not given.

    :raise InvalidResponse: for a value that is no ISO 8601 time
    """
    if value is None:
        return None
    if not isinstance(value, str) or isinstance(value, JsonNumber) or "T" not in value:
        raise InvalidResponse(reason="bad_date")
    try:
        date = isoparse(value)
        if date.tzinfo is not None:
            date = date.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise InvalidResponse(reason="bad_date") from error
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return None if date > now + timedelta(minutes=10) else date
