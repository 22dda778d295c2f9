from odoo.addons.base_sync_api.client import ClientError
from odoo.addons.stock_sync_api.client import Level, StockApi


def level_of(api: StockApi, external_id: str = "123") -> Level:
    """The one level that the API gives for a product; its error is raised."""
    [(_external_id, answer)] = api.get_levels([external_id])
    if isinstance(answer, ClientError):
        raise answer
    [level] = answer
    return level
