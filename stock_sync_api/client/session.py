import json
import time
from collections.abc import Callable
from urllib.parse import quote, urlencode, urljoin

from .auth import Auth, header_value
from .deadline import answer_until
from .errors import AuthFailed, InvalidResponse
from .oauth import forget_token, get_token
from .request import Request
from .secret_query import secret_query, without_secret
from .settings import ApiSettings
from .transport import Answer, Transport, same_host, shown_host


class Session:
    """Sends requests to one API, in the name that the settings say.

    :param witness: called with each answer of the API, refused ones included
    """

    def __init__(
        self,
        settings: ApiSettings,
        transport: Transport,
        witness: Callable[[Answer], None] | None = None,
    ):
        self._settings = settings
        self._transport = transport
        self._witness = witness
        self._tokens: set[str] = set()

    def secrets(self) -> set[str]:
        """Texts from the API must not be shown with these in them."""
        secrets = [value for _name, value in self._settings.secret_params]
        traces = [Auth(secret=secret).traces() for secret in secrets]
        return self._settings.auth.traces().union(self._tokens, *traces)

    def send(self, request: Request) -> Answer:
        """
        :raise ClientError: the one that tells what went wrong
        """
        auth = self._settings.auth
        with answer_until(time.monotonic() + self._settings.limits.total_timeout):
            if auth.kind != "oauth2":
                return self._send(request)
            token = get_token(auth, self._transport)
            try:
                return self._send(request, token)
            except AuthFailed as error:
                if error.facts["status"] != 401:
                    raise
            # Tokens may be withdrawn before their time: try a new one, once.
            forget_token(auth, token)
            return self._send(request, get_token(auth, self._transport))

    def _send(self, request, token=""):
        auth = self._settings.auth
        if token:
            self._tokens.add(token)
        headers = {name: header_value(text) for name, text in self._settings.headers}
        headers.update(auth.headers(token))
        body = None
        if request.body is not None:
            body = json.dumps(request.body).encode()
            headers["Content-Type"] = "application/json"
        with secret_query(self._secret_query()):
            return self._transport.request(request.url, body, headers, self._witness)

    def _secret_query(self) -> str:
        params = () if self._settings.method == "POST" else self._settings.secret_params
        queries = [self._settings.auth.query(), urlencode(params, quote_via=quote)]
        return "&".join(filter(None, queries))

    def next_url(self, answer: Answer, target: str) -> str:
        """The address of the next page, without the key that the API may echo.

        :raise InvalidResponse: where it is not on the API's own host
        """
        try:
            url = urljoin(answer.url, target)
        except ValueError:
            raise InvalidResponse(reason="paging", name="next") from None
        self.check_host(url)
        with secret_query(self._secret_query()):
            return without_secret(url)

    def check_host(self, url: str):
        """:raise InvalidResponse: where credentials must not be sent to ``url``"""
        if not same_host(self._settings.base_url, url):
            raise InvalidResponse(reason="next_elsewhere", target=shown_host(url))
