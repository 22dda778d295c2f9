"""What an API says about stock: rows in, levels or one typed error out.

Stands on :mod:`odoo.addons.base_sync_api.client`, which asks and finds the rows. A
level's way from there: ``list_reader``, ``item_reader`` or ``ids_reader`` take the
rows, ``mapping`` and ``quantity`` decide what they mean, ``level`` is the result;
``gather`` brings together what a list says about a product. ``stock_api``, with
``settings``, is what others use.
"""

from .errors import InvalidQuantity, ProductMismatch, ProductNotFound
from .level import Level
from .list_reader import LevelPage
from .mapping import Mapping
from .sample import LevelSample
from .settings import StockApiSettings
from .stock_api import StockApi

__all__ = [
    "InvalidQuantity",
    "Level",
    "LevelPage",
    "LevelSample",
    "Mapping",
    "ProductMismatch",
    "ProductNotFound",
    "StockApi",
    "StockApiSettings",
]
