"""How bodies are read and written: bytes to plain Python, and back.

One file for each format, with its ``CODEC``: ``strict_json``, ``csv_table``,
``safe_xml``, ``form``. All are bounded, and take nothing that is not plainly of their
format.
"""

from email.message import Message

from ..registry import Registry
from . import csv_table, form, safe_xml, strict_json
from .codec import BodyError, Codec

#: by the name that settings call them by; another addon may add one
CODECS: Registry[Codec] = Registry(
    "codec",
    {
        "json": strict_json.CODEC,
        "csv": csv_table.CODEC,
        "xml": safe_xml.CODEC,
        "form": form.CODEC,
    },
)


def codec_for(content_type: str) -> Codec:
    """What reads an answer of this type; JSON's where it is none that is known."""
    media_type = _parsed(content_type).get_content_type()
    for codec in CODECS.values():
        if media_type in codec.media_types:
            return codec
    # RFC 6839: what is made of XML says so at its end
    return CODECS["xml" if media_type.endswith("+xml") else "json"]


def charset_of(content_type: str) -> str:
    """The charset that the type names; "" where it names none."""
    charset = _parsed(content_type).get_param("charset", "")
    return charset if isinstance(charset, str) else ""


def _parsed(content_type: str) -> Message:
    message = Message()
    message["Content-Type"] = content_type
    return message
