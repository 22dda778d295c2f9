"""The body of an answer, read in pieces.

Decompressed and measured here: older urllib3 takes a body shorter than its
Content-Length for a whole one, none notices a truncated gzip stream, and both
decompress without a limit.
"""

import zlib
from collections.abc import Iterable, Iterator

from .errors import InvalidResponse

_CHUNK = 65536


def pieces(response, max_bytes: int) -> Iterator[bytes]:
    """The body, decompressed.

    :param response: of ``requests``, of which nothing is read yet
    :param max_bytes: more than these, before or after decompression, are too many
    :raise ConnectionError: where it breaks off
    :raise InvalidResponse: where it is too large, or encoded in another way
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    found = _limited(_received(response), max_bytes)
    if encoding in ("gzip", "x-gzip"):
        found = _limited(_gunzip(found), max_bytes)
    elif encoding not in ("identity", ""):
        raise InvalidResponse(reason="encoding")
    return found


def _limited(some: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    size = 0
    for piece in some:
        size += len(piece)
        if size > max_bytes:
            raise InvalidResponse(reason="too_large", megabytes=max_bytes // 2**20)
        yield piece


def _received(response) -> Iterator[bytes]:
    """The body as it comes over the wire.

    :raise ConnectionError: where it is not as long as announced
    """
    if response.request.method == "HEAD":
        return  # what is announced is the length that a GET would have
    size = 0
    while piece := response.raw.read(_CHUNK, decode_content=False):
        size += len(piece)
        yield piece
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and not response.headers.get("Transfer-Encoding"):
        # Compared as text: int() refuses thousands of digits.
        if str(size) != (announced.lstrip("0") or "0"):
            raise ConnectionError("the body is not as long as announced")


def _gunzip(some: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress, a little at a time: 1 kB may stand for 1 MB.

    :raise ConnectionError: where the stream ends before its end
    :raise InvalidResponse: where it is no gzip
    """
    decoder = None
    for piece in some:
        while piece:
            if decoder is None or decoder.eof:  # a stream may have several members
                decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                yield decoder.decompress(piece, _CHUNK)
            except zlib.error as error:
                raise InvalidResponse(reason="encoding") from error
            piece = decoder.unconsumed_tail or decoder.unused_data
    if decoder and not decoder.eof:
        raise ConnectionError("the gzip stream is cut short")
