"""Whether a text from the API would give a secret away.

An API may echo what it was sent, in whatever encoding its answer has. Rather than to
know them all beforehand, a text is brought into plain forms, and the secret looked for
there.
"""

import base64
import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

HIDDEN = "•••"

#: secrets with fewer letters and digits are looked for only as they are
_SKELETON = 6
#: and shorter ones only where nothing was decoded: chance would find them
_SHORTEST = 4
#: encodings within encodings that are undone
_DEPTH = 2

_BACKSLASH = re.compile(
    r"\\(?:u\{0*([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))",
    re.DOTALL,
)
_NO_SKELETON = re.compile(r"[^a-z0-9]+")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){4,}")


def without_secrets(
    text: str, secrets: Iterable[str], traces: Iterable[str]
) -> str | None:
    """The text with secrets replaced; None where one may still be in it, disguised.

    :param traces: what the secrets look like in the encodings that are usual
    """
    # The longest first: one may be a part of another.
    for trace in sorted(filter(None, traces), key=len, reverse=True):
        text = text.replace(trace, HIDDEN)
    return None if reveals(text, secrets) else text


def reveals(text: str, secrets: Iterable[str]) -> bool:
    """Whether the text has one of the secrets in it, however it is encoded."""
    wanted = {secret for secret in secrets if secret}
    if any(secret in text for secret in wanted):
        return True
    wanted = {secret for secret in wanted if len(secret) >= _SHORTEST}
    skeletons = {_skeleton(form) for each in wanted for form in (each, _plain(each))}
    skeletons = {skeleton for skeleton in skeletons if len(skeleton) >= _SKELETON}
    return bool(wanted) and any(
        any(secret in form for secret in wanted)
        or any(skeleton in _skeleton(form) for skeleton in skeletons)
        for form in _forms(text, _DEPTH)
    )


def _skeleton(text: str) -> str:
    """Letters and digits: what stays, whatever is put between them."""
    return _NO_SKELETON.sub("", text.casefold())


def _forms(text: str, depth: int) -> Iterator[str]:
    """The text, and what it becomes by undoing encodings."""
    yield text
    plain = _plain(text)
    if plain != text:
        yield plain
    if depth:
        for form in {text, plain}:
            for inner in _unwrapped(form):
                yield from _forms(inner, depth - 1)


def _plain(text: str) -> str:
    """Without the escapes of HTML, JSON and URLs, one within the other."""
    for _round in range(3):
        before = text
        text = unquote(_BACKSLASH.sub(_unescaped, html.unescape(text)))
        if text == before:
            break
    return text


def _unescaped(match) -> str:
    braced, four, two, other = match.groups()
    code = int(braced or four or two or "0", 16)
    return other if other else chr(min(code, 0x10FFFF))


def _unwrapped(text: str) -> Iterator[str]:
    """What the text is in base64 or in hexadecimal digits."""
    # All as one run: wherever a part of it begins, one of four offsets is its own.
    run = _NOT_BASE64.sub("", text.replace("-", "+").replace("_", "/"))
    for offset in range(4):
        part = run[offset:]
        if len(part) % 4 == 1:
            part = part[:-1]
        yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "ignore")
    for digits in _HEX.findall(text):
        yield bytes.fromhex(re.sub(r"[\s:]", "", digits)).decode("utf-8", "ignore")
