from collections.abc import Callable
from typing import Any, NamedTuple


class BodyError(ValueError):
    """What is to be sent cannot be written in its format."""


class Codec(NamedTuple):
    """How bodies of one format are read and written.

    :param media_types: what the format is called in headers; the first is sent
    :param decode: makes plain Python of a body and the charset that its header names,
        "" where it names none; raises :class:`InvalidResponse` for all that is not
        plainly of the format
    :param encode: makes a body of plain Python; raises :class:`BodyError`
    :param has_no_lists: what is there once may be one of several: the format cannot say
    """

    media_types: tuple[str, ...]
    decode: Callable[[bytes, str], Any]
    encode: Callable[[Any], bytes]
    has_no_lists: bool = False

    @property
    def accept(self) -> str:
        """What asks for an answer of this format."""
        return ", ".join(self.media_types)
