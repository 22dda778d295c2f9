"""From rows, as each API shapes them, to levels."""

from dataclasses import dataclass
from datetime import tzinfo

from odoo.addons.base_sync_api.client import ClientError, InvalidResponse, NotInAnswer
from odoo.addons.base_sync_api.client.errors import InvalidNumber
from odoo.addons.base_sync_api.client.expression import MISSING, Expression
from odoo.addons.base_sync_api.client.external_id import id_text, printable, usable_id
from odoo.addons.base_sync_api.client.moment import latest_credible, parse_moment
from odoo.addons.base_sync_api.client.rows import RowMapper, RowMapping

from .errors import ProductMismatch
from .level import Level
from .quantity import invalid_quantity, parse_quantity

#: faults of all rows that say more than that none of them has an id
_SAYS_ENOUGH = {"expression", "bad_id_number", "bad_id_long", "bad_id_character"}


@dataclass(frozen=True)
class Mapping(RowMapping):
    """Where the levels are in an answer: JMESPath expressions.

    :param external_id: on a row; "" only where one product is asked about at a time:
        the answer is then taken to be about that one
    :param quantity: on a level, where rows have ``levels``, else on the row
    :param location: the same; "" where there are no locations
    :param date: on a level, or else on its row; "" where there is none
    :param levels: the levels inside a row; "" where a row is one
    :param filter: on a row; rows for which it gives false or null are left out
    """

    external_id: str = "product_id"
    quantity: str = "quantity"
    location: str = ""
    date: str = "updated_at"
    levels: str = ""
    filter: str = ""


class Mapper(RowMapper):
    """A compiled :class:`Mapping`.

    :param zone: that of times which name none; UTC by default
    :raise MappingError: for an expression that does not compile
    """

    def __init__(
        self, mapping: Mapping, zone: tzinfo | None = None, codec: str = "json"
    ):
        super().__init__(mapping, codec)
        self._zone = zone
        self._external_id: Expression | None = self._compiled["external_id"]
        self._quantity: Expression = self._compiled["quantity"]
        self._location: Expression | None = self._compiled["location"]
        self._date: Expression | None = self._compiled["date"]
        self._levels: Expression | None = self._compiled["levels"]
        self._filter: Expression | None = self._compiled["filter"]

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
                external_id = usable_id(self._id_on(row))
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
        rows = self.item_rows(document)
        latest = latest_credible()
        levels, others, is_named = [], [], False
        for row in rows:
            if not isinstance(row, dict | list):
                raise InvalidResponse(reason="not_an_object")
            if self._filter and not self._filter.is_true(row):
                continue
            if self._external_id:
                answered = id_text(self._id_on(row))
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
    if isinstance(error, InvalidNumber):
        error = invalid_quantity(error)
    error.facts["row"] = number
    return external_id, error


def _location_text(value) -> str | None:
    if value is None or value == "":
        return None
    try:
        return usable_id(value)
    except InvalidResponse:
        raise InvalidResponse(reason="bad_location") from None
