import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urljoin

from .answer import Answer
from .auth import Auth, header_value
from .codecs import CODECS, charset_of, codec_for
from .deadline import answer_until
from .errors import AuthFailed, Blocked, ClientError, InvalidResponse, NotFound
from .excerpt import excerpt
from .hosts import other_scheme, same_host, shown_host
from .own_words import quote as quote_of
from .own_words import tells_trouble
from .request import Request, WireRequest
from .schemes import AUTH_SCHEMES
from .secrecy import without_secrets
from .secret_query import secret_query, without_secret
from .settings import ApiSettings
from .transport import Transport

#: what a successful answer may be refused for because it tells of an error
_MAY_BE_AN_ERROR = {
    *("no_rows", "no_success", "missing", "not_an_object"),
    *("not_json", "not_csv", "not_xml", "not_form"),
}

#: characters of an answer that is refused, for who sets the API up
_EXCERPT = 500


class Reply(NamedTuple):
    """What an API has answered.

    :param content: what the body says, as the codec makes it; None for an empty one
    :param answer: its status and headers
    """

    content: Any
    answer: Answer


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
        self._scheme = AUTH_SCHEMES[settings.auth.kind](settings.auth)
        #: what reads answers; None where each says what it is
        self._codec = CODECS[settings.codec] if settings.codec else None
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
                if not request.is_read:
                    error.facts["outcome_unknown"] = error.outcome_unknown
                raise

    def reply(self, request: Request) -> Reply:
        """The answer with what it says.

        :raise ClientError: the one that tells what went wrong
        """
        answer = self.send(request)
        if answer.is_empty or request.method == "HEAD":
            return Reply(None, answer)
        try:
            return Reply(
                self.decode(answer.body, answer.header("Content-Type")), answer
            )
        except InvalidResponse as error:
            if not request.is_read:
                # It was taken, but what became of it is not known.
                error.outcome_unknown = error.facts["outcome_unknown"] = True
            self.explain(error, answer)
            raise

    def decode(self, body: bytes, content_type: str = "") -> Any:
        """What a body says, as plain Python.

        :param content_type: of the answer; counts where the settings name no codec
        :raise InvalidResponse: for a body that is not what it should be
        """
        codec = self._codec or codec_for(content_type)
        return codec.decode(body, charset_of(content_type))

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
        if not isinstance(error, Blocked):  # those are not the API's words
            words = quote_of(body, self._secrets())
            if words:
                error.facts["said"] = words
                if isinstance(error, NotFound):
                    return  # which says it; there may be one for each thing asked for
        error.excerpt = excerpt(body, _EXCERPT, self.without_secrets) or ""

    def _send_with_token(self, request: Request) -> Answer:
        token = self._token()
        try:
            return self._send(request, token)
        except AuthFailed as error:
            if not self._scheme.renew(token, error):
                raise
        # No repetition, whatever it is: a 401 says that nothing was done.
        return self._send(request, self._token())

    def _token(self) -> str:
        try:
            token = self._scheme.token(self._transport)
        except ClientError as error:
            error.outcome_unknown = False  # what it was for was not even sent
            raise
        if token:
            self._tokens.add(token)
        return token

    def _send(self, request: Request, token: str) -> Answer:
        headers: dict[str, str | bytes] = {}
        if self._settings.codec != "json":
            headers["Accept"] = self._codec.accept if self._codec else "*/*"
        rows = (
            *self._settings.headers,
            *self._settings.secret_headers,
            *request.headers,
        )
        headers.update((name, header_value(text)) for name, text in rows)
        body = None
        if request.body is not None:
            codec = CODECS[request.codec]
            body = codec.encode(request.body)
            headers["Content-Type"] = codec.media_types[0]
        wire = WireRequest(request.method, request.url, body, headers)
        headers.update(self._scheme.headers(wire, token))
        with secret_query(self._secret_query()):
            return self._transport.request(
                *wire, repeatable=request.repeatable, witness=self._witness
            )

    def _secret_query(self) -> str:
        params = () if self._settings.method == "POST" else self._settings.secret_params
        queries = [self._scheme.query(), urlencode(params, quote_via=quote)]
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
