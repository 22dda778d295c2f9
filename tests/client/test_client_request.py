"""What tells an API something is sent once, whatever happens."""

import socket

import pytest
from local_server import answer, document, replying

from odoo.addons.base_sync_api.client import Auth, BodyError, ClientError, oauth
from odoo.addons.base_sync_api.client.request import METHODS

ORDER = {"number": "P001", "lines": [{"sku": "A", "amount": 2}]}
WRITES = ("POST", "PUT", "PATCH", "DELETE")
KEYED = {"settings": {"idempotency_header": "Idempotency-Key"}}


def error_of(api, method="POST", **options):
    with pytest.raises(ClientError) as caught:
        api.request(method, "/orders", ORDER, **options)
    return caught.value


@pytest.mark.parametrize("method", METHODS)
def test_each_method_is_sent_as_it_is_called(serve, open_api, method):
    server = serve(document({"id": 7}))
    if method == "HEAD":
        server = serve(answer(length=9))
    body = ORDER if method not in ("GET", "HEAD") else None
    reply = open_api(server).request(method, "/orders?x=1", body, params=[("y", "ä")])
    assert reply.content == (None if method == "HEAD" else {"id": "7"})
    assert reply.answer.status == 200
    [head] = server.requests
    assert head.startswith(f"{method} /orders?x=1&y=%C3%A4 HTTP/1.1\r\n".encode())
    assert server.bodies[0] == (
        b'{"number": "P001", "lines": [{"sku": "A", "amount": 2}]}' if body else b""
    )
    assert server.header("Content-Type") == (body and b"application/json")


def test_an_unknown_method_is_not_sent(serve, open_api):
    server = serve(document({}))
    with pytest.raises(ValueError, match="TRACE"):
        open_api(server).request("TRACE", "/orders")
    assert server.connections == 0


def test_a_body_that_cannot_be_written_is_not_sent(serve, open_api):
    server = serve(document({}))
    with pytest.raises(BodyError):
        open_api(server).request("POST", "/orders", {"amount": float("nan")})
    assert server.connections == 0


@pytest.mark.parametrize("reply", [answer(status=204, length=False), answer()])
def test_an_empty_answer_has_no_content(serve, open_api, reply):
    assert open_api(serve(reply)).request("DELETE", "/orders/7").content is None


@pytest.mark.parametrize(
    ("codec", "body", "sent", "media_type"),
    [
        ("form", {"a": "ä b", "c": ["1", 2]}, b"a=%C3%A4+b&c=1&c=2", "x-www-form"),
        ("csv", [{"a": 1, "b": "x,y"}], b'a,b\r\n1,"x,y"\r\n', "text/csv"),
        ("xml", {"order": {"@id": 7}}, b'<order id="7" />', "application/xml"),
    ],
)
def test_the_codec_writes_the_body(serve, open_api, codec, body, sent, media_type):
    server = serve(document({}))
    open_api(server).request("POST", "/orders", body, codec=codec)
    assert server.bodies[0].endswith(sent)
    assert media_type in server.header("Content-Type").decode()


def test_an_address_of_the_api_is_asked_and_no_other(serve, open_api):
    server, other = serve(document({})), serve(document({}))
    api = open_api(server, Auth("bearer", "s3cret"))
    api.request("GET", f"{server.url}/orders/7")
    with pytest.raises(ClientError) as caught:
        api.request("GET", f"{other.url}/orders/7")
    assert caught.value.facts["reason"] == "next_elsewhere"
    assert (server.paths, other.connections) == (["/orders/7"], 0)


def test_secrets_go_with_each_request(serve, open_api):
    server = serve(document({}))
    auth = Auth("api_key", "s3cret", param="key")
    settings = {"secret_headers": (("X-Client", "c"),)}
    open_api(server, auth, settings).request(
        "POST", "/orders", ORDER, headers=[("X-Trace", "1")]
    )
    assert server.paths == ["/orders?key=s3cret"]
    assert [server.header(name) for name in ("X-Client", "X-Trace")] == [b"c", b"1"]


# Never twice


def after_the_request(what):
    """A server that does this once a whole request has come."""

    def script(peer):
        while peer.read_request():
            what(peer)

    return script


