from collections.abc import Callable
from dataclasses import dataclass, field

from .answer import Answer
from .errors import ClientError
from .excerpt import excerpt

#: characters of a body that are shown
_LENGTH = 2000


@dataclass
class Sample:
    """One request and what came of it, for a person who sets an API up.

    :param url: what was asked, without the API key
    :param status: of the answer; None where none came
    :param seconds: how long it took
    :param size: of the body, in bytes
    :param excerpt: the beginning of the body, without secrets
    :param withheld: whether the body is not shown because a secret may be in it
    :param rows: how many rows were found
    :param faults: (external id or None, error) of rows that say nothing usable, where a
        kind of record looks into them; the number of the row is in the error's facts
    :param error: what went wrong with all of it
    :param has_next: whether there is a next page
    """

    url: str = ""
    status: int | None = None
    seconds: float = 0.0
    size: int = 0
    excerpt: str = ""
    withheld: bool = False
    rows: int = 0
    faults: list[tuple[str | None, ClientError]] = field(default_factory=list)
    error: ClientError | None = None
    has_next: bool = False

    def show(self, answer: Answer, without_secrets: Callable[[str], str | None]):
        """Show as much of an answer as may be shown.

        :param without_secrets: gives a text as it may be shown, or None
        """
        url = without_secrets(answer.url)
        self.url = self.url if url is None else url
        self.status, self.size = answer.status, len(answer.body)
        shown = excerpt(answer.body, _LENGTH, without_secrets)
        self.withheld = shown is None
        self.excerpt = shown or ""
