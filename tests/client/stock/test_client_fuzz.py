import gzip

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from local_server import LocalServer

from odoo.addons.base_sync_api.client import ClientError, Limits
from odoo.addons.stock_sync_api.client import Level, StockApi, StockApiSettings

CODES = {
    "connection_error",
    "timeout",
    "auth_failed",
    "rate_limited",
    "http_error",
    "invalid_response",
    "not_in_answer",
    "product_not_found",
    "product_mismatch",
    "invalid_quantity",
}
BODY = b'{"product_id": "1", "quantity": 50, "updated_at": "2025-11-03T12:00:00Z"}'


def is_level_or_error(answer):
    if isinstance(answer, ClientError):
        return answer.code in CODES
    return isinstance(answer, list) and isinstance(answer[0], Level)


@st.composite
def mutated(draw, original):
    """The original with a few pieces replaced by anything."""
    data = original
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 8)))
        data = data[:start] + draw(st.binary(max_size=8)) + data[end:]
    return data


@given(st.binary() | mutated(BODY))
@settings(max_examples=500)
def test_any_body_is_a_level_or_one_typed_error(body):
    api = StockApi(StockApiSettings("http://127.0.0.1"))
    try:
        answer = api._items.parse(body, "1")
    except ClientError as error:
        answer = error
    assert is_level_or_error(answer)


@pytest.fixture(scope="module")
def ask():
    """What a client makes of the bytes that a server sends before it closes."""
    sent = [b""]

    def script(peer):
        peer.read_request()
        peer.send(sent[0])

    server = LocalServer(script)

    def ask(data):
        sent[0] = data
        limits = Limits(total_timeout=2, max_attempts=1, max_redirects=1)
        with StockApi(StockApiSettings(server.url, limits=limits)) as api:
            [(_id, answer)] = api.get_levels(["1"])
        return answer

    yield ask
    server.close()


header_values = st.text(
    st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=30
).map(lambda text: text.encode("latin-1"))
headers = st.lists(
    st.tuples(
        st.sampled_from(
            [b"Content-Length", b"Content-Type", b"Content-Encoding", b"Location"]
            + [b"Transfer-Encoding", b"Retry-After", b"Set-Cookie", b"Connection"]
        ),
        header_values
        | st.sampled_from([b"gzip", b"chunked", b"close", b"0", b"73", b"-1", b"+5"])
        | st.sampled_from(
            [b"a/b; charset", b"/x", b"//[", b"http://\xff", b"9" * 5000]
        ),
    ),
    max_size=4,
)
bodies = (
    st.just(BODY)
    | mutated(b"49\r\n" + BODY + b"\r\n0\r\n\r\n")
    | mutated(gzip.compress(BODY, mtime=0))
    | st.binary(max_size=100)
)


@given(st.sampled_from([200, 204, 302, 401, 404, 429, 503]), headers, bodies)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(200, [(b"Transfer-Encoding", b"chunked")], b"-5\r\nabc")
@example(200, [(b"Transfer-Encoding", b"chunked")], b"-1\r\nabc")
@example(200, [(b"Content-Type", b"text/html; charset")], BODY)
@example(200, [(b"Content-Length", b"9" * 5000)], BODY)
@example(302, [(b"Location", b"http://[")], b"")
@example(302, [(b"Location", b"\xff")], b"")
def test_any_headers_and_body_are_a_level_or_one_typed_error(
    ask, status, headers, body
):
    lines = b"".join(b"%s: %s\r\n" % header for header in headers)
    assert is_level_or_error(ask(b"HTTP/1.1 %d X\r\n%s\r\n%s" % (status, lines, body)))


@given(st.binary() | mutated(b"HTTP/1.1 200 OK\r\nContent-Length: 73\r\n\r\n" + BODY))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_from_the_wire_are_a_level_or_one_typed_error(ask, data):
    assert is_level_or_error(ask(data))
