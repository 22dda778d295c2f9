"""From rows, as each API shapes them, to levels."""

import re
from dataclasses import dataclass, fields
from datetime import tzinfo

from .errors import (
    ClientError,
    InvalidResponse,
    NotInAnswer,
    ProductMismatch,
)
from .expression import MISSING, Expression
from .level import Level
from .moment import latest_credible, parse_moment
from .own_words import names_trouble
from .quantity import parse_quantity
from .strict_json import JsonNumber

#: what an external id may not contain: PostgreSQL takes no NUL, UTF-8 no surrogates
UNUSABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

#: longer ones are no ids; an index of PostgreSQL could not hold them
_MAX_ID_LENGTH = 256

_WHOLE_NUMBER = re.compile("-?[0-9]+")

#: faults of all rows that say more than that none of them has an id
_SAYS_ENOUGH = {"expression", "bad_id_number", "bad_id_long", "bad_id_character"}


@dataclass(frozen=True)
class Mapping:
    """Where the levels are in an answer: JMESPath expressions.

    :param rows: the rows in the answer about several products
    :param item_rows: the row, or rows, in the answer about one product
    :param external_id: on a row; "" only where one product is asked about at a time:
        the answer is then taken to be about that one
    :param quantity: on a level, where rows have ``levels``, else on the row
    :param location: the same; "" where there are no locations
    :param date: on a level, or else on its row; "" where there is none
    :param levels: the levels inside a row; "" where a row is one
    :param filter: on a row; rows for which it gives false or null are left out
    :param success: on the whole answer, which is used only where it gives true
    """

    rows: str = "items"
    item_rows: str = "@"
    external_id: str = "product_id"
    quantity: str = "quantity"
    location: str = ""
    date: str = "updated_at"
    levels: str = ""
    filter: str = ""
    success: str = ""

    def check(self):
        """:raise MappingError: for an expression that does not compile"""
        Mapper(self)


class Mapper:
    """A compiled :class:`Mapping`.

    :param zone: that of times which name none; UTC by default
    :raise MappingError: for an expression that does not compile
    """

    def __init__(self, mapping: Mapping, zone: tzinfo | None = None):
        self._zone = zone
        compiled = {
            field.name: Expression(text, field.name) if text else None
            for field in fields(mapping)
            for text in [getattr(mapping, field.name)]
        }
        self._rows: Expression = compiled["rows"]
        self._item_rows: Expression = compiled["item_rows"]
        self._external_id: Expression | None = compiled["external_id"]
        self._quantity: Expression = compiled["quantity"]
        self._location: Expression | None = compiled["location"]
        self._date: Expression | None = compiled["date"]
        self._levels: Expression | None = compiled["levels"]
        self._filter: Expression | None = compiled["filter"]
        self._success: Expression | None = compiled["success"]

    def rows(self, document, may_lack: bool = False) -> list:
        """The rows in the answer about several products.

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
        if not isinstance(rows, list):
            raise InvalidResponse(reason="no_rows", name=self._rows.text)
        return rows

    def read_rows(self, rows: list, is_page: bool = True):
        """What the rows, and the levels inside them, say, each on its own.

        :param is_page: whether they are all rows of a page; then one must have an id
        :return: list of :class:`Level`, and list of (external id or None, error); the
            error's facts have the location code, where that could be read
        :raise ClientError: where no row has an id: the mapping is not for this API
        """
        levels, faults, named = [], [], 0
        latest = latest_credible()
        for number, row in enumerate(rows, 1):
            external_id = None
            try:
                if self._filter and not self._filter.is_true(row):
                    continue
                external_id = _usable_id(self._id_on(row))
                named += 1
                for found in self._found_in(row):
                    try:
                        levels.append(self._level(external_id, found, row, latest))
                    except ClientError as error:
                        faults.append(_fault(external_id, error, number))
            except ClientError as error:
                faults.append(_fault(external_id, error, number))
        if faults and not named and is_page:
            [(_external_id, error), *_others] = faults
            if error.facts.get("reason") in _SAYS_ENOUGH:
                raise error
            raise InvalidResponse(reason="mapping", name=self._external_id.text)
        return levels, faults

    def read_item(self, document, external_id: str) -> list[Level]:
        """What the answer about one product says.

        :raise ClientError: where it is about another, or says nothing usable
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
            rows = [rows]
        elif rows is document:
            # The whole answer was to be one row. Who expects a list says so: "[]".
            raise InvalidResponse(reason="not_an_object")
        latest = latest_credible()
        levels, others, is_named = [], [], False
        for row in rows:
            if not isinstance(row, dict | list):
                raise InvalidResponse(reason="not_an_object")
            if self._filter and not self._filter.is_true(row):
                continue
            if self._external_id:
                answered = _id_text(self._id_on(row))
                if answered != external_id:
                    others.append(answered)
                    continue
            is_named = True
            for found in self._found_in(row):
                levels.append(self._level(external_id, found, row, latest))
        if others and not is_named:
            raise ProductMismatch(answered=printable(others[0])[:80])
        if not levels:
            raise NotInAnswer()
        return levels

    def _check_success(self, document):
        if self._success and self._success.get(document) is not True:
            raise InvalidResponse(reason="no_success", name=self._success.text)

    def _id_on(self, row):
        found = self._external_id.find(row)
        if found is MISSING:
            raise InvalidResponse(reason="missing", name=self._external_id.text)
        return found

    def _found_in(self, row) -> list:
        """What the quantity, location and date are read from: the row, or its levels"""
        if not self._levels:
            return [row]
        found = self._levels.find(row)
        if not isinstance(found, list):
            raise InvalidResponse(reason="missing", name=self._levels.text)
        return found

    def _level(self, external_id, level, row, latest) -> Level:
        location = date = None
        undated = False
        if self._location:
            location = _location_text(self._location.get(level))
        try:
            quantity = self._quantity.find(level)
            if quantity is MISSING:
                raise InvalidResponse(reason="missing", name=self._quantity.text)
            if self._date:
                date = self._date.get(level)
                if date is None and level is not row:
                    date = self._date.get(row)
            if date is not None:
                try:
                    date = parse_moment(date, latest, self._zone)
                except ValueError:
                    date, undated = None, True  # the quantity counts all the same
            quantity = parse_quantity(quantity)
            return Level(external_id, quantity, location, date, undated)
        except ClientError as error:
            if self._location:
                error.facts["location_code"] = location
            raise


