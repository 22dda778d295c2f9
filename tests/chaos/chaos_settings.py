"""How long the tests may take: short in CI, ``LONG=1`` for the long test."""

import os
import random

LONG = os.environ.get("LONG", "") == "1"


def choose(short: int, long: int) -> int:
    return long if LONG else short


def seeded() -> random.Random:
    """A source of chance, which says how to have the same again: ``SEED=…``."""
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    print(f"SEED={seed}")
    return random.Random(seed)
