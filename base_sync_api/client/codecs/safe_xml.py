"""XML as plain Python, without what makes XML dangerous.

An element becomes an object of its attributes (``@name``), its elements by their names,
and its text (``#text``); one that has nothing but text is that text, one that has
nothing at all is null. What comes several times is a list. Names are without their
namespaces.

    <item id="7"><qty>5</qty></item>    {"item": {"@id": "7", "qty": "5"}}

No document type, so neither entities nor anything from elsewhere: expat alone would
read them, which is what ``defusedxml`` forbids as well; it is no requirement of Odoo's.
"""

import re
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from ..errors import InvalidResponse
from .charset import known_charset
from .codec import BodyError, Codec

_DEEPEST = 100
_DECLARES = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*encoding|\xff\xfe|\xfe\xff")
#: fewer beginnings than those of JSON's neighbours: <a> may be anybody's
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.I
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
#: what XML 1.0 cannot say
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = " \t\r\n"


def decode(body: bytes, charset: str = "") -> dict[str, Any]:
    """The root by its name.

    :param charset: counts where the document declares none itself
    :raise InvalidResponse: for what is not well-formed, has a document type, or
        elements more than 100 deep
    """
    declared = None if _DECLARES.match(body) else known_charset(charset) or None
    reader = _Reader()
    try:
        parser = expat.ParserCreate(declared, namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        parser.ExternalEntityRefHandler = _refuse_doctype
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InvalidResponse(reason=_kind(body) or "not_xml") from error
    except _DocumentType as error:
        raise InvalidResponse(reason=_kind(body) or "xml_doctype") from error
    if _kind(body):
        raise InvalidResponse(reason="html")
    return reader.document


class _DocumentType(Exception):
    """There is one."""


def _refuse_doctype(*_args):
    raise _DocumentType


def _kind(body: bytes) -> str:
    return "html" if _PAGE.match(body) else ""


class _Reader:
    """Builds the document while expat reads it."""

    def __init__(self):
        self.document: dict[str, Any] = {}
        #: the elements that are open, each with the pieces of its text
        self._open: list[tuple[dict[str, Any], list[str]]] = [(self.document, [])]

    def start(self, _name, attributes):
        if len(self._open) > _DEEPEST:
            raise InvalidResponse(reason="not_xml")
        element: dict[str, Any] = {}
        for name, value in attributes.items():
            _add(element, "@" + _local(name), value)
        self._open.append((element, []))

    def text(self, text):
        self._open[-1][1].append(text)

    def end(self, name):
        element, pieces = self._open.pop()
        text = "".join(pieces).strip(_SPACE)
        if not element:
            _add(self._open[-1][0], _local(name), text or None)
            return
        if text:
            element["#text"] = text
        _add(self._open[-1][0], _local(name), element)


def _add(element: dict[str, Any], name: str, value: Any):
    if name not in element:
        element[name] = value
    elif isinstance(element[name], list):
        element[name].append(value)
    else:
        element[name] = [element[name], value]


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def encode(document: Any) -> bytes:
    """The XML that ``decode`` makes ``document`` of.

    :raise BodyError: where it is not one root, or has what XML cannot say
    """
    if not isinstance(document, dict) or len(document) != 1:
        raise BodyError("a document has one root")
    [(name, value)] = document.items()
    if isinstance(value, list):
        raise BodyError("a document has one root")
    root = _element(name, value, 0)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _element(name: Any, value: Any, depth: int) -> ElementTree.Element:
    if depth >= _DEEPEST:
        raise BodyError("the elements are too deep")
    element = ElementTree.Element(_checked_name(name))
    if not isinstance(value, dict):
        element.text = _text(value)
        return element
    for key, inner in value.items():
        if key == "#text":
            element.text = _text(inner)
        elif isinstance(key, str) and key.startswith("@"):
            element.set(_checked_name(key[1:]), _text(inner))
        else:
            for one in inner if isinstance(inner, list) else [inner]:
                element.append(_element(key, one, depth + 1))
    return element


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BodyError(f"{name!r} is no name of XML")
    return name


def _text(value: Any) -> str:
    if isinstance(value, bool | dict | list | tuple | set):
        raise BodyError(f"{value!r} is no text")
    text = "" if value is None else str(value)
    if _UNSAYABLE.search(text):
        raise BodyError("XML has no word for some of the characters")
    return text


CODEC = Codec(("application/xml", "text/xml"), decode, encode, has_no_lists=True)
