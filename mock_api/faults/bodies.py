"""Scenarios whose answer has a wrong body, well sent."""

import gzip
import re
import zlib
from functools import lru_cache

from werkzeug.wrappers import Response

from mock_api.faults.exchange import Exchange
from mock_api.faults.scenario import number, scenario

MEGABYTE = 1_000_000
LONG_NUMBER = b"9" * 5000
# What the shapes call a quantity, with its value.
_QUANTITY = re.compile(
    rb'"(quantity|available|totalQuantity|fulfillableQuantity|stock_quantity|'
    rb"available_to_sell|total_inventory_onhand|quantityOnStock|availableQuantity)"
    rb'":("[^"]*"|-?[0-9.]+|null)'
)


def _changed(exchange: Exchange, change: tuple[bytes, bytes] | bytes) -> Response:
    """Return the answer with every quantity, or with its first ``{``, replaced."""
    answer = exchange.answer()
    if isinstance(change, tuple):
        answer.data = answer.data.replace(*change, 1)
    else:
        answer.data = _QUANTITY.sub(change, answer.data)
    return answer


def _cut(body: bytes, length: float | None) -> bytes:
    return body[: len(body) // 2 if length is None else int(length)]


def _length(text: str) -> float | None:
    return number(0, whole=True)(text) if text else None


@scenario(
    "truncated",
    "a body that ends too early, its length announced",
    "BYTES=half",
    _length,
)
def truncated(exchange: Exchange, length: float | None) -> Response:
    answer = exchange.answer()
    answer.data = _cut(answer.data, length)
    return answer


@scenario(
    "truncated-gzip",
    "a compressed body that ends too early, its length announced",
    "BYTES=half",
    _length,
)
def truncated_gzip(exchange: Exchange, length: float | None) -> Response:
    answer = exchange.answer()
    answer.data = _cut(gzip.compress(answer.data), length)
    answer.headers["Content-Encoding"] = "gzip"
    return answer


@scenario(
    "gzip-bomb",
    "a small compressed body that becomes a huge one, with the real answer at its end",
    "MEGABYTES=100",
    number(100, 2000, whole=True),
)
def gzip_bomb(exchange: Exchange, megabytes: float) -> Response:
    answer = exchange.answer()
    answer.data = _spaces(int(megabytes)) + gzip.compress(answer.data)
    answer.headers["Content-Encoding"] = "gzip"
    return answer


@lru_cache(maxsize=1)
def _spaces(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    blank = b" " * MEGABYTE
    return b"".join(packer.compress(blank) for _ in range(megabytes)) + packer.flush()


@scenario(
    "huge-page",
    "a valid answer with a long text in it that nobody needs",
    "MEGABYTES=20",
    number(20, 2000, whole=True),
)
def huge_page(exchange: Exchange, megabytes: float) -> Response:
    padding = b"x" * (int(megabytes) * MEGABYTE)
    return _changed(exchange, (b"{", b'{"padding":"%s",' % padding))


@scenario("wrong-content-type", "the real answer as text/html")
def wrong_content_type(exchange: Exchange, _: None) -> Response:
    answer = exchange.answer()
    answer.headers["Content-Type"] = "text/html; charset=utf-8"
    return answer


@scenario("invalid-utf8", "the real answer with a text more that is not UTF-8")
def invalid_utf8(exchange: Exchange, _: None) -> Response:
    return _changed(exchange, (b"{", b'{"note":"\xff",'))


@scenario("duplicate-keys", "every quantity twice, with two values: not clear which")
def duplicate_keys(exchange: Exchange, _: None) -> Response:
    return _changed(exchange, rb'"\1":\2,"\1":987654')


@scenario("nan", "NaN as every quantity, which is no JSON")
def nan(exchange: Exchange, _: None) -> Response:
    return _changed(exchange, rb'"\1":NaN')


@scenario("1e400", "1e400 as every quantity: a number, but infinite as a float")
def too_large_for_a_float(exchange: Exchange, _: None) -> Response:
    return _changed(exchange, rb'"\g<1>":1e400')


@scenario("long-number", "a number of 5,000 digits as every quantity")
def long_number(exchange: Exchange, _: None) -> Response:
    return _changed(exchange, rb'"\g<1>":' + LONG_NUMBER)


@scenario(
    "deep-brackets",
    "lists in lists, too deep for most parsers",
    "DEPTH=100000",
    number(100_000, 10_000_000, whole=True),
)
def deep_brackets(exchange: Exchange, depth: float) -> Response:
    answer = exchange.answer()
    answer.data = b"[" * int(depth) + b"]" * int(depth)
    return answer


@scenario("html-login", "a page to log in on, with status 200")
def html_login(exchange: Exchange, _: None) -> Response:
    return Response(
        "<!doctype html><title>Log in</title><form method=post>"
        "<input name=user><input name=password type=password></form>",
        mimetype="text/html",
    )


@scenario("error-in-200", "an error told in JSON, with status 200")
def error_in_200(exchange: Exchange, _: None) -> Response:
    return Response(
        '{"success":false,"error":"the warehouse is not available"}',
        mimetype="application/json",
    )
