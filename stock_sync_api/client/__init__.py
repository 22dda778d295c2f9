"""The way out to the API: bytes in, levels or one typed error out.

Plain Python without the ORM, so that it can be tested, fuzzed and timed without a
database. A level's way reads top to bottom: ``stock_api`` asks, ``transport`` fetches
bytes, ``strict_json`` and ``quantity`` decide what they mean, ``level`` is the result.
"""

from .auth import Auth
from .errors import ClientError
from .level import Level
from .stock_api import ApiSettings, StockApi
from .transport import Limits, same_host

__all__ = [
    "ApiSettings",
    "Auth",
    "ClientError",
    "Level",
    "Limits",
    "StockApi",
    "same_host",
]
