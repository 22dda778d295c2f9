"""A part of the query that only the server gets to see.

It is added on the connection, below everything that writes URLs into exceptions and
logs.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import unquote

_query: ContextVar[str] = ContextVar("query", default="")


@contextmanager
def secret_query(query: str):
    """Requests sent inside carry ``query`` at the end of their own.

    :param query: parameters, encoded; "" for none
    """
    token = _query.set(query)
    try:
        yield
    finally:
        _query.reset(token)


def without_secret(url: str) -> str:
    """The URL without the parameters, which a server may echo in its links."""
    names = _names(_query.get())
    path, mark, query = url.partition("?")
    if not names or not mark:
        return url
    kept = [part for part in query.split("&") if not names & _names(part)]
    return path + mark + "&".join(kept) if kept else path


def _names(query: str) -> set[str]:
    return {unquote(part.partition("=")[0]) for part in query.split("&") if part}


class SecretQueryMixin:
    def putrequest(self, method, url, *args, **kwargs):
        if query := _query.get():
            url += ("&" if "?" in url else "?") + query
        return super().putrequest(method, url, *args, **kwargs)
