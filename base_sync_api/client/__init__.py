"""The way out to the API: bytes in, levels or one typed error out.

Plain Python without the ORM, so that it can be tested, fuzzed and timed without a
database. A level's way reads top to bottom: ``stock_api`` asks through one of the
readers (``item_reader``, ``ids_reader``, ``list_reader`` with ``paging``), ``session``
says in whose name, ``transport`` fetches bytes, ``strict_json``, ``mapping`` and
``quantity`` decide what they mean, ``level`` is the result.
"""

from .auth import Auth
from .errors import (
    AnswerTimeout,
    ClientError,
    InvalidResponse,
    MappingError,
    NotInAnswer,
    RateLimited,
)
from .level import Level
from .list_reader import Page
from .mapping import Mapping
from .paging import Paging
from .read_ahead import read_ahead
from .sample import Sample
from .settings import ApiSettings
from .stock_api import StockApi
from .transport import Limits, same_host

__all__ = [
    "AnswerTimeout",
    "ApiSettings",
    "Auth",
    "ClientError",
    "InvalidResponse",
    "Level",
    "Limits",
    "Mapping",
    "MappingError",
    "NotInAnswer",
    "Page",
    "Paging",
    "RateLimited",
    "Sample",
    "StockApi",
    "read_ahead",
    "same_host",
]
