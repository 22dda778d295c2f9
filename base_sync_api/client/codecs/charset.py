import codecs
import re

from ..errors import InvalidResponse

#: Python's "codecs" are more than these: some are no charsets, some run long
_CHARSETS = re.compile(
    r"ascii|utf-(8|16|32)(-[lb]e)?|iso8859-[0-9]+|cp[0-9]+|mac-roman|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc_(jp|kr)"
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the next one
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(body: bytes, charset: str) -> str:
    """The text that a body is; nothing is guessed.

    :param charset: that its header names; UTF-8 where it names none. A byte order mark
        counts more
    :raise InvalidResponse: where it is not in that charset
    """
    mark = next((name for start, name in _MARKS if body.startswith(start)), "")
    name = mark or known_charset(charset) or "utf-8"
    try:
        return body.decode(name)
    except UnicodeError as error:
        raise InvalidResponse(reason="charset") from error


def known_charset(charset: str) -> str:
    """Python's name of a charset; "" for none.

    :raise InvalidResponse: for a name that is none
    """
    if not charset:
        return ""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError) as error:
        raise InvalidResponse(reason="charset") from error
    if not _CHARSETS.fullmatch(name):
        raise InvalidResponse(reason="charset")
    return name
