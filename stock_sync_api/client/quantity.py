"""Numbers that are quantities."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from odoo.addons.base_sync_api.client.errors import InvalidNumber
from odoo.addons.base_sync_api.client.number import parse_number

from .errors import InvalidQuantity


def parse_quantity(value: object) -> Decimal | None:
    """The quantity that the API means by ``value``.

    :return: None for null: the API keeps no stock of the product
    :raise InvalidQuantity: for everything that is not plainly one finite number
    """
    try:
        return parse_number(value)
    except InvalidNumber as error:
        raise invalid_quantity(error) from error


def invalid_quantity(error: InvalidNumber) -> InvalidQuantity:
    """The same: what an expression calculates with, here, are quantities."""
    facts = dict(error.facts)
    facts.pop("reason", None)
    return InvalidQuantity(quantity=facts.pop("number"), **facts)


@contextmanager
def numbers_are_quantities() -> Iterator[None]:
    """:raise InvalidQuantity: in place of :class:`InvalidNumber`"""
    try:
        yield
    except InvalidNumber as error:
        raise invalid_quantity(error) from error
