from collections.abc import Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    """A whole answer; ``url`` is where it came from in the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_empty(self) -> bool:
        """Whether it says that there is nothing: 204, or a body of no length.

        Not where the connection may have broken off before a body came.
        """
        is_whole = (
            "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        )
        return self.status == 204 or (is_whole and not self.body.strip())

    def header(self, name: str) -> str:
        """A header's value, "" where there is none; UTF-8 in it survives."""
        return header_text(self.headers.get(name, ""))


def header_text(value: str) -> str:
    """http.client reads headers as latin-1; UTF-8 in them must survive."""
    return value.encode("latin-1", "replace").decode(errors="replace")
