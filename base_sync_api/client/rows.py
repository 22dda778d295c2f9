"""Where the rows are in an answer."""

from dataclasses import dataclass, fields

from .codecs import CODECS
from .errors import InvalidResponse, NotInAnswer
from .expression import MISSING, Expression
from .own_words import names_trouble


@dataclass(frozen=True)
class RowMapping:
    """JMESPath expressions on whole answers.

    :param rows: the rows in the answer about several things
    :param item_rows: the row, or rows, in the answer about one thing
    :param success: gives true where the answer may be used; "" where all may
    """

    rows: str = "items"
    item_rows: str = "@"
    success: str = ""

    def check(self):
        """:raise MappingError: for an expression that does not compile"""
        RowMapper(self)


class RowMapper:
    """A compiled :class:`RowMapping`, or one that says more.

    :param codec: the name of what reads the answers; "" for any
    :raise MappingError: for an expression that does not compile
    """

    def __init__(self, mapping: RowMapping, codec: str = "json"):
        # Whether what is there once may be a list of one: XML cannot say.
        self._may_be_one = not codec or CODECS[codec].has_no_lists
        #: each expression of the mapping by its name; None for ""
        self._compiled = {
            field.name: Expression(text, field.name) if text else None
            for field in fields(mapping)
            for text in [getattr(mapping, field.name)]
        }
        self._rows: Expression = self._compiled["rows"]
        self._item_rows: Expression = self._compiled["item_rows"]
        self._success: Expression | None = self._compiled["success"]

    def rows(self, document, may_lack: bool = False) -> list:
        """The rows in the answer about several things.

        Null where they are expected is none of them; so is an empty array in place of
        all, which is how some languages write an empty object.

        :param may_lack: an answer without a place for them has none, too, unless it
            tells of some trouble
        :raise InvalidResponse: where there is no list of them, not even an empty one
        """
        self._check_success(document)
        if document is None or document == []:
            return []
        rows = self._rows.find(document)
        if rows is None and self._rows.tells_null:
            return []
        if rows in (None, MISSING) and may_lack and not names_trouble(document):
            return []
        if self._may_be_one and isinstance(rows, dict):
            return [rows]
        if not isinstance(rows, list):
            raise InvalidResponse(reason="no_rows", name=self._rows.text)
        return rows

    def item_rows(self, document) -> list:
        """The row, or rows, in the answer about one thing.

        :raise NotInAnswer: where it says that there is none
        :raise InvalidResponse: where there is no place for them
        """
        self._check_success(document)
        if document is None or document == []:
            raise NotInAnswer()
        rows = self._item_rows.find(document)
        if rows is None and self._item_rows.tells_null:
            raise NotInAnswer()
        if rows in (None, MISSING):
            raise InvalidResponse(reason="no_rows", name=self._item_rows.text)
        if not isinstance(rows, list):
            return [rows]
        if rows is document:
            # The whole answer was to be one row. Who expects a list says so: "[]".
            raise InvalidResponse(reason="not_an_object")
        return rows

    def _check_success(self, document):
        if self._success and self._success.get(document) is not True:
            raise InvalidResponse(reason="no_success", name=self._success.text)
