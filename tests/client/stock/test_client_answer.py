import gzip
import time
import tracemalloc
import zlib
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from asking import level_of
from local_server import answer, item

from odoo.addons.stock_sync_api.client import Level

BODY = b'{"product_id": "123", "quantity": 50}'


def body(quantity=b"50", rest=b""):
    return answer(b'{"product_id": "123", "quantity": ' + quantity + rest + b"}")


def broken_off(peer):
    """A connection that is closed before a body came, or its length was said."""
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")


def chunked(*chunks, end=b"0\r\n\r\n"):
    head = answer(length=False, transfer_encoding="chunked")
    return head + b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + end


def test_a_plain_answer_becomes_a_level(serve, connect):
    server = serve(item(updated_at="2025-11-03T14:00:00+02:00"))
    api = connect(server)
    assert level_of(api) == Level("123", Decimal(50), date=datetime(2025, 11, 3, 12))
    assert api.calls == 1
    assert server.paths == ["/stock/123"]
    assert server.header("Accept") == b"application/json"


@pytest.mark.parametrize(
    "script",
    [
        answer(b"\xef\xbb\xbf" + BODY),
        answer(b" \r\n" + BODY + b"\n"),
        answer(gzip.compress(BODY), content_encoding="gzip"),
        answer(gzip.compress(BODY), content_encoding="X-GZIP"),
        answer(
            gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]), content_encoding="gzip"
        ),
        answer(BODY, content_encoding="identity"),
        answer(BODY, status=200, content_type="text/html"),
        answer(BODY, status=203),
        chunked(BODY[:5], BODY[5:]),
        body(rest=b', "more": [1, {"a": 1e999}]'),
        b"HTTP/1.0 200 OK\r\nContent-Length: 37\r\n\r\n" + BODY,
        answer(BODY, length="037"),
    ],
)
def test_unusual_but_lawful_answers_are_understood(serve, connect, script):
    assert level_of(connect(serve(script))).quantity == 50


def test_a_number_is_an_id_too(serve, connect):
    assert level_of(connect(serve(item(123)))).quantity == 50


def test_an_answer_without_a_length_ends_with_the_connection(serve, connect):
    def script(peer):
        peer.read_request()
        peer.send(answer(BODY, length=False))

    assert level_of(connect(serve(script))).quantity == 50


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (broken_off, "not_json"),
        (answer(BODY[:-1]), "not_json"),
        (answer(BODY + b"x"), "not_json"),
        (answer(BODY + BODY), "not_json"),
        (answer(BODY.decode().encode("utf-16")), "not_json"),
        (answer(BODY.replace(b"123", b"\xff\xfe")), "not_json"),
        (answer(BODY.replace(b"123", b"\xed\xa0\x80")), "not_json"),
        (body(rest=b', "quantity": 5'), "not_json"),
        (body(rest=b', "more": {"a": 1, "a": 1}'), "not_json"),
        (body(b"NaN"), "not_json"),
        (body(b"Infinity"), "not_json"),
        (body(b"050"), "not_json"),
        (body(b"'50'"), "not_json"),
        (body(b'"\x01"'), "not_json"),
        (answer(b"[" * 100_000), "not_json"),
        (answer(b"[" * 100_000 + b"]" * 100_000), "not_json"),
        (answer(b'{"a":' * 100_000), "not_json"),
        (answer(b"<!DOCTYPE html><p>Sign in</p>"), "html"),
        (answer(b"\xef\xbb\xbf\r\n <html>"), "html"),
        (answer(b"<?xml version='1.0'?><!-- x --><html xmlns='x'>"), "html"),
        (answer(b"<h1>It works!</h1>"), "html"),
        (answer(b"<?xml version='1.0'?>\n<stock><item/></stock>"), "xml"),
        (answer(b"<stock><item sku='1'/></stock>"), "xml"),
        (answer(b"<soap:Envelope/>"), "xml"),
        (answer(b"sku,qty\n1,5\n2,6\n"), "csv"),
        (answer(b"\xef\xbb\xbfsku;qty;place\r\n1;5;A\r\n"), "csv"),
        (answer(b"sku\tqty\n1\t5"), "csv"),
        (answer(b"sku,qty\n" + b"1,5\n" * 3000), "csv"),
        (answer(b"please, sign in\nfirst"), "not_json"),
        (answer(b'{"a": 1,\n"b": 2,\n'), "not_json"),
        (answer(b"[1]"), "not_an_object"),
        (answer(b"50"), "not_an_object"),
        (answer(b'{"quantity": 50}'), "missing"),
        (answer(b'{"product_id": "123"}'), "missing"),
        (answer(b'{"product_id": null, "quantity": 50}'), "bad_id"),
        (answer(b'{"product_id": ["123"], "quantity": 50}'), "bad_id"),
        (answer(BODY, content_encoding="gzip"), "encoding"),
        (answer(BODY, content_encoding="br"), "encoding"),
        (answer(BODY, content_encoding="gzip, gzip"), "encoding"),
        (answer(zlib.compress(BODY), content_encoding="deflate"), "encoding"),
        (answer(gzip.compress(BODY) + b"xx", content_encoding="gzip"), "encoding"),
    ],
)
def test_what_is_not_the_contract_is_refused_after_one_attempt(
    serve, failure, script, reason
):
    error = failure(script)
    assert (error.code, error.facts["reason"]) == ("invalid_response", reason)
    assert not error.transient


