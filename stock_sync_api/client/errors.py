"""What can be wrong with what an API says about stock; see the base's errors."""

from odoo.addons.base_sync_api.client import ClientError


class ProductNotFound(ClientError):
    code = "product_not_found"


class ProductMismatch(ClientError):
    """The answer is about another product. ``answered``: the id it named."""

    code = "product_mismatch"


class InvalidQuantity(ClientError):
    """``quantity``: the text that is no acceptable quantity."""

    code = "invalid_quantity"
