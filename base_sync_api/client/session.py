import json
import time
from collections.abc import Callable
from urllib.parse import quote, urlencode, urljoin

from .auth import Auth, header_value
from .deadline import answer_until
from .errors import AuthFailed, Blocked, ClientError, InvalidResponse
from .oauth import forget_token, get_token, is_spent
from .own_words import quote as quote_of
from .own_words import tells_trouble
from .request import Request
from .secrecy import without_secrets
from .secret_query import secret_query, without_secret
from .settings import ApiSettings
from .transport import Answer, Transport, other_scheme, same_host, shown_host

#: what a successful answer may be refused for because it tells of an error
_MAY_BE_AN_ERROR = {"no_rows", "no_success", "missing", "not_an_object", "not_json"}


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

    def without_secrets(self, text: str) -> str | None:
        """A text from the API as it may be shown; None where it must not be."""
        auths = [Auth(secret=secret) for secret in self._secrets()]
        traces = self._settings.auth.traces().union(*(a.traces() for a in auths))
        return without_secrets(text, self._secrets(), traces)

    def _secrets(self) -> set[str]:
        rows = (*self._settings.secret_params, *self._settings.secret_headers)
        secrets = {value for _name, value in rows} | self._tokens
        return {*secrets, self._settings.auth.secret} - {""}

    def send(self, request: Request) -> Answer:
        """
        :raise ClientError: the one that tells what went wrong
        """
        with answer_until(time.monotonic() + self._settings.limits.total_timeout):
            try:
                return self._send_with_token(request)
            except ClientError as error:
                self._quote(error)
                raise

    def explain(self, error: InvalidResponse, answer: Answer):
        """Add what the API says itself, where its answer is one about an error."""
        reason = error.facts.get("reason")
        if reason == "no_success" or (
            reason in _MAY_BE_AN_ERROR and tells_trouble(answer.body)
        ):
            error.body = answer.body
            self._quote(error)

    def _quote(self, error: ClientError):
        body, error.body = error.body, b""
        if isinstance(error, Blocked):
            return  # these are not the API's words
        words = quote_of(body, self._secrets())
        if words:
            error.facts["said"] = words

    def _send_with_token(self, request: Request) -> Answer:
        auth = self._settings.auth
        if auth.kind != "oauth2":
            return self._send(request)
        token = get_token(auth, self._transport)
        try:
            return self._send(request, token)
        except AuthFailed as error:
            # Some say 403 of a token that is over, too; else it means "forbidden".
            if error.facts["status"] != 401 and not is_spent(auth, token, error):
                raise
        # Tokens may be withdrawn before their time: try a new one, once.
        forget_token(auth, token)
        return self._send(request, get_token(auth, self._transport))

    def _send(self, request, token=""):
        auth = self._settings.auth
        if token:
            self._tokens.add(token)
        rows = (*self._settings.headers, *self._settings.secret_headers)
        headers = {name: header_value(text) for name, text in rows}
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
        base_url = self._settings.base_url
        if same_host(base_url, url):
            return
        is_near = other_scheme(base_url, url)
        reason = "next_scheme" if is_near else "next_elsewhere"
        raise InvalidResponse(reason=reason, target=shown_host(url, is_near))
