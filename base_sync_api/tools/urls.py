"""What may be entered as an address, or as a part of one."""

from urllib.parse import urlsplit


def is_plain_url(text):
    """Whether it is an address of http, without a password, query or fragment."""
    try:
        url = urlsplit(text)
        return bool(
            url.scheme in ("http", "https")
            and url.hostname
            and url.port != 0
            and not (url.username or url.password or url.query or url.fragment)
            and text.isprintable()
            and " " not in text
        )
    except ValueError:
        return False


def is_path(text):
    """Whether it can stand behind a server's name."""
    return text.startswith("/") and text.isprintable() and " " not in text


def is_url(text):
    """Whether it is an address of http, without a user name or password."""
    try:
        url = urlsplit(text)
        return bool(
            url.scheme in ("http", "https")
            and url.hostname
            and url.port != 0
            and "@" not in url.netloc
            and text.isprintable()
            and " " not in text
        )
    except ValueError:
        return False
