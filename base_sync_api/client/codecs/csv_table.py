"""A table with a heading: each row becomes an object, each cell a text."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from ..body_kind import kind_of
from ..errors import InvalidResponse
from .charset import text_of
from .codec import BodyError, Codec

_SEPARATORS = ",;\t|"
#: more are no table that anybody made; an empty cell takes 40 times its text
_MOST_COLUMNS = 1000


def decode(body: bytes, charset: str = "") -> list[dict[str, str]]:
    """The rows of a table.

    The separator is the one that makes most columns of the heading. Columns without a
    name are left out; a row with more or fewer cells than the heading is an error: the
    file may have been cut short, or its cells belong to other columns.

    :raise InvalidResponse: for anything that is not plainly such a table
    """
    text = text_of(body, charset)
    if text.lstrip()[:1] in ("", "{", "[", "<") or "\0" in text:
        raise _no_table(body)
    first_line = text.lstrip("\r\n").splitlines()[0]
    separator = max(_SEPARATORS, key=lambda sign: len(_cells(first_line, sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names, rows = None, []
    try:
        for cells in reader:
            if not cells:
                continue  # an empty line
            if names is None:
                names = _names(cells, body)
            elif len(cells) != len(names):
                raise InvalidResponse(reason="not_csv", line=reader.line_num)
            else:
                row = dict(zip(names, cells, strict=True))
                row.pop("", None)
                rows.append(row)
    except csv.Error as error:
        raise InvalidResponse(reason="not_csv", line=reader.line_num) from error
    return rows


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _names(cells: list[str], body: bytes) -> list[str]:
    names = [cell.strip() for cell in cells]
    named = list(filter(None, names))
    # One column is more likely a sentence than a table.
    if not 1 < len(names) <= _MOST_COLUMNS or len(named) < 2:
        raise _no_table(body)
    if len(set(named)) < len(named):
        raise InvalidResponse(reason="not_csv", line=1)
    return names


def _no_table(body: bytes) -> InvalidResponse:
    kind = kind_of(body)
    return InvalidResponse(reason=kind if kind in ("html", "xml") else "not_csv")


def encode(rows: Any) -> bytes:
    """A table, separated by commas, of rows that have the same keys.

    :raise BodyError: for anything else
    """
    if not isinstance(rows, Iterable) or isinstance(rows, str | bytes | Mapping):
        raise BodyError("a table is made of rows")
    rows = list(rows)
    if not all(isinstance(row, Mapping) for row in rows):
        raise BodyError("a row is a mapping of names to values")
    names = list(rows[0]) if rows else []
    for row in rows:
        if list(row) != names:
            raise BodyError("rows of one table have the same keys, in the same order")
        if any(isinstance(value, dict | list | tuple | set) for value in row.values()):
            raise BodyError("a cell is one value")
    text = io.StringIO()
    writer = csv.writer(text)
    try:
        writer.writerow(names)
        writer.writerows(row.values() for row in rows)
        return text.getvalue().encode()
    except (csv.Error, UnicodeError) as error:
        raise BodyError(str(error)) from error


CODEC = Codec(
    ("text/csv", "application/csv", "text/tab-separated-values"), decode, encode
)
