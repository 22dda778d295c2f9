import gzip

import pytest
import urllib3
from asking import level_of
from hypothesis import given
from hypothesis import strategies as st
from local_server import answer, document, item

from odoo.addons.base_sync_api.client import Auth, ClientError, same_host
from odoo.addons.stock_sync_api.client import Mapping

AUTH = Auth("bearer", "s3cret")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/v2/123", "../v2/123", "{url}/v2/123"])
def test_a_redirect_within_the_host_is_followed_with_credentials(
    serve, connect, status, location
):
    def script(peer):
        while head := peer.read_request():
            target = location.format(url=server.url)
            moved = answer(b"moved", status=status, location=target)
            peer.send(item() if b"/v2/" in head else moved)

    server = serve(script)
    assert level_of(connect(server, AUTH)).quantity == 50
    assert server.paths == ["/stock/123", "/v2/123"]
    assert server.header("Authorization") == b"Bearer s3cret"


def test_a_redirect_to_a_path_in_utf_8_is_followed(serve, connect):
    moved = answer(status=302, location="/lager/stück")
    server = serve([moved, item()])
    assert level_of(connect(server)).quantity == 50
    assert server.paths[1] == "/lager/st%C3%BCck"


def test_a_redirect_to_another_port_is_refused_and_never_contacted(serve, connect):
    other = serve(item())
    server = serve(answer(status=302, location=f"{other.url}/stock/123"))
    with pytest.raises(ClientError) as caught:
        level_of(connect(server, AUTH))
    assert caught.value.code == "http_error"
    assert caught.value.facts == {
        "host": f"127.0.0.1:{server.port}",
        "target": f"127.0.0.1:{other.port}",
        "status": 302,
        "reason": "redirect_elsewhere",
    }
    assert len(server.requests) == 1
    assert other.connections == 0


def test_a_redirect_to_another_name_of_the_host_is_refused(serve, connect):
    other = serve(item())
    for location in (
        f"http://localhost:{other.port}/",
        f"//127.0.0.2:{other.port}/",
        f"http://127.0.0.1@localhost:{other.port}/",
    ):
        server = serve(answer(status=307, location=location))
        with pytest.raises(ClientError) as caught:
            level_of(connect(server, AUTH))
        assert caught.value.facts["reason"] == "redirect_elsewhere"
    assert other.connections == 0


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("data:application/json,{}", ""),
        ("ftp://127.0.0.1/", "127.0.0.1"),
        ("http://127.0.0.1:99999/", "127.0.0.1:99999"),
        ("http://user:s3cret@elsewhere.invalid/?key=s3cret", "elsewhere.invalid"),
        ("http://127.0.0.1\\@elsewhere.invalid/", "elsewhere.invalid"),
        ("http://else\x00where.invalid/", "else�where.invalid"),
        ("//elsewhere.invalid", "elsewhere.invalid"),
        ("http://" + "x" * 999, "x" * 80),
    ],
)
def test_a_redirect_elsewhere_is_refused_and_its_host_shown(failure, location, shown):
    error = failure(answer(status=302, location=location))
    assert error.facts["reason"] == "redirect_elsewhere"
    assert error.facts["target"] == shown


def test_a_downgrade_from_https_is_refused(serve, connect, tls, trust):
    plain = serve(item())
    server = serve(answer(status=302, location=plain.url), tls)
    [(_id, error)] = trust(connect(server, AUTH)).get_levels(["123"])
    assert error.facts["reason"] == "redirect_scheme"
    assert error.facts["target"] == plain.url
    assert plain.connections == 0


def test_a_redirect_to_https_on_another_port_is_told_as_such(failure):
    error = failure(answer(status=301, location="https://127.0.0.1/stock?key=s3cret"))
    assert error.facts["reason"] == "redirect_scheme"
    assert error.facts["target"] == "https://127.0.0.1"


