"""Those who stand before other people's servers: Cloudflare and the like."""

import re
from collections.abc import Mapping

from .body_kind import looks_like_html
from .errors import Blocked, ClientError

#: a page that asks who one is, and so refuses the credentials
_SIGN_IN = re.compile(rb"(sign|log)[ -]?(in|on)\b|password", re.IGNORECASE)
#: headers of guards
_GUARDS = ("Cf-Ray", "X-Sucuri-Id", "X-Iinfo", "X-Datadome", "X-Akamai-Request-Id")


def is_blocked(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it is not the API that answers, but who guards it."""
    if status not in (403, 503):
        return False
    if "Cf-Mitigated" in headers:
        return True
    is_guarded = any(name in headers for name in _GUARDS)
    if looks_like_html(body):
        # An API refuses in its own language; a 503 may be any server's page.
        return is_guarded or (status == 403 and not _SIGN_IN.search(body))
    return is_guarded and body.strip().lower().startswith(b"error code: 1")


def blocked(error: ClientError) -> Blocked:
    facts = {name: error.facts.get(name) for name in ("host", "status")}
    blocked = Blocked(**facts, reason="blocked")
    blocked.body = error.body
    return blocked
