"""Two processes set different products of one location."""

import json
import re
from contextlib import ExitStack

import pytest
from any_change import set_up
from chaos_settings import choose, seeded
from children import child, log_of
from local_api import LocalApi
from scheduled_odoo import ScheduledOdoo
from stock_ledger import check_books, check_equal, check_no_duplicates

ROUNDS = choose(3, 25)
PRODUCTS = 200
SCRIPT = "synchroniser.py"

_REFUSED = re.compile(r"serialize|deadlock|could not obtain lock|tries left")


@pytest.fixture
def products() -> int:
    return PRODUCTS


def test_two_processes_on_different_products_of_one_location_never_disturb_each_other(
    odoo: ScheduledOdoo, api: LocalApi
) -> None:
    chance = seeded()
    backends = set_up(odoo, api, "item", backends=2)
    logs = [log_of(odoo, SCRIPT, number) for number in range(len(backends))]
    together = 0.0
    with ExitStack() as stack:
        children = [
            stack.enter_context(child(odoo, SCRIPT, backend, log=log))
            for backend, log in zip(backends, logs, strict=True)
        ]
        for _round in range(ROUNDS):
            api.change(chance)
            for each in children:
                print(file=each.stdin, flush=True)
            answers = [json.loads(each.stdout.readline()) for each in children]
            starts, ends, tries, changes = zip(*answers, strict=True)
            assert tries == (1, 1)
            assert changes == (PRODUCTS / 2, PRODUCTS / 2)
            assert max(starts) < min(ends), "they were not at work at the same time"
            together += min(ends) - max(starts)
    print(f"{ROUNDS} rounds, {together:.1f} s at the same time, no attempt repeated")
    assert [_REFUSED.findall(log.read_text()) for log in logs] == [[], []]
    check_books(odoo)
    check_no_duplicates(odoo)
    check_equal(odoo, api.stock())
