"""What the addon does about each fault that the mock API can show.

``docs/reliability.md`` has the same table for people; ``test_faults.py`` proves it.
"""

from typing import NamedTuple

#: no product was touched
UNTOUCHED = "untouched"
#: every product has what the API means
RIGHT = "right"
#: every product has either what it had or what the API means
EACH = "each product: right or untouched"


class Outcome(NamedTuple):
    """What becomes of a run.

    :param code: of the run, or else the one that its lines have
    """

    state: str
    code: str
    stock: str


FINE = Outcome("done", "", RIGHT)
REFUSED = Outcome("failed", "invalid_response", UNTOUCHED)
BROKEN = Outcome("failed", "connection_error", UNTOUCHED)
TOO_LATE = Outcome("failed", "timeout", UNTOUCHED)
NO_ACCESS = Outcome("failed", "auth_failed", UNTOUCHED)
NO_HELP = Outcome("failed", "http_error", UNTOUCHED)
#: it goes on at the time that the API has named
WAITS = Outcome("planning", "", UNTOUCHED)
NO_QUANTITY = Outcome("failed", "invalid_quantity", UNTOUCHED)
UNKNOWN = Outcome("failed", "catalogue_lost", UNTOUCHED)
OTHER = Outcome("failed", "product_mismatch", UNTOUCHED)


class Fault(NamedTuple):
    """
    :param list: what becomes of a run that reads the list
    :param item: of one that asks product by product
    :param shape: as which API the mock is asked, where GlobalShop cannot show it
    """

    scenario: str
    list: Outcome
    item: Outcome
    shape: str = "globalshop"


FAULTS = [
    # the connection
    Fault("refused:0.2", BROKEN, BROKEN),
    Fault("no-answer", BROKEN, BROKEN),
    Fault("reset-half-way", BROKEN, BROKEN),
    Fault("hang-before", TOO_LATE, TOO_LATE),
    Fault("hang-in-the-middle", TOO_LATE, TOO_LATE),
    Fault("drip-body", TOO_LATE, TOO_LATE),
    Fault("drip-headers", TOO_LATE, TOO_LATE),
    Fault("short-body", BROKEN, BROKEN),
    Fault("long-body", FINE, FINE),
    Fault("endless-chunked", REFUSED, REFUSED),
    # the body
    Fault("truncated:0", UNKNOWN, UNKNOWN),
    Fault("truncated:5", REFUSED, REFUSED),
    Fault("truncated", REFUSED, REFUSED),
    Fault("truncated-gzip:5", BROKEN, BROKEN),
    Fault("truncated-gzip", BROKEN, BROKEN),
    Fault("gzip-bomb", REFUSED, REFUSED),
    Fault("huge-page:2", REFUSED, REFUSED),
    Fault("wrong-content-type", FINE, FINE),
    Fault("invalid-utf8", REFUSED, REFUSED),
    Fault("duplicate-keys", REFUSED, REFUSED),
    Fault("nan", REFUSED, REFUSED),
    Fault("1e400", NO_QUANTITY, NO_QUANTITY),
    Fault("long-number", NO_QUANTITY, NO_QUANTITY),
    Fault("deep-brackets", REFUSED, REFUSED),
    Fault("html-login", REFUSED, REFUSED),
    Fault("error-in-200", REFUSED, REFUSED),
    # the status
    Fault("status-401", NO_ACCESS, NO_ACCESS),
    Fault("status-403", NO_ACCESS, NO_ACCESS),
    Fault("status-404", NO_HELP, UNKNOWN),
    Fault("status-408", NO_HELP, NO_HELP),
    Fault("status-409", NO_HELP, NO_HELP),
    Fault("status-429", WAITS, WAITS),
    Fault("status-429:1", WAITS, WAITS),
    Fault("status-429:date", WAITS, WAITS),
    Fault("status-429:garbage", WAITS, WAITS),
    Fault("status-429:negative", WAITS, WAITS),
    Fault("status-429:huge", WAITS, WAITS),
    Fault("status-500", NO_HELP, NO_HELP),
    Fault("status-502", NO_HELP, NO_HELP),
    Fault("status-503", NO_HELP, NO_HELP),
    Fault("status-503:huge", WAITS, WAITS),
    Fault("status-504", NO_HELP, NO_HELP),
    Fault("storm:1", WAITS, WAITS),
    Fault(
        "rate-limit:2",
        Outcome("planning", "", EACH),
        Outcome("planning", "", EACH),
    ),
    # the place
    Fault("redirect-same-host", FINE, FINE),
    Fault("redirect-other-host", NO_HELP, NO_HELP),
    Fault("redirect-loopback", NO_HELP, NO_HELP),
    Fault("redirect-loop", NO_HELP, NO_HELP),
    Fault("next-elsewhere", REFUSED, FINE, shape="shopify"),
    # the content
    Fault("page-loop", Outcome("partial", "invalid_response", EACH), FINE),
    Fault("endless-pages", REFUSED, FINE),
    Fault("total-lies:high", Outcome("partial", "invalid_response", RIGHT), FINE),
    Fault("total-lies:low", FINE, FINE),
    Fault("product-twice:same", Outcome("partial", "invalid_response", EACH), FINE),
    Fault(
        "product-twice:different", Outcome("partial", "invalid_response", EACH), FINE
    ),
    Fault("other-product", FINE, OTHER),
    Fault("empty-catalogue", UNKNOWN, UNKNOWN),
    Fault("short-token", FINE, FINE, shape="commercetools"),
]
