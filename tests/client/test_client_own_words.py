"""What the API says itself about the trouble it has."""

import json

import pytest
from asking import level_of
from hypothesis import given
from hypothesis import strategies as st
from local_server import answer, document

from odoo.addons.base_sync_api.client import Auth, ClientError
from odoo.addons.base_sync_api.client.own_words import names_trouble, quote
from odoo.addons.stock_sync_api.client import Mapping

SAID = [
    (b'{"message": "Unknown site"}', "Unknown site"),
    (b'{"error": "Unknown site"}', "Unknown site"),
    (b'{"error": {"code": 7, "message": "Unknown site"}}', "Unknown site"),
    (b'{"errors": [{"title": "Bad", "detail": "Unknown site"}]}', "Unknown site"),
    (b'{"errors": ["Unknown site"]}', "Unknown site"),
    (b'{"errors": {"site": ["is unknown"]}}', "is unknown"),
    (b'{"error": "invalid_client", "error_description": "Unknown"}', "Unknown"),
    (b'{"title": "Bad Request", "status": 400, "detail": "Unknown"}', "Unknown"),
    (b'{"fault": {"faultstring": "Unknown site"}}', "Unknown site"),
    (b'{"Message": "Unknown site", "code": "x"}', "Unknown site"),
    (b'{"errorMessage": "Unknown site"}', "Unknown site"),
    (b'{"response": {"errors": [{"message": "Unknown site"}]}}', "Unknown site"),
    (b'[{"message": "Unknown site", "errorCode": "NOT_FOUND"}]', "Unknown site"),
    (b'"Unknown site"', "Unknown site"),
    (b"Unknown site", "Unknown site"),
    (b"\xef\xbb\xbfUnknown\r\n\tsite \x00\x1b[2J", "Unknown site [2J"),
    (b"<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
    (b"<error><code>7</code><message>Unknown site</message></error>", "Unknown site"),
    (b"<html><script>alert('x')</script><p>No <b>way</b></p></html>", "No way"),
    (
        b'{"message": "<script>alert(1)</script><b>Unknown</b> &lt;i&gt;site"}',
        "Unknown site",
    ),
    ('{"message": "Süß \u202e\u2028 gut"}'.encode(), "Süß gut"),
    (b'{"message": "' + b"x" * 500 + b'"}', "x" * 199 + "…"),
    (b"", ""),
    (b"{}", ""),
    (b"null", ""),
    (b"42", ""),
    (b'{"code": 7}', ""),
    (b'{"items": [', ""),
    (b'{"message": ""}', ""),
    (b'{"a": ' * 100_000, ""),
    (b"\x00\xff" * 100, ""),
]


@pytest.mark.parametrize(("body", "said"), SAID)
def test_the_words_are_found_and_cleaned(body, said):
    assert quote(body, []) == said


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(
        st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ).map(lambda content: json.dumps(content).encode())
)
def test_a_quote_is_short_and_one_line_whatever_was_sent(body):
    said = quote(body, ["s3cret-key"])
    assert len(said) <= 200
    assert said.isprintable()
    assert "<" not in said and ">" not in said
    assert "s3cret-key" not in said


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "http_error"),
        (401, "auth_failed"),
        (403, "auth_failed"),
        (404, "product_not_found"),
        (422, "http_error"),
        (429, "rate_limited"),
        (500, "http_error"),
        (503, "http_error"),
    ],
)
def test_an_error_quotes_what_the_api_says(failure, status, code):
    script = document({"error": {"message": "Unknown site"}}, status=status)
    error = failure(script, max_attempts=1)
    assert (error.code, error.facts["said"]) == (code, "Unknown site")


def test_an_error_inside_a_200_quotes_what_the_api_says(serve, connect):
    reply = document({"success": False, "message": "Unknown site"})
    for mapping in (
        Mapping(success="success"),
        Mapping(item_rows="items"),
        Mapping(),
    ):
        with pytest.raises(ClientError) as caught:
            level_of(connect(serve(reply), settings={"mapping": mapping}))
        assert caught.value.facts["said"] == "Unknown site"
    settings = {"list_path": "/stock", "mode": "list"}
    with pytest.raises(ClientError) as caught:
        list(connect(serve(reply), settings=settings).pages())
    assert caught.value.facts["reason"] == "no_rows"
    assert caught.value.facts["said"] == "Unknown site"


