"""So much work that runs need several turns, and no more."""

#: more than one transaction applies
PRODUCTS = 450

#: milliseconds: at 25 at once, the 200 answers of a transaction that reads take longer
#: than a turn
LATENCY = 150
