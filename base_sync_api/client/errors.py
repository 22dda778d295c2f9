"""One typed error for each thing that can go wrong on the way to an API.

``code`` is the stable error code that users see and filter on. ``facts`` are the
values for the sentence shown to them, which is built (and translated) where there is
a user. Facts never hold a header, a query or a body: those may hold a secret. ``said``,
the API's own words about the trouble, are quoted only where none is in them.
"""


class ClientError(Exception):
    """Base of all errors raised by this package.

    :param facts: values for the message: ``host``, ``status``, ``reason``, …
    """

    code = "http_error"
    #: asking again within the same call may help
    transient = False
    #: the trouble is the API's, not that of what was asked for: after several in a row
    #: there is no point in asking for the next
    systemic = False
    #: nothing else will fare better now: stop asking at once
    stops_run = False

    #: the beginning of the answer that it is about. No fact: a secret may be in it
    body = b""
    #: whether the answer is a page for people, and not the API's own
    is_page = False
    #: what the API says about the token it got (``WWW-Authenticate``); no fact either
    challenge = ""
    #: the beginning of the API's answer, for who sets it up; "" where there is none, or
    #: a secret may be in it
    excerpt = ""
    #: whether the API may have done what it was told: what was sent got no answer that
    #: says. For what is no question it is a fact, too. Never tell it again without
    #: having asked
    outcome_unknown = False

    def __init__(self, **facts):
        super().__init__(f"{self.code}: {facts}")
        self.facts = facts


class ConnectionFailed(ClientError):
    """No connection, or it broke. ``reason``: refused, dns, tls, broken."""

    code = "connection_error"
    transient = True
    systemic = True


class AnswerTimeout(ClientError):
    """A deadline passed. Not tried again: it has used its time."""

    code = "timeout"
    systemic = True


class AuthFailed(ClientError):
    """401 or 403: asking again with the same credentials may lock the account.

    ``reason`` is ``token`` where it was the token endpoint (``host``) that gave none.
    """

    code = "auth_failed"
    stops_run = True


class Blocked(ClientError):
    """What guards the API (Cloudflare, say) turns us away. ``reason``: blocked.

    Neither credentials nor address are at fault, and asking more makes it worse.
    """

    code = "http_error"
    stops_run = True


class RateLimited(ClientError):
    """429, or a 503 that names its time. ``retry_after``: seconds, if the API said."""

    code = "rate_limited"
    transient = True
    stops_run = True


class HttpError(ClientError):
    """Any other status that is not a success."""


class NotFound(HttpError):
    """404 or 410: what it means depends on what was asked.

    ``reason`` is ``unaskable`` where nothing was: no address can carry such an id.
    """


class ServerBusy(HttpError):
    """502, 503, 504: worth another attempt."""

    transient = True
    systemic = True


class RedirectRefused(HttpError):
    """A redirect that leaves the API's own host, loses the body, or never ends."""


class InvalidResponse(ClientError):
    """A 2xx answer that is not what the contract says. ``reason`` says how."""

    code = "invalid_response"


class InvalidNumber(InvalidResponse):
    """What should be a number is not plainly one. ``number``: what was sent, short."""

    def __init__(self, number: str):
        super().__init__(reason="number", number=number)


class NotInAnswer(ClientError):
    """An answer about several things, or rows, that leaves this one out."""

    code = "not_in_answer"


class MappingError(ValueError):
    """An expression of the settings that does not compile.

    :param field: which one, as ``Mapping`` and ``Paging`` name it
    :param message: what is wrong with it, in English
    :param position: where in its text, if that is known
    """

    def __init__(self, field: str, message: str, position: int | None = None):
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.position = position
