"""Quantities as text."""

from decimal import Decimal


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


def plain_text(quantity):
    """An exact Decimal as text, cut where it has no end: a third of a dozen."""
    text = f"{quantity:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if len(text) <= 24 else text[:23] + "…"


def level_text(level):
    """What the API gave as quantity, as text; False where it gave null or nothing."""
    return level is not None and level.quantity is not None and str(level.quantity)
