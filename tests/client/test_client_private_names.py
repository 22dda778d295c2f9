"""Names that their owners may move: where one does, a test here says so first.

The client overrides or reads these of http.client, urllib3 and requests though they are
no documented part of them. Everything else it takes from there is.
"""

import ast
import http.client
import inspect
import re
from pathlib import Path

import pytest
import requests
import urllib3
from local_server import document

import odoo.addons.base_sync_api.client as package
from odoo.addons.base_sync_api.client import deadline

CLIENT = Path(package.__file__).parent
CONNECTIONS = {
    "http": (urllib3.connection.HTTPConnection, deadline._DeadlineHTTPConnection),
    "https": (urllib3.connection.HTTPSConnection, deadline._DeadlineHTTPSConnection),
}
PRIVATE = {"_new_conn", "_dns_host"}


@pytest.fixture(params=CONNECTIONS)
def connection(request):
    theirs, ours = CONNECTIONS[request.param]
    return theirs, ours("127.0.0.1", 9)


def test_the_private_names_in_the_client_are_those_of_this_file():
    """Found by how they are written: ``self._x`` that the class does not make itself.

    A class of ours that stands on one of theirs says so in its bases.
    """
    source = (CLIENT / "deadline.py").read_text()
    body = source[source.index("class _DeadlineConnectionMixin") :]
    used = set(re.findall(r"self\.(_\w+)|def (_[a-z]\w+)", body))
    names = {name for pair in used for name in pair if name}
    ours = {"_connected_socket"}
    assert names - ours == PRIVATE
    for path in CLIENT.rglob("*.py"):
        text = path.read_text()
        for name in re.findall(r"(?:requests|urllib3|response|raw)\.(_[a-z]\w*)", text):
            raise AssertionError(f"{path.name}: {name}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module:
                root = node.module.split(".")[0]
                if root in ("requests", "urllib3", "http"):
                    assert not any(name.name.startswith("_") for name in node.names)


def test_urllib3_makes_its_socket_in_the_method_that_is_overridden(connection):
    theirs, ours = connection
    assert inspect.isfunction(theirs._new_conn)
    assert ours._dns_host == ours.host == "127.0.0.1"
    ours._connected_socket = lambda: (_ for _ in ()).throw(OSError("by ours"))
    with pytest.raises(urllib3.exceptions.NewConnectionError, match="by ours"):
        ours.connect()


def test_a_name_keeps_the_dot_at_its_end_for_the_resolver():
    ours = deadline._DeadlineHTTPConnection("api.example.invalid.", 9)
    assert ours._dns_host == "api.example.invalid."


def test_a_connection_has_what_the_deadline_and_the_sending_need(connection):
    _theirs, ours = connection
    assert ours.sock is None
    assert ours.auto_open
    for name in ("timeout", "source_address", "socket_options", "port"):
        assert hasattr(ours, name)
    assert callable(urllib3.util.connection.allowed_gai_family)


def test_everything_is_sent_by_the_method_that_notices_it(serve, open_api, monkeypatch):
    """Head and body, of a new connection and of one that was kept."""
    seen = []
    send = http.client.HTTPConnection.send

    def noticed(self, data):
        seen.append(package.transport.is_sent())
        return send(self, data)

    monkeypatch.setattr(http.client.HTTPConnection, "send", noticed)
    server = serve(document({}))
    api = open_api(server)
    for _ in range(2):
        api.request("POST", "/x", {"a": 1})
    assert len(seen) >= 2
    assert all(seen)
    assert server.connections == 1


def test_the_query_that_is_secret_goes_through_putrequest(serve, open_api):
    server = serve(document({}))
    auth = package.Auth("api_key", "s3cret", param="key")
    open_api(server, auth).request("GET", "/x")
    assert server.paths == ["/x?key=s3cret"]


def test_requests_uses_the_pools_of_the_adapter(open_api):
    adapter = open_api("http://127.0.0.1")._transport._session.get_adapter("http://a")
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    for scheme, (_theirs, ours) in CONNECTIONS.items():
        pool = adapter.poolmanager.connection_from_url(f"{scheme}://127.0.0.1:9/")
        assert type(pool.ConnectionCls("127.0.0.1")) is type(ours) or issubclass(
            pool.ConnectionCls, ours
        )


def test_requests_asks_the_session_for_the_target_of_a_redirect():
    """And not another name: it would read the whole answer, and follow it."""
    source = inspect.getsource(requests.sessions.SessionRedirectMixin)
    assert "def get_redirect_target" in source
    assert "self.get_redirect_target(" in source
