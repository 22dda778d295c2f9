"""Small helpers without state."""

import re
import unicodedata
from ast import literal_eval
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


_PLAIN_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")


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
    """A quantity as facts keep it: ``3``, ``12.5``; never ``3.0`` or ``1E+1``.

    For people: :func:`format_number` of it.

    :param quantity: float or Decimal
    :param int digits: decimals of the unit
    """
    text = f"{Decimal(quantity):.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def format_number(env, number):
    """A number as whoever reads it writes it: ``1234.5`` is ``1 234,5`` in French.

    :param env: of the reader, with the language
    :param number: an int, or a quantity as :func:`format_quantity` gives it; what is
        no plain number stays as it is
    """
    # Here, because the client is tested where Odoo's own addons cannot be imported.
    from odoo.addons.base.models.res_lang import intersperse

    text = str(number)
    parts = _PLAIN_NUMBER.fullmatch(text)
    lang = env["res.lang"]._get_data(code=env.lang or "en_US")
    if not parts or not lang:
        return text
    sign, whole, decimals = parts.groups()
    separator = lang.thousands_sep or ""
    whole, _count = intersperse(whole, literal_eval(lang.grouping), separator)
    return sign + (f"{whole}{lang.decimal_point}{decimals}" if decimals else whole)


def plain_text(quantity):
    """An exact Decimal as text, cut where it has no end: a third of a dozen."""
    text = f"{quantity:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if len(text) <= 24 else text[:23] + "…"


def level_text(level):
    """What the API gave as quantity, as text; False where it gave null or nothing."""
    return level is not None and level.quantity is not None and str(level.quantity)
