import base64
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Auth:
    """How requests say who they are.

    :param kind: ``none``, ``api_key``, ``bearer`` or ``basic``
    :param secret: the key, token or password; never in a repr
    :param username: for ``basic``
    :param header: the header that carries an API key
    """

    kind: str = "none"
    secret: str = field(default="", repr=False)
    username: str = ""
    header: str = "X-API-Key"

    def headers(self) -> dict[str, bytes]:
        # As bytes: http.client would encode text as latin-1 and fail on the rest.
        if self.kind == "api_key":
            return {self.header: _header_text(self.secret).encode()}
        if self.kind == "bearer":
            return {"Authorization": f"Bearer {_header_text(self.secret)}".encode()}
        if self.kind == "basic":
            credentials = f"{self.username}:{self.secret}".encode()
            return {"Authorization": b"Basic " + base64.b64encode(credentials)}
        return {}


def _header_text(secret: str) -> str:
    """The secret without what no header can carry: line breaks of a paste, mostly."""
    return "".join(char for char in secret if char.isprintable()).strip()
