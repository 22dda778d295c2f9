import datetime
import ipaddress
import ssl
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from local_server import LocalServer

import odoo.addons

# The addon is imported from here, without a database and without a configuration.
odoo.addons.__path__.append(str(Path(__file__).resolve().parents[2]))

from asking import level_of  # noqa: E402

from odoo.addons.base_sync_api.client import (  # noqa: E402
    Api,
    ApiSettings,
    Auth,
    ClientError,
    Limits,
)
from odoo.addons.stock_sync_api.client import StockApi, StockApiSettings  # noqa: E402


@pytest.fixture
def serve():
    """Start a server: ``serve(script)``; see :class:`LocalServer`."""
    servers = []

    def start(script, tls=None):
        servers.append(LocalServer(script, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def connect():
    """A client: ``connect(server_or_url)``, with limits and settings by name."""
    clients = []

    def start(server, auth=None, concurrency=1, settings=None, **limits):
        settings = StockApiSettings(
            base_url=getattr(server, "url", server),
            auth=auth or Auth(),
            concurrency=concurrency,
            limits=Limits(**{"total_timeout": 5, "first_backoff": 0, **limits}),
            **(settings or {}),
        )
        clients.append(StockApi(settings))
        return clients[-1]

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def open_api():
    """A client that knows of no stock: ``open_api(server)``, as ``connect`` does."""
    clients = []

    def start(server, auth=None, settings=None, **limits):
        settings = ApiSettings(
            base_url=getattr(server, "url", server),
            auth=auth or Auth(),
            concurrency=1,
            limits=Limits(**{"total_timeout": 5, "first_backoff": 0, **limits}),
            **(settings or {}),
        )
        clients.append(Api(settings))
        return clients[-1]

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def failure(serve, connect):
    """The error that a client raises when the server does what ``script`` says."""

    def fail(script, external_id="123", **limits):
        api = connect(serve(script), **limits)
        with pytest.raises(ClientError) as caught:
            level_of(api, external_id)
        return caught.value

    return fail


@pytest.fixture
def in_time():
    """The block takes no longer than its deadline, and a little."""

    @contextmanager
    def measure(seconds, tolerance=0.4):
        start = time.monotonic()
        yield
        assert time.monotonic() - start < seconds + tolerance

    return measure


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """The file of a self-signed certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls(certificate):
    """What makes a server speak https: ``serve(script, tls)``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trust(certificate):
    """Make a client trust the self-signed certificate: ``trust(api)``."""

    def make(api):
        api._transport._session.verify = str(certificate)
        return api

    return make
