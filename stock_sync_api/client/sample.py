from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import ClientError
from .level import Level

#: how many levels and faults are shown
MAX_LEVELS = 50
_EXCERPT_LENGTH = 2000
_HIDDEN = "•••"


@dataclass
class Sample:
    """One request and what came of it, for a person who sets an API up.

    :param url: what was asked, without the API key
    :param status: of the answer; None where none came
    :param seconds: how long it took
    :param size: of the body, in bytes
    :param excerpt: the beginning of the body, without secrets
    :param rows: how many rows were found
    :param levels: what they say
    :param faults: (external id or None, error) of rows that say nothing usable; the
        number of the row is in the error's facts
    :param error: what went wrong with all of it
    :param has_next: whether there is a next page
    """

    url: str = ""
    status: int | None = None
    seconds: float = 0.0
    size: int = 0
    excerpt: str = ""
    rows: int = 0
    levels: list[Level] = field(default_factory=list)
    faults: list[tuple[str | None, ClientError]] = field(default_factory=list)
    error: ClientError | None = None
    has_next: bool = False


def excerpt(body: bytes, secrets: Iterable[str]) -> str:
    """The beginning of a body as text that can be stored and shown."""
    text = body.decode(errors="replace")
    # The longest first: one may be a part of another.
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    text = "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)
    return text if len(text) <= _EXCERPT_LENGTH else text[: _EXCERPT_LENGTH - 1] + "…"
