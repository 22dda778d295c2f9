import base64
import json
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, urlencode

from .errors import AuthFailed
from .request import WireRequest
from .transport import Transport


@dataclass(frozen=True)
class Auth:
    """How requests say who they are.

    :param kind: ``none``, ``api_key``, ``bearer``, ``basic``, ``oauth2`` (client
        credentials), or what another addon has added to ``AUTH_SCHEMES``
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

    def traces(self) -> set[str]:
        """The texts that would give the secret away in a text from the API."""
        if not self.secret:
            return set()
        basic = [
            basic_value(self.username, self.secret),
            basic_value(quote_plus(self.username), quote_plus(self.secret)),
        ]
        texts = {self.secret, header_text(self.secret)}
        texts.update(value.decode().removeprefix("Basic ") for value in basic)
        return {encode(text) for text in texts for encode in _ENCODINGS} - {""}


class Scheme:
    """How requests say who they are: here, not at all; other ways are made of this.

    Shared by threads: what a request needs is passed on.
    """

    def __init__(self, auth: Auth):
        self._auth = auth

    def token(self, transport: Transport) -> str:
        """What has to be fetched before a request; "" where nothing has to be.

        Called within a deadline.

        :raise ClientError: where it is not given
        """
        return ""

    def headers(self, request: WireRequest, token: str) -> dict[str, bytes]:
        """The headers for a request, which is sent as it is given here."""
        return {}

    def query(self) -> str:
        """What goes into the query of a request, encoded; it is shown nowhere."""
        return ""

    def renew(self, token: str, refused: AuthFailed) -> bool:
        """Whether a request that was refused deserves another token; once."""
        return False


class ApiKey(Scheme):
    def headers(self, request, token):
        if self._auth.param:
            return {}
        return {self._auth.header: header_value(self._auth.secret)}

    def query(self):
        if not self._auth.param:
            return ""
        key = header_text(self._auth.secret)
        return urlencode({self._auth.param: key}, quote_via=quote)


class Bearer(Scheme):
    def headers(self, request, token):
        return {"Authorization": b"Bearer " + header_value(self._auth.secret)}


class Basic(Scheme):
    def headers(self, request, token):
        return {"Authorization": basic_value(self._auth.username, self._auth.secret)}


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
    return header_text(text).encode()


def header_text(text: str) -> str:
    """The text without what no header can carry: line breaks of a paste, mostly."""
    return "".join(char for char in text if char.isprintable()).strip()


def basic_value(username: str, password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{username}:{password}".encode())
