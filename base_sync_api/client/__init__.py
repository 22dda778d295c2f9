"""The way out to an external API: bytes in, rows or one typed error out.

Plain Python without the ORM, so that it can be tested, fuzzed and timed without a
database. It knows no kind of record: a row is what the API made it.

    with Api(ApiSettings("https://api.example.com", list_path="/notes")) as api:
        for page in api.pages():
            for row in page.rows:
                ...

The rooms, from the door down; none calls upwards:

- ``api``, with ``settings``: what others use
- ``item_reader``, ``ids_reader``, ``list_reader``: the ways of asking; ``paging`` from
  one page to the next, ``page`` what is yielded, ``known_rows`` what came before,
  ``rows`` where they are in an answer, ``sample`` one answer for who sets it up
- ``session``: in whose name; ``schemes`` of authentication (``auth``, ``oauth``), and
  ``secrecy``, ``own_words`` for what may be shown of an answer
- ``transport``: one ``request`` within limits, one ``answer`` or error; ``deadline``,
  ``pace``, ``retry_after``, ``secret_query``, ``sent`` (whether it was), ``hosts``
  (where it may go), ``body``, ``guards``, ``network_error``
- ``codecs``: from bytes to plain Python and back; ``expression``: from there to a
  value; ``external_id``, ``number``, ``moment``, ``link_header``, ``body_kind``: what
  something is
- ``read_ahead``, ``in_order``, ``outage``: threads, and when to stop
- ``errors``: all that is raised; ``registry``: what another addon may add to
"""

from .api import Api
from .auth import Auth, Scheme
from .codecs import CODECS, BodyError, Codec
from .errors import (
    AnswerTimeout,
    ClientError,
    InvalidResponse,
    MappingError,
    NotFound,
    NotInAnswer,
    RateLimited,
)
from .hosts import same_host
from .page import AnyPage, Page
from .paging import PAGING_KINDS, Paging
from .read_ahead import read_ahead
from .rows import RowMapping
from .sample import Sample
from .schemes import AUTH_SCHEMES
from .settings import ApiSettings
from .transport import Limits

__all__ = [
    "AUTH_SCHEMES",
    "AnswerTimeout",
    "AnyPage",
    "Api",
    "ApiSettings",
    "Auth",
    "BodyError",
    "CODECS",
    "ClientError",
    "Codec",
    "InvalidResponse",
    "Limits",
    "MappingError",
    "NotFound",
    "NotInAnswer",
    "PAGING_KINDS",
    "Page",
    "Paging",
    "RateLimited",
    "RowMapping",
    "Sample",
    "Scheme",
    "read_ahead",
    "same_host",
]
