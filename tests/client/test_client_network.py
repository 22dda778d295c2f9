import socket
import ssl

import pytest
from asking import level_of
from local_server import answer, item

from odoo.addons.base_sync_api.client import Auth, ClientError


def error_of(api):
    with pytest.raises(ClientError) as caught:
        level_of(api)
    return caught.value


def test_a_refused_connection_is_tried_again_and_then_told(connect):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    api = connect(f"http://127.0.0.1:{port}", max_attempts=3)
    error = error_of(api)
    assert error.code == "connection_error"
    assert error.facts == {"host": f"127.0.0.1:{port}", "reason": "refused"}
    assert api.calls == 3


@pytest.mark.parametrize("when", ["at once", "after the request", "in the answer"])
def test_a_reset_connection_is_tried_again(serve, connect, when):
    def script(peer):
        if server.connections == 3:
            peer.read_request()
            return peer.send(item())
        if when != "at once":
            peer.read_request()
        if when == "in the answer":
            peer.send(item()[:-5])
        peer.reset()

    server = serve(script)
    api = connect(server)
    assert level_of(api).quantity == 50
    assert api.calls == 3


def test_a_server_that_always_resets_is_told(failure):
    error = failure(lambda peer: peer.reset())
    assert (error.code, error.facts["reason"]) == ("connection_error", "broken")
    assert error.systemic


@pytest.mark.parametrize(
    "host", ["no-such-name.invalid", "x" * 70 + ".invalid", "a..invalid", "ü..invalid"]
)
def test_a_name_that_does_not_exist_is_told(connect, host):
    error = error_of(connect(f"http://{host}/api"))
    assert error.code == "connection_error"
    assert error.facts == {"host": host, "reason": "dns"}


def test_a_plain_server_asked_for_https_is_told(serve, connect):
    def script(peer):
        peer.send(answer(status=400))
        peer.hang()

    server = serve(script)
    error = error_of(connect(server.url.replace("http:", "https:")))
    assert (error.code, error.facts["reason"]) == ("connection_error", "tls")


def test_an_https_server_asked_for_http_is_told(serve, connect, tls):
    server = serve(item(), tls)
    error = error_of(connect(server.url.replace("https:", "http:")))
    assert (error.code, error.facts["reason"]) == ("connection_error", "broken")


def test_a_self_signed_certificate_is_refused_before_anything_is_sent(
    serve, connect, tls
):
    server = serve(item(), tls)
    error = error_of(connect(server, Auth("bearer", "s3cret")))
    assert (error.code, error.facts["reason"]) == ("connection_error", "tls")
    assert server.requests == []


def test_a_certificate_for_another_name_is_refused(serve, connect, tls, trust):
    server = serve(item(), tls)
    api = trust(connect(server.url.replace("127.0.0.1", "localhost")))
    error = error_of(api)
    assert (error.code, error.facts["reason"]) == ("connection_error", "tls")
    assert server.requests == []


def test_a_trusted_certificate_is_accepted_and_its_connection_kept(
    serve, connect, tls, trust
):
    server = serve(item(), tls)
    api = trust(connect(server))
    for _ in range(3):
        assert level_of(api).quantity == 50
    assert server.connections == 1


def test_certificates_of_the_environment_are_ignored(
    serve, connect, tls, certificate, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(certificate))
    assert error_of(connect(serve(item(), tls))).facts["reason"] == "tls"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_refused(serve, connect, tls, trust):
    try:
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion.TLSv1
    except ValueError:
        pytest.skip("this OpenSSL cannot even serve TLS 1.0")
    error = error_of(trust(connect(serve(item(), tls))))
    assert (error.code, error.facts["reason"]) == ("connection_error", "tls")


def test_proxies_of_the_environment_are_ignored(serve, connect, monkeypatch):
    proxy, server = serve(item()), serve(item())
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv(name.upper(), proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert level_of(connect(server)).quantity == 50
    assert proxy.connections == 0


def test_the_netrc_of_the_machine_is_ignored(serve, connect, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password s3cret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(item())
    level_of(connect(server))
    assert server.header("Authorization") is None
    level_of(connect(server, Auth("bearer", "token")))
    assert server.header("Authorization") == b"Bearer token"
