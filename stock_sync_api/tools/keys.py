"""Keys of products, and the ids that they are compared with."""

import re
import unicodedata

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
