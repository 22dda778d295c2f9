"""Scenarios that need the connection itself: bytes that no framework would send."""

from werkzeug.wrappers import Response

from mock_api.faults.exchange import Exchange
from mock_api.faults.scenario import number, scenario

PAUSE = 0.5  # seconds
LONG = 60  # seconds: longer than a client should wait
CHUNK = b" " * 65_536
# What a client reads that takes what is left of one answer for the next one.
FORGED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 42\r\n\r\n"
    b'{"product_id": "forged", "quantity": "666"}'
)


def _head(answer: Response, **changed: str | None) -> bytes:
    """Return the status line and the headers of an answer, some of them changed."""
    headers = {**dict(answer.headers), **changed}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    head = "\r\n".join([f"HTTP/1.1 {answer.status}", *lines, "", ""])
    return head.encode("latin-1")


def _half(exchange: Exchange) -> bytes:
    """Return the answer with all its headers and half of its body."""
    answer = exchange.answer()
    body: bytes = answer.data
    return _head(answer) + body[: len(body) // 2]


@scenario(
    "refused",
    "this request is broken off, then every connection is refused for a while",
    "SECONDS=2",
    number(2),
)
def refused(exchange: Exchange, seconds: float) -> Response:
    exchange.wire.refuse(seconds)


@scenario("no-answer", "the connection is closed without a byte")
def no_answer(exchange: Exchange, _: None) -> Response:
    exchange.wire.close()


@scenario("reset-half-way", "the connection is reset in the middle of the body")
def reset_half_way(exchange: Exchange, _: None) -> Response:
    exchange.wire.send(_half(exchange))
    exchange.wire.reset()


@scenario(
    "hang-before",
    "no byte for a while, then a closed connection",
    "SECONDS=60",
    number(LONG),
)
def hang_before(exchange: Exchange, seconds: float) -> Response:
    exchange.wire.pause(seconds)
    exchange.wire.close()


@scenario(
    "hang-in-the-middle",
    "no byte for a while in the middle of the body, then a closed connection",
    "SECONDS=60",
    number(LONG),
)
def hang_in_the_middle(exchange: Exchange, seconds: float) -> Response:
    exchange.wire.send(_half(exchange))
    exchange.wire.pause(seconds)
    exchange.wire.close()


@scenario(
    "drip-body", "the body byte by byte, with pauses", "SECONDS=0.5", number(PAUSE)
)
def drip_body(exchange: Exchange, seconds: float) -> Response:
    answer = exchange.answer()
    exchange.wire.send(_head(answer))
    _drip(exchange, answer.data, seconds)
    exchange.wire.finish()


@scenario(
    "drip-headers",
    "status line and headers byte by byte, with pauses",
    "SECONDS=0.5",
    number(PAUSE),
)
def drip_headers(exchange: Exchange, seconds: float) -> Response:
    answer = exchange.answer()
    _drip(exchange, _head(answer), seconds)
    exchange.wire.send(answer.data)
    exchange.wire.finish()


def _drip(exchange: Exchange, data: bytes, seconds: float) -> None:
    for place in range(len(data)):
        exchange.wire.send(data[place : place + 1])
        exchange.wire.pause(seconds)


@scenario("short-body", "a body of half the announced length, then a closed connection")
def short_body(exchange: Exchange, _: None) -> Response:
    exchange.wire.send(_half(exchange))
    exchange.wire.close()


@scenario(
    "long-body",
    "after the body, on the open connection, what looks like another answer",
)
def long_body(exchange: Exchange, _: None) -> Response:
    answer = exchange.answer()
    exchange.wire.send(_head(answer) + answer.data + FORGED)
    exchange.wire.finish()


@scenario("endless-chunked", "a chunked body that begins well and never ends")
def endless_chunked(exchange: Exchange, _: None) -> Response:
    answer = exchange.answer()
    head = _head(answer, **{"Content-Length": None, "Transfer-Encoding": "chunked"})
    exchange.wire.send(head + _chunk(answer.data[:-1]))
    while True:
        exchange.wire.send(_chunk(CHUNK))


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
