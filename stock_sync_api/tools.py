"""Small helpers without state."""

import re
import unicodedata
from decimal import Decimal

from odoo.fields import Domain
from odoo.tools import SQL

#: what an import leaves around a text; other spaces (no-break, for one) may be meant
BLANKS = " \t\n\r\f\v"
#: the same for PostgreSQL; a constant, so that an index can be made of it
BLANKS_SQL = r"E' \t\n\r\f\x0B'"

#: all spaces, and what has no width
_UNSEEN = r"\s\u00ad\u200b-\u200f\u2060\ufeff"


def trim(text):
    """A key of a product as it is compared with an API's id; empty text for none."""
    return (text or "").strip(BLANKS)


def near_form(text):
    """What nearly alike ids have in common.

    Without regard to case, leading zeros, spaces, what has no width, and how an accent
    is composed. For suggestions only: such ids may well be two.
    """
    text = unicodedata.normalize("NFKC", text or "")
    return re.sub(f"[{_UNSEEN}]", "", text).lower().lstrip("0")


def near_form_sql(column):
    """The same in SQL."""
    return SQL(
        "ltrim(lower(regexp_replace(normalize(%s, NFKC), %s, '', 'g')), '0')",
        column,
        f"[{_UNSEEN}]",
    )


def search_through_sql(model, fname, operator, value):
    """A domain for a field that is not stored but has an SQL expression.

    For the ``search`` of a field whose model gives its value in ``_field_to_sql``, so
    that searching, sorting and grouping follow one definition.
    """
    field = model._fields[fname]
    return Domain.custom(
        to_sql=lambda records, alias, query: field.condition_to_sql(
            fname, operator, value, records, alias, query
        )
    )


def format_quantity(quantity, digits):
    """A quantity as people write it: ``3``, ``12.5``; never ``3.0`` or ``1E+1``.

    :param quantity: float or Decimal
    :param int digits: decimals of the unit
    """
    text = f"{Decimal(quantity):.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def level_text(level):
    """What the API gave as quantity, as text; False where it gave null or nothing."""
    return level is not None and level.quantity is not None and str(level.quantity)
