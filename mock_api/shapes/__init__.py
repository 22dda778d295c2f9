"""The same stock in the shapes of several real APIs: one file, one blueprint each.

Whichever shape it is read through, a product has the same quantity. Nothing is reserved
here: where an API tells apart what is on hand and what is available, both are the
quantity. Where it has locations, the quantity is split over them (``rows.levels_of``);
where it has none, it is their sum. A product of which no stock is kept is shown, or not
shown, as the API does it, and so are variants and their parents.

Each shape asks for the key in its API's own way, once the server was started with one.
Errors are those of this server, ``{"error": "a sentence"}``, with the API's status.
"""

from mock_api.shapes import (
    adobe,
    amazon,
    bigcommerce,
    commercetools,
    ebay,
    globalshop,
    shopify,
    square,
    woocommerce,
)

ALL = (
    globalshop.blueprint,
    shopify.blueprint,
    amazon.blueprint,
    woocommerce.blueprint,
    square.blueprint,
    bigcommerce.blueprint,
    commercetools.blueprint,
    ebay.blueprint,
    adobe.blueprint,
)
NAMES = frozenset(blueprint.name for blueprint in ALL)
