"""Names that a header or a parameter may have."""

import re

#: what a request is made of; the client sets these
_RESERVED_HEADERS = {
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "transfer-encoding",
}
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: no space, control character, or sign that divides a query
PARAMETER_NAME = re.compile(r"[^\s\x00-\x1f\x7f&=#?+%]+")


def may_be_header(name):
    """Whether a header of this name may be added to each request."""
    return bool(_HEADER_NAME.fullmatch(name)) and name.lower() not in _RESERVED_HEADERS
