from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .auth import Auth
from .pace import TakeTurn
from .paging import Paging
from .rows import RowMapping
from .transport import USER_AGENT, Limits


@dataclass(frozen=True)
class ApiSettings:
    """Where the API is and how to speak to it.

    :param base_url: scheme, host and perhaps a path, without a trailing slash
    :param item_path: the path of one thing, with ``{external_id}`` in it; "" where the
        API has none
    :param list_path: the path of the list (and of a question about several ids); ""
        where there is none
    :param method: ``GET``, or ``POST`` with a JSON body, for the list and for ids; one
        thing is always asked about with GET
    :param headers: (name, value), sent with each request to the API
    :param secret_headers: the same; their values are shown nowhere
    :param params: (name, value). With GET they go into each query. With POST they are
        keys of the body: ``query.filter.x`` nests, and a value that is JSON goes in as
        that
    :param secret_params: the same; their values are shown nowhere
    :param ids_param: the parameter for the ids. In a body they are a list
    :param ids_separator: what is between the ids in a query; "" repeats the parameter
    :param ids_per_request: how many ids are asked about at once
    :param since_param: the parameter for what has changed since a time; "" where the
        API has none
    :param time_zone: the name (of IANA's list) of the zone of times without one
    :param mapping: where the rows are in an answer
    :param codec: what answers are written in: ``json``, ``csv``, ``xml``, ``form``, or
        what another addon has added to ``CODECS``; "" where each says it in its header
    :param idempotency_header: the header by which the API knows what it was told
        already, for example ``Idempotency-Key``; "" where it has none
    :param concurrency: how many requests may be under way at once
    :param requests_per_second: how fast they may follow each other; 0 for no limit
    :param shared_turns: turns that other clients of this API take, too; see ``Pace``
    :param user_agent: what calls, for the API's own statistics
    """

    base_url: str
    item_path: str = ""
    list_path: str = ""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secret_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secret_params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ids_param: str = "ids"
    ids_separator: str = ","
    ids_per_request: int = 50
    since_param: str = ""
    time_zone: str = "UTC"
    mapping: RowMapping = field(default_factory=RowMapping)
    paging: Paging = field(default_factory=Paging)
    codec: str = "json"
    idempotency_header: str = ""
    auth: Auth = field(default_factory=Auth)
    limits: Limits = field(default_factory=Limits)
    concurrency: int = 4
    requests_per_second: float = 0
    shared_turns: Callable[[], AbstractContextManager[TakeTurn]] | None = field(
        default=None, repr=False, compare=False
    )
    user_agent: str = USER_AGENT

    def zone(self) -> tzinfo | None:
        """The zone of times without one; None for UTC.

        :raise ValueError: for a name that is in no list of this machine
        """
        if self.time_zone in ("", "UTC"):
            return None
        try:
            return ZoneInfo(self.time_zone)
        except (OSError, ZoneInfoNotFoundError) as error:
            raise ValueError(self.time_zone) from error
