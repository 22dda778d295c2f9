from dataclasses import dataclass, field

from odoo.addons.base_sync_api.client import ApiSettings

from .mapping import Mapping


@dataclass(frozen=True)
class StockApiSettings(ApiSettings):
    """Where the API is, how to speak to it, and what its rows say about stock.

    :param mode: how a run over all products asks: ``item`` (one by one), ``list``, or
        ``ids`` (several ids per request)
    :param mapping: where the levels are in an answer
    :param rows_apart: whether rows about one product may be anywhere in the list, so
        that who looks for it has to read to the end
    :param rows_add_up: whether rows about one product are parts of its quantity: a row
        that came on two pages then leaves it unknown
    """

    item_path: str = "/stock/{external_id}"
    mapping: Mapping = field(default_factory=Mapping)
    user_agent: str = "Odoo stock_sync_api"
    mode: str = "item"
    rows_apart: bool = True
    rows_add_up: bool = False