TROUBLE = {
    "broken": after_the_request(lambda peer: peer.reset()),
    "closed": lambda peer: peer.read_request() and None,
    "no answer": after_the_request(lambda peer: peer.hang()),
    "half an answer": after_the_request(lambda peer: peer.send(b"HTTP/1.1 20")),
    "half a body": after_the_request(lambda peer: peer.send(answer(b"x", length=9))),
    "no http": after_the_request(lambda peer: peer.send(b"hello\r\n\r\n")),
    **{str(status): answer(status=status) for status in (500, 502, 503, 504, 408)},
    "503 with a time": answer(status=503, retry_after="0"),
    "redirect": answer(status=302, location="/elsewhere"),
    "redirect that keeps the method": answer(status=307, location="/elsewhere"),
    "another encoding": answer(b"x", content_encoding="br"),
}


@pytest.mark.parametrize("what", TROUBLE)
@pytest.mark.parametrize("method", WRITES)
def test_a_write_is_not_sent_again_and_its_outcome_is_open(
    serve, open_api, method, what
):
    server = serve(TROUBLE[what])
    api = open_api(server, read_timeout=0.1)
    error = error_of(api, method)
    assert error.facts["outcome_unknown"] is error.outcome_unknown is True
    assert len(server.requests) == api.calls == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_is_refused_is_not_sent_again_and_was_not_done(
    serve, open_api, method, status
):
    server = serve(answer(status=status, retry_after="0"))
    error = error_of(open_api(server), method)
    assert error.facts["outcome_unknown"] is error.outcome_unknown is False
    assert len(server.requests) == 1


def test_an_answer_that_cannot_be_read_leaves_open_what_became_of_it(serve, open_api):
    server = serve(answer(b"{'id': 7}"))
    error = error_of(open_api(server))
    assert error.facts == {"reason": "not_json", "outcome_unknown": True}
    assert len(server.requests) == 1


def test_what_was_not_sent_is_tried_again_and_was_not_done(open_api):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    api = open_api(f"http://127.0.0.1:{port}")
    error = error_of(api)
    assert (error.code, error.facts["reason"]) == ("connection_error", "refused")
    assert error.facts["outcome_unknown"] is False
    assert api.calls == 3


@pytest.mark.parametrize("what", ["hang", "reset"])
def test_a_handshake_that_fails_sends_nothing(serve, open_api, what):
    server = serve(lambda peer: getattr(peer, what)())
    api = open_api(server.url.replace("http:", "https:"), total_timeout=0.3)
    assert error_of(api).facts["outcome_unknown"] is False
    assert server.requests == []


def test_a_name_that_is_not_known_sends_nothing(open_api):
    error = error_of(open_api("http://no-such-name.invalid"))
    assert error.facts["outcome_unknown"] is False


def test_a_connection_that_was_kept_too_long_is_not_used_twice(serve, open_api):
    """The request may have come through: who knows."""

    def script(peer):
        while peer.read_request():
            if len(server.requests) == 2:
                return peer.reset()
            peer.send(document({}))

    server = serve(script)
    api = open_api(server)
    api.request("GET", "/orders")
    assert error_of(api).facts["outcome_unknown"] is True
    assert (len(server.requests), server.connections) == (2, 1)


def test_a_question_has_no_such_fact(serve, open_api):
    server = serve(answer(status=503))
    error = error_of(open_api(server), "GET")
    assert "outcome_unknown" not in error.facts
    assert len(server.requests) == 3


# By a key, or at one's own risk


@pytest.mark.parametrize("what", ["broken", "502", "503 with a time", "closed"])
def test_a_write_with_a_key_is_sent_again_with_the_same_key(serve, open_api, what):
    trouble = TROUBLE[what]

    def script(peer):
        if server.connections == 3:
            peer.read_request()
            return peer.send(document({"id": 7}))
        if callable(trouble):
            return trouble(peer)
        peer.read_request()
        peer.send(trouble)

    server = serve(script)
    reply = open_api(server, **KEYED, read_timeout=0.2).request(
        "POST", "/orders", ORDER, idempotency_key="P001/1"
    )
    assert reply.content == {"id": "7"}
    assert len(server.requests) == 3
    keys = {server.header("Idempotency-Key", number) for number in range(3)}
    assert keys == {b"P001/1"}
    assert len(set(server.bodies)) == 1


def test_after_several_attempts_one_that_was_sent_leaves_it_open(serve, open_api):
    server = serve([answer(status=503), answer(status=409)])
    error = error_of(open_api(server, **KEYED), idempotency_key="k")
    assert error.facts["status"] == 409
    assert error.facts["outcome_unknown"] is True