@pytest.mark.parametrize("location", ["/stock/123", "/a", "?again", "#"])
def test_redirects_without_end_are_given_up(serve, connect, location):
    server = serve(answer(status=302, location=location))
    with pytest.raises(ClientError) as caught:
        level_of(connect(server))
    assert caught.value.facts["reason"] == "redirect_loop"
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "headers", [{}, {"location": ""}, {"location": "http://["}, {"location": "//[x]"}]
)
def test_a_redirect_to_nowhere_is_an_http_error(serve, connect, headers):
    server = serve(answer(status=302, **headers))
    with pytest.raises(ClientError) as caught:
        level_of(connect(server))
    assert caught.value.code == "http_error"
    assert caught.value.facts["status"] == 302
    assert len(server.requests) == 1


def test_the_body_of_a_redirect_is_not_read(serve, connect):
    bomb = gzip.compress(b" " * 50_000_000)
    moved = answer(bomb, status=302, location="/v2/123", content_encoding="gzip")

    def script(peer):
        while head := peer.read_request():
            if b"/v2/" in head:
                peer.send(item())
            else:
                peer.send(moved[:1000])
                # The rest never comes.
                peer.hang()

    assert level_of(connect(serve(script), total_timeout=2)).quantity == 50


@pytest.mark.parametrize(
    ("url", "target", "same"),
    [
        ("http://a/x", "http://A/y", True),
        ("http://a/x", "http://a:80/y", True),
        ("https://a/x", "https://a:443/y", True),
        ("http://a/x", "https://a/y", True),
        ("http://a:80/x", "https://a:443/y", True),
        ("https://a/x", "http://a/y", False),
        ("http://a:8080/x", "https://a/y", False),
        ("http://a/x", "https://a:8443/y", False),
        ("http://a/x", "http://a:8080/y", False),
        ("http://a/x", "http://a.b/y", False),
        ("http://a/x", "http://user@a/y", False),
        ("http://a/x", "http://[::1/", False),
        ("http://[::1]/x", "http://[::1]:80/", True),
    ],
)
def test_the_same_host_is_the_same_scheme_name_and_port(url, target, same):
    assert same_host(url, target) is same


@given(
    st.from_regex(r"\A(http:)?[/\\]{0,3}(a\.b)?[@:\\/#?.\t\w]{0,6}(a\.b)?.{0,4}\Z")
    | st.text()
)
def test_what_counts_as_the_same_host_is_so_for_urllib3_too(target):
    if same_host("http://a.b/x", target):
        assert urllib3.util.parse_url(target).host == "a.b"


@pytest.fixture
def post(serve, connect):
    """Post to a server that redirects with a status: the answer, or its error."""

    def start(status):
        moved = answer(status=status, location="/v2/stock")
        server = serve([moved, document({"items": []})])
        settings = {"list_path": "/stock", "method": "POST", "params": (("a", "b"),)}
        api = connect(server, AUTH, settings={**settings, "mapping": Mapping()})
        return server, api.pages()

    return start


@pytest.mark.parametrize("status", [307, 308])
def test_a_post_is_redirected_with_its_body(post, status):
    server, pages = post(status)
    assert len(list(pages)) == 1
    assert server.requests[1].startswith(b"POST /v2/stock ")
    assert server.bodies == [b'{"a": "b"}'] * 2
    assert server.header("Authorization") == b"Bearer s3cret"


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_lose_the_body_is_refused(post, status):
    server, pages = post(status)
    with pytest.raises(ClientError) as caught:
        list(pages)
    assert (caught.value.code, caught.value.facts["reason"]) == (
        "http_error",
        "redirect_method",
    )
    assert len(server.requests) == 1


def test_a_post_is_tried_again(serve, connect):
    server = serve([answer(status=503), document({"items": []})])
    settings = {"list_path": "/stock", "method": "POST"}
    assert len(list(connect(server, settings=settings).pages())) == 1
    assert len(server.requests) == 2
