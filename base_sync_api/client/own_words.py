"""What an API says about the trouble it has, in its own words."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from .secrecy import reveals

_LENGTH = 200
#: of a body; whoever has something to say says it at the beginning
_READ = 64 * 1024
#: objects in objects that are looked into
_DEPTH = 4

#: where APIs put it, the most telling first; keys are compared without case and signs
_KEYS = [
    "errordescription",
    "errormessage",
    "errormsg",
    "faultstring",
    "exceptionmessage",
    "usermessage",
    "message",
    "msg",
    "detail",
    "details",
    "description",
    "reason",
    "title",
    "error",
    "errors",
    "fault",
    "exception",
    "response",
    "meta",
    "status",
]
#: what says that something is wrong, whatever it holds
_TROUBLE = {
    *("error", "errors", "errorcode", "errordescription", "errormessage", "errormsg"),
    *("exception", "exceptionmessage", "fault", "faultstring", "faultcode", "message"),
    *("messages", "msg", "detail", "details", "reason", "title"),
}
#: what says how it went
_OUTCOME = {"status", "statuscode", "code", "success", "ok", "result", "resultcode"}
_WELL = {"ok", "success", "succeeded", "successful", "true", "done", "0", "200", "204"}

_HTML_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_XML_WORDS = re.compile(
    r"<(?:\w+:)?(?:error)?(?:message|faultstring|description|detail|text|reason)\b[^>]*>"
    r"([^<>]+)<",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"<(script|style)\b.*?</\1|<[^>]*>", re.IGNORECASE | re.DOTALL)
_KEY_SIGNS = re.compile(r"[^a-z]")


def quote(body: bytes, secrets: Iterable[str]) -> str:
    """A short quote of what a body says about an error.

    :param secrets: a quote with one of these in it is none
    :return: one line without markup, at most 200 characters; "" where it says nothing
    """
    text = body[:_READ].decode("utf-8-sig", "replace")
    words = _clean(_words(text))
    if not any(char.isalpha() for char in words) or reveals(words, secrets):
        return ""
    return words if len(words) <= _LENGTH else words[: _LENGTH - 1] + "…"


def tells_trouble(body: bytes) -> bool:
    """Whether a body, JSON or only a few words, tells of some trouble."""
    if len(body) > _READ:
        return False
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return not body.lstrip().startswith((b"<", b"{", b"["))
    return isinstance(content, str) or (
        isinstance(content, dict) and names_trouble(content)
    )


def names_trouble(document: Any, depth: int = _DEPTH) -> bool:
    """Whether an answer tells of some trouble, as far as one can know that."""
    if not isinstance(document, dict):
        return True  # neither rows nor an object that could have had them
    for key, value in document.items():
        name = _name(key)
        if name in _TROUBLE and value not in (None, False, "", [], {}):
            return True
        if name in _OUTCOME and not isinstance(value, dict | list):
            if value is not None and str(value).lower() not in _WELL:
                return True
        if depth and isinstance(value, dict) and names_trouble(value, depth - 1):
            return True
    return False


def _words(text: str) -> str:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip().startswith(("{", "[")):
            return ""  # of broken JSON no piece says anything
        if not text.lstrip().startswith("<"):
            return text
        match = _HTML_TITLE.search(text) or _XML_WORDS.search(text)
        return match[1] if match else text
    return next(_said_in(content, _DEPTH), "")


def _said_in(content: Any, depth: int) -> Iterator[str]:
    if isinstance(content, str):
        if content.strip():
            yield content
    elif isinstance(content, list) and depth:
        for element in content[:5]:
            yield from _said_in(element, depth - 1)
    elif isinstance(content, dict) and depth:
        by_name = {_name(key): value for key, value in content.items()}
        named = [by_name[key] for key in _KEYS if key in by_name]
        for value in named:
            if isinstance(value, str):
                yield from _said_in(value, depth)
        for value in named:
            if isinstance(value, dict | list):
                yield from _said_in(value, depth - 1)
        if not named:  # {"email": ["is not valid"]}
            for value in content.values():
                if isinstance(value, list):
                    yield from _said_in(value, depth - 1)


def _name(key: str) -> str:
    return _KEY_SIGNS.sub("", key.lower())


def _clean(text: str) -> str:
    text = _NO_WORDS.sub(" ", html.unescape(_NO_WORDS.sub(" ", text[: 20 * _LENGTH])))
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.replace("<", " ").replace(">", " ").split())