@pytest.mark.parametrize("quantity", [b"1e400", b"9" * 5000, b"true", b'""', b"[]"])
def test_what_is_no_quantity_is_refused(failure, quantity):
    assert failure(body(quantity)).code == "invalid_quantity"


@pytest.mark.parametrize("answered", ["124", " 123", "0123", "１２３", "x" * 200])
def test_an_answer_about_another_product_is_refused(failure, answered):
    error = failure(item(answered))
    assert error.code == "product_mismatch"
    assert error.facts["answered"] == answered[:80]


def test_a_hostile_id_in_the_answer_can_be_stored_and_shown(failure):
    error = failure(item("\x00\ud800\x1b[2J"))
    assert error.facts["answered"] == "���[2J"


def test_a_time_far_ahead_counts_as_not_given(serve, connect):
    now = datetime.now(timezone.utc)
    answers = [
        item(updated_at=(now + timedelta(minutes=minutes)).isoformat())
        for minutes in (1, 60)
    ]
    api = connect(serve(answers))
    assert level_of(api).date
    assert level_of(api).date is None


# Bodies that are not as long as they say


@pytest.mark.parametrize(
    "data",
    [
        answer(BODY, length=100),
        answer(BODY, length="9" * 18),
        answer(BODY, length="9" * 5000),
        answer(gzip.compress(BODY)[:-4], content_encoding="gzip", connection="close"),
        answer(gzip.compress(BODY)[:12], content_encoding="gzip", connection="close"),
        chunked(BODY, end=b""),
        chunked(BODY, end=b"ff\r\nabc"),
        chunked(BODY, end=b"zz\r\n"),
        b"",
        b"HTTP/1.1",
    ],
)
def test_an_answer_that_breaks_off_is_tried_again_and_never_believed(
    serve, connect, data
):
    def script(peer):
        peer.read_request()
        peer.send(data if len(server.requests) < 3 else item())

    server = serve(script)
    api = connect(server)
    assert level_of(api).quantity == 50
    assert api.calls == 3


def test_what_comes_after_the_announced_length_is_not_read(serve, connect):
    api = connect(serve(answer(BODY + b"HTTP/1.1 200 OK\r\n\r\n", length=len(BODY))))
    assert [level_of(api).quantity for _ in range(3)] == [50, 50, 50]


@pytest.mark.parametrize(
    "data",
    [
        answer(BODY, content_type="application/json; charset"),
        chunked(end=b"-5\r\n" + BODY),
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nContent-Length: 37\r\nContent-Length: 3\r\n\r\n" + BODY,
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n: y\r\n\x00\xff\r\n\r\n" + BODY,
    ],
)
def test_malformed_http_is_a_level_or_a_typed_error(serve, connect, data):
    def script(peer):
        peer.read_request()
        peer.send(data)

    [(_id, outcome)] = connect(serve(script)).get_levels(["123"])
    assert getattr(outcome, "code", "level") in (
        "level",
        "connection_error",
        "invalid_response",
    )


# Answers that never end, or grow


def endless(head, data):
    def script(peer):
        peer.read_request()
        peer.send(head)
        while peer.waiting:
            peer.send(data)

    return script


BOMB = gzip.compress(b"[" * 50_000_000)  # 50 MB in 50 kB
ENDLESS = {
    "body without a length": (answer(length=False), b" " * 65536),
    "body of an announced length": (answer(length=10**15), b" " * 65536),
    "chunks": (
        answer(length=False, transfer_encoding="chunked"),
        b"8000\r\n" + b" " * 0x8000 + b"\r\n",
    ),
    "one large chunk": (
        answer(length=False, transfer_encoding="chunked") + b"ffffffffff\r\n",
        b" " * 65536,
    ),
    "gzip bombs": (answer(length=False, content_encoding="gzip"), BOMB),
    "zeros after gzip": (
        answer(gzip.compress(BODY), length=False, content_encoding="gzip"),
        gzip.compress(b"") * 1000,
    ),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_answer_is_cut_off_at_the_limit(failure, kind):
    tracemalloc.start()
    try:
        error = failure(endless(*ENDLESS[kind]), max_bytes=2**20)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.code == "invalid_response"
    assert error.facts == {"reason": "too_large", "megabytes": 1}
    assert peak < 5 * 2**20  # the server of the test included


def test_a_chunk_of_length_minus_one_does_not_fill_the_memory(failure):
    head = answer(length=False, transfer_encoding="chunked") + b"-1\r\n"
    tracemalloc.start()
    try:
        error = failure(endless(head, b" " * 65536), total_timeout=1, max_attempts=1)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.code in ("connection_error", "invalid_response")
    assert peak < 5 * 2**20


def test_the_largest_answer_allowed_is_read(serve, connect):
    padded = BODY + b" " * (2**20 - len(BODY))
    api = connect(
        serve([answer(padded), answer(gzip.compress(padded), content_encoding="gzip")])
    )
    assert level_of(api).quantity == 50
    assert level_of(api).quantity == 50


def test_the_most_expensive_json_within_the_limit_takes_bounded_memory(failure):
    values = b"[" + b"[]," * (2**20 // 3 - 1) + b"0]"
    start = time.monotonic()
    tracemalloc.start()
    try:
        error = failure(answer(values))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.facts["reason"] == "not_an_object"
    assert peak < 40 * 2**20
    assert time.monotonic() - start < 5
