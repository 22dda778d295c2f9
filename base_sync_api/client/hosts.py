"""Where credentials may go."""

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def same_host(url: str, target: str) -> bool:
    """Whether credentials for ``url`` may be sent to ``target``.

    The same scheme, host and port; or the same host, from http to https, each on its
    default port.
    """
    try:
        here, there = urlsplit(url), urlsplit(target)
        ports = [part.port or _DEFAULT_PORTS.get(part.scheme) for part in (here, there)]
    except ValueError:
        return False
    if here.hostname != there.hostname or "@" in there.netloc:
        return False
    if here.scheme == there.scheme:
        return ports[0] == ports[1]
    return (here.scheme, there.scheme, *ports) == ("http", "https", 80, 443)


def other_scheme(url: str, target: str) -> bool:
    """Whether the two differ in this: one is http, the other https."""
    try:
        here, there = urlsplit(url), urlsplit(target)
    except ValueError:
        return False
    schemes = {here.scheme, there.scheme}
    return (
        schemes == {"http", "https"}
        and here.hostname == there.hostname
        and "@" not in there.netloc
    )


def shown_host(url: str, with_scheme: bool = False) -> str:
    """Host and port of a hostile URL, for a message; no user name before them."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if with_scheme:
        host = f"{parts.scheme}://{host}"
    return "".join(char if char.isprintable() else "�" for char in host)[:80]