def _fault(external_id, error, number):
    """A row's fault.

    :raise ClientError: where it is one for the whole answer
    """
    if error.facts.get("reason") == "too_much":
        raise error  # each further row would take as long
    error.facts["row"] = number
    return external_id, error


def _id_text(value) -> str:
    """
    :raise InvalidResponse: for what is neither a text nor a whole number
    """
    if type(value) is str:
        return value
    if isinstance(value, JsonNumber):
        if _WHOLE_NUMBER.fullmatch(value):
            return str(value)
        raise InvalidResponse(reason="bad_id_number", id=_shown_id(value))
    raise InvalidResponse(reason="bad_id")


def _usable_id(value) -> str:
    """:raise InvalidResponse: for what no database can keep as an id"""
    external_id = _id_text(value).strip()  # as Odoo keeps them
    if is_usable_id(external_id):
        return external_id
    if not external_id:
        raise InvalidResponse(reason="bad_id_empty")
    is_long = len(external_id) > _MAX_ID_LENGTH
    raise InvalidResponse(
        reason="bad_id_long" if is_long else "bad_id_character",
        id=_shown_id(external_id),
    )


def _shown_id(text: str) -> str:
    """The beginning of an id, for a message."""
    shown = "".join(char if char.isprintable() else "�" for char in text[:40])
    return shown + "…" if len(text) > 40 else shown


def is_usable_id(external_id: str) -> bool:
    """Whether a database can keep it."""
    return 0 < len(external_id) <= _MAX_ID_LENGTH and (
        external_id.isprintable()  # which is faster, and nearly all of them are
        or not UNUSABLE.search(external_id)
    )


def printable(text: str) -> str:
    """The text with what cannot be stored or shown replaced."""
    return UNUSABLE.sub("�", text)


def _location_text(value) -> str | None:
    if value is None or value == "":
        return None
    try:
        return _usable_id(value)
    except InvalidResponse:
        raise InvalidResponse(reason="bad_location") from None
