"""What a contender finds and is told, and what is measured of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Dataset:
    """What was set up.

    :param targets: what the API says, by product id
    :param differing: the products whose stock differs from that
    """

    backend_ids: tuple[int, ...]
    location_id: int
    user_id: int
    targets: dict[int, float]
    differing: frozenset[int]


@dataclass(frozen=True)
class Task:
    """One piece of work, the same for every contender.

    :param base_url: of the mock API
    :param page_size: rows per page of the list
    :param targets: what the API says, by product id; only for contenders that are told
        which products to look at
    """

    database: str
    base_url: str
    location_id: int
    user_id: int
    backend_ids: tuple[int, ...]
    page_size: int
    targets: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """One repetition.

    :param seconds: by the clock
    :param cpu_seconds: of the contender's processes, without PostgreSQL's
    :param statements: sent to PostgreSQL
    :param calls: HTTP requests
    :param peak_kib: the largest memory that a process had
    :param conflicts: statements that PostgreSQL refused because of another transaction
    """

    seconds: float
    cpu_seconds: float
    statements: int
    calls: int
    peak_kib: int
    conflicts: int
