import base64
import logging
import traceback

import pytest
from asking import level_of
from local_server import answer, item

from odoo.addons.base_sync_api.client import Auth, ClientError
from odoo.addons.stock_sync_api.client import StockApi, StockApiSettings

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (Auth("api_key", "clé-秘密"), "X-API-Key", "clé-秘密".encode()),
        (Auth("api_key", "k", header="X-Other"), "X-Other", b"k"),
        (Auth("bearer", "clé-秘密"), "Authorization", "Bearer clé-秘密".encode()),
        (
            Auth("basic", "p:é", "mé"),
            "Authorization",
            b"Basic " + base64.b64encode("mé:p:é".encode()),
        ),
        (Auth(), "Authorization", None),
        # A pasted secret: what no header can carry is left out.
        (Auth("api_key", " \tkey\r\nX-Evil: 1"), "X-API-Key", b"keyX-Evil: 1"),
        (Auth("bearer", "to\r\nken\x00\n"), "Authorization", b"Bearer token"),
    ],
)
def test_credentials_are_sent_as_configured(serve, connect, auth, header, value):
    server = serve(item())
    assert level_of(connect(server, auth)).quantity == 50
    assert server.header(header) == value
    assert server.header("X-Evil") is None


@pytest.mark.parametrize("path", ["/stock/{external_id}", "/stock?id={external_id}"])
def test_a_key_may_go_into_the_query(serve, connect, path):
    server = serve(item())
    api = connect(
        server, Auth("api_key", "a&b é", param="key"), settings={"item_path": path}
    )
    assert level_of(api).quantity == 50
    mark = "&" if "?" in path else "?"
    assert server.paths == [f"{path.format(external_id=123)}{mark}key=a%26b%20%C3%A9"]
    assert server.header("X-API-Key") is None


def test_a_key_in_the_query_goes_with_redirects_once(serve, connect):
    moved = answer(status=302, location="/v2?key=s3cret&id=123")
    server = serve([moved, item()])
    level_of(connect(server, Auth("api_key", SECRET, param="key")))
    assert server.paths[1] == "/v2?id=123&key=s3cret"


def test_secret_parameters_go_into_the_query_and_stand_in_no_address(serve, connect):
    server = serve(item())
    params = (("token", "a&b"), ("user", SECRET))
    api = connect(server, settings={"secret_params": params, "params": (("x", "1"),)})
    assert level_of(api).quantity == 50
    assert server.paths == [f"/stock/123?x=1&token=a%26b&user={SECRET}"]
    sample = api.sample("123")
    assert sample.url.endswith("/stock/123?x=1")
    assert SECRET not in repr(api.settings)


KINDS = {
    "api_key": Auth("api_key", SECRET),
    "api_key in the query": Auth("api_key", SECRET, param="key"),
    "bearer": Auth("bearer", SECRET),
    "basic": Auth("basic", SECRET, "me"),
    "oauth2": Auth("oauth2", SECRET, "me", token_url="http://127.0.0.1:9/token"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_secret_is_in_no_repr(kind):
    auth = KINDS[kind]
    settings = StockApiSettings("http://127.0.0.1", auth=auth)
    api = StockApi(settings)
    for thing in (auth, settings, api, api._transport, api._transport._session):
        assert SECRET not in repr(thing) + str(thing)


FAILURES = {
    "401": answer(SECRET.encode(), status=401, www_authenticate=SECRET),
    "403": answer(status=403, reason=SECRET),
    "404": answer(SECRET.encode(), status=404),
    "429": answer(SECRET.encode(), status=429, retry_after=SECRET),
    "500": answer(SECRET.encode(), status=500),
    "503": answer(SECRET.encode(), status=503, retry_after=SECRET),
    "redirect": answer(
        status=302, location=f"http://{SECRET}@x.invalid/{SECRET}?{SECRET}"
    ),
    "not json": answer(SECRET.encode()),
    "another encoding": answer(content_encoding=SECRET),
    "no http": f"{SECRET}\r\n\r\n".encode(),
    "cut short": answer(SECRET.encode(), length=99),
    "charset": answer(content_type="text/html; charset"),
    "reset": lambda peer: peer.reset(),
    "hang": lambda peer: peer.hang(),
}


@pytest.mark.parametrize("what", FAILURES)
@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"oauth2"}))
def test_the_secret_is_in_no_error_and_no_log(serve, connect, caplog, what, kind):
    caplog.set_level(logging.DEBUG)
    secrets = {SECRET, base64.b64encode(f"me:{SECRET}".encode()).decode()}

    def script(peer):
        while head := peer.read_request():
            sent = head.decode("latin-1")
            assert any(secret in sent for secret in secrets)
            reply = FAILURES[what]
            if callable(reply):
                return reply(peer)
            peer.send(reply)
            if what in ("no http", "cut short"):
                return None

    server = serve(script)
    api = connect(server, KINDS[kind], read_timeout=0.1)
    with pytest.raises(ClientError) as caught:
        level_of(api)
    error = caught.value
    assert server.requests
    shown = repr(error) + str(error) + str(error.facts)
    # The server may say the secret in its status line; a traceback may quote that.
    if what != "no http":
        shown += "".join(traceback.format_exception(error)) + caplog.text
    for secret in secrets:
        assert secret not in shown


@pytest.mark.parametrize("what", FAILURES)
def test_the_facts_of_an_error_are_plain_values(failure, what):
    error = failure(FAILURES[what], read_timeout=0.1)
    for value in error.facts.values():
        assert value is None or isinstance(value, str | int | float)
        assert not isinstance(value, str) or value.isprintable()
