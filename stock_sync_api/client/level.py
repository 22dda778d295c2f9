from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class Level(NamedTuple):
    """What the API said about one product (at one of its locations).

    ``quantity`` is None where the API says null: it keeps no stock of the product,
    which is not the same as zero. ``date`` is the API's own time, naive UTC; None with
    ``undated`` where it has given one that was not understood.
    """

    external_id: str
    quantity: Decimal | None
    location_code: str | None = None
    date: datetime | None = None
    undated: bool = False
