"""Scenarios whose answer is a redirect: 307, which keeps the method and the body.

Where it leads back here, ``/redirected`` stands before the path, and who asks there is
answered: the requests that came in tell whether it was followed, and with what.
"""

from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from mock_api.faults.exchange import DETOUR, Exchange
from mock_api.faults.scenario import number, scenario

DISCARD_PORT = 9


def elsewhere(exchange: Exchange) -> str:
    """Return this server's address under another name of this machine."""
    address = urlsplit(exchange.request.host_url)
    name = "localhost" if address.hostname == "127.0.0.1" else "127.0.0.1"
    return f"{address.scheme}://{name}:{address.port or 80}"


def _redirect(location: str) -> Response:
    answer = Response("", 307)
    answer.headers["Location"] = location
    return answer


def _once(exchange: Exchange, base: str) -> Response:
    if exchange.detoured:
        return exchange.answer()
    return _redirect(f"{base}{DETOUR}{exchange.target}")


@scenario("redirect-same-host", "a redirect to another path of this host")
def same_host(exchange: Exchange, _: None) -> Response:
    return _once(exchange, "")


@scenario(
    "redirect-other-host",
    "a redirect to another host",
    "BASE_URL=this server under another name",
    str,
)
def other_host(exchange: Exchange, base: str) -> Response:
    return _once(exchange, base or elsewhere(exchange))


@scenario(
    "redirect-loopback",
    "a redirect to another port of 127.0.0.1, as an attacker inside would have it",
    "PORT=9",
    number(DISCARD_PORT, 65535, whole=True),
)
def loopback(exchange: Exchange, port: float) -> Response:
    return _once(exchange, f"http://127.0.0.1:{port}")


@scenario("redirect-loop", "redirects in a circle of two addresses")
def loop(exchange: Exchange, _: None) -> Response:
    return _redirect(("" if exchange.detoured else DETOUR) + exchange.target)
