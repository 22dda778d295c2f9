import base64
import json
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, urlencode


@dataclass(frozen=True)
class Auth:
    """How requests say who they are.

    :param kind: ``none``, ``api_key``, ``bearer``, ``basic`` or ``oauth2`` (client
        credentials)
    :param secret: the key, token, password or client secret; never in a repr
    :param username: for ``basic``; for ``oauth2`` the client id
    :param header: the header that carries an API key
    :param param: the query parameter that carries it instead, if there is one
    :param token_url: where ``oauth2`` fetches its tokens
    :param scope: what the tokens are to be good for, if the API wants to know
    """

    kind: str = "none"
    secret: str = field(default="", repr=False)
    username: str = ""
    header: str = "X-API-Key"
    param: str = ""
    token_url: str = ""
    scope: str = ""

    def headers(self, token: str = "") -> dict[str, bytes]:
        """The headers for a request.

        :param token: the access token, for ``oauth2``
        """
        if self.kind == "api_key" and not self.param:
            return {self.header: header_value(self.secret)}
        if self.kind == "bearer":
            return {"Authorization": b"Bearer " + header_value(self.secret)}
        if self.kind == "oauth2":
            return {"Authorization": b"Bearer " + header_value(token)}
        if self.kind == "basic":
            return {"Authorization": _basic(self.username, self.secret)}
        return {}

    def query(self) -> str:
        """What goes into the query of a request, encoded."""
        if self.kind == "api_key" and self.param:
            return urlencode({self.param: _line(self.secret)}, quote_via=quote)
        return ""

    def token_headers(self) -> dict[str, bytes]:
        """The headers for a request for a token (RFC 6749, 2.3.1)."""
        return {
            "Authorization": _basic(quote_plus(self.username), quote_plus(self.secret))
        }

    def traces(self) -> set[str]:
        """The texts that would give the secret away in a text from the API."""
        if not self.secret:
            return set()
        basic = [_basic(self.username, self.secret), *self.token_headers().values()]
        texts = {self.secret, _line(self.secret)}
        texts.update(value.decode().removeprefix("Basic ") for value in basic)
        return {encode(text) for text in texts for encode in _ENCODINGS} - {""}


#: how a server may write down what it was sent
_ENCODINGS = (
    str,
    quote,
    quote_plus,
    lambda text: quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1],
)


def header_value(text: str) -> bytes:
    """The text as a header carries it.

    As bytes: http.client would encode text as latin-1 and fail on the rest.
    """
    return _line(text).encode()


def _line(text: str) -> str:
    """The text without what no header can carry: line breaks of a paste, mostly."""
    return "".join(char for char in text if char.isprintable()).strip()


def _basic(username: str, password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{username}:{password}".encode())
