"""Searching by what has an SQL expression and no column."""

from odoo.fields import Domain


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