def test_an_answer_that_is_only_mapped_wrongly_is_not_quoted(serve, connect):
    settings = {"list_path": "/stock", "mode": "list"}
    reply = document({"data": [{"description": "A fine chair"}]})
    with pytest.raises(ClientError) as caught:
        list(connect(serve(reply), settings=settings).pages())
    assert "said" not in caught.value.facts


@pytest.mark.parametrize(
    "echo",
    [
        "s3cret/key+9",
        "s3cret%2fkey%2b9",
        "s3cret&#x2F;key&plus;9",
        "s3cret\\/key\\u002b9",
        "S3CRET/KEY+9",
        "czNjcmV0L2tleSs5",
    ],
)
def test_words_with_the_secret_in_them_are_not_quoted(serve, connect, echo):
    reply = answer(f"No such key: {echo}".encode(), status=400)
    api = connect(serve(reply), Auth("api_key", "s3cret/key+9"))
    with pytest.raises(ClientError) as caught:
        level_of(api)
    assert "said" not in caught.value.facts
    assert caught.value.body == b""


def test_words_that_take_too_long_are_not_waited_for(serve, connect, in_time):
    def script(peer):
        peer.read_request()
        peer.send(answer(b"{", status=400, length=99))
        peer.hang()

    with in_time(2):
        with pytest.raises(ClientError) as caught:
            level_of(connect(serve(script), total_timeout=30))
    assert caught.value.code == "http_error"


def test_a_long_page_about_an_error_is_read_in_part(failure):
    error = failure(answer(b"No. " * 10_000_000, status=400))
    assert error.facts["said"].startswith("No. No.")


# Who guards the API


@pytest.mark.parametrize(
    ("body", "status", "headers", "code"),
    [
        (b"<!DOCTYPE html><title>Attention Required!</title>", 403, {}, "http_error"),
        (b"<html>Just a moment...</html>", 503, {"cf_ray": "8a"}, "http_error"),
        (b"", 403, {"cf_mitigated": "challenge"}, "http_error"),
        (b"error code: 1020", 403, {"cf_ray": "8a"}, "http_error"),
        # The API's own refusal, though it lies behind Cloudflare
        (b'{"error": "no"}', 403, {"cf_ray": "8a"}, "auth_failed"),
        (b"", 403, {"cf_ray": "8a"}, "auth_failed"),
        (b"Forbidden", 403, {}, "auth_failed"),
        (b"<html>Sign in</html>", 403, {}, "auth_failed"),
        (b"<html>No</html>", 401, {"cf_ray": "8a"}, "auth_failed"),
    ],
)
def test_a_page_of_a_guard_is_no_refusal_of_the_credentials(
    serve, connect, body, status, headers, code
):
    server = serve(answer(body, status=status, **headers))
    with pytest.raises(ClientError) as caught:
        level_of(connect(server))
    error = caught.value
    assert error.code == code
    assert (error.facts.get("reason") == "blocked") == (code == "http_error")
    assert error.stops_run
    assert len(server.requests) == 1


def test_a_servers_own_page_of_503_is_no_guard(serve, connect):
    server = serve(answer(b"<html>Maintenance</html>", status=503))
    with pytest.raises(ClientError) as caught:
        level_of(connect(server))
    assert "reason" not in caught.value.facts
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("document", "trouble"),
    [
        ({}, False),
        ({"status": "ok", "code": 200, "success": True}, False),
        ({"error": None, "errors": [], "message": ""}, False),
        ({"data": {"total": 0}}, False),
        ({"code": 17}, True),
        ({"data": {"error": "x"}}, True),
        ({"ok": False}, True),
        ([], True),
        ("x", True),
    ],
)
def test_whether_an_answer_tells_of_trouble(document, trouble):
    assert names_trouble(document) is trouble
