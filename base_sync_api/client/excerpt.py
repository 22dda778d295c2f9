from collections.abc import Callable


def excerpt(
    body: bytes, length: int, without_secrets: Callable[[str], str | None]
) -> str | None:
    """The beginning of a body, so that it can be stored and shown to a person.

    :param length: in characters
    :param without_secrets: gives a text as it may be shown, or None
    :return: None where a secret may be in it, disguised
    """
    # More than is shown: a secret that is cut off would not be recognised.
    text = body[: 4 * length].decode(errors="replace")
    shown = without_secrets(text)
    if shown is None:
        return None
    shown = "".join(c if c.isprintable() or c in "\n\t" else "�" for c in shown)
    return shown if len(shown) <= length else shown[: length - 1] + "…"