def test_a_timeout_is_not_repeated_with_a_key_either(serve, open_api):
    server = serve(TROUBLE["no answer"])
    api = open_api(server, **KEYED, read_timeout=0.1)
    assert error_of(api, idempotency_key="k").facts["outcome_unknown"] is True
    assert len(server.requests) == 1


def test_a_key_needs_an_api_that_takes_one(serve, open_api):
    server = serve(document({}))
    with pytest.raises(ValueError, match="idempotency"):
        open_api(server).request("POST", "/orders", ORDER, idempotency_key="k")
    assert server.connections == 0


def test_who_knows_that_twice_is_once_may_say_so(serve, open_api):
    server = serve([answer(status=502), document({})])
    open_api(server).request("PUT", "/orders/7", ORDER, repeatable=True)
    assert len(server.requests) == 2


def test_even_a_question_is_asked_once_where_that_is_said(serve, open_api):
    server = serve(answer(status=503))
    error_of(open_api(server), "GET", repeatable=False)
    assert len(server.requests) == 1


def test_a_redirect_that_keeps_the_method_is_followed_by_what_may_be_repeated(
    serve, open_api
):
    server = serve([answer(status=308, location="/v2/orders"), document({})])
    open_api(server, **KEYED).request("POST", "/orders", ORDER, idempotency_key="k")
    assert server.paths == ["/orders", "/v2/orders"]
    assert server.bodies[0] == server.bodies[1]


@pytest.mark.parametrize("method", WRITES)
def test_a_redirect_that_would_make_a_question_of_it_is_refused(
    serve, open_api, method
):
    server = serve(answer(status=303, location="/v2/orders"))
    error = error_of(open_api(server), method, repeatable=True)
    assert error.facts["reason"] == "redirect_method"
    assert len(server.requests) == 1


# Tokens


@pytest.fixture
def tokens(serve, monkeypatch):
    """A server of tokens, and who asks by them."""
    monkeypatch.setattr(oauth, "_tokens", oauth._Tokens())
    return serve(replying(lambda question: document({"access_token": "t"})))


def test_a_write_that_was_refused_for_its_token_is_sent_with_another(
    serve, open_api, tokens
):
    """A 401 says that nothing was done, so that this is no repetition."""
    server = serve([answer(status=401), document({"id": 7})])
    auth = Auth("oauth2", "s3cret", "me", token_url=f"{tokens.url}/token")
    reply = open_api(server, auth).request("POST", "/orders", ORDER)
    assert reply.content == {"id": "7"}
    assert (len(server.requests), len(tokens.requests)) == (2, 2)


def test_a_write_that_is_refused_again_is_given_up(serve, open_api, tokens):
    server = serve(answer(status=401))
    auth = Auth("oauth2", "s3cret", "me", token_url=f"{tokens.url}/token")
    error = error_of(open_api(server, auth))
    assert (error.code, error.facts["outcome_unknown"]) == ("auth_failed", False)
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [500, 503])
def test_without_a_token_nothing_is_sent(serve, open_api, tokens, status):
    server = serve(document({}))
    broken = serve(answer(status=status))
    auth = Auth("oauth2", "s3cret", "me", token_url=f"{broken.url}/token")
    assert error_of(open_api(server, auth)).facts["outcome_unknown"] is False
    assert server.connections == 0


# What the API says about it


def test_an_excerpt_of_the_refusal_is_there_for_a_person(serve, open_api):
    body = b'{"errors": {"lines[0].sku": ["unknown"]}, "trace": 12}'
    error = error_of(open_api(serve(answer(body, status=422))))
    assert error.excerpt == body.decode()
    assert error.body == b""


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 503])
def test_an_excerpt_is_short_and_printable(serve, open_api, status):
    reply = answer(b"<p>\x00" + b"\xff" * 5000, status=status)
    error = error_of(open_api(serve(reply), max_attempts=1))
    assert error.excerpt.startswith("<p>�")
    assert len(error.excerpt) == 500


def test_an_excerpt_has_no_secret_in_it(serve, open_api):
    secret = "s3cret-key"
    for echo, shown in [
        (f"no key {secret}", "no key •••"),
        (f"no key {secret[::-1]}", f"no key {secret[::-1]}"),
        ("no key czNjcmV0LWtleQ==", "no key •••"),  # base64 of it
        ("no key 733363726574 2d6b6579", ""),  # hexadecimal digits of it
    ]:
        server = serve(answer(echo.encode(), status=400))
        error = error_of(open_api(server, Auth("bearer", secret)))
        assert error.excerpt in (shown, "")
        assert secret not in error.excerpt
