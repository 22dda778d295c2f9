"""docs/reliability.md says what the tests show, and names tests that there are."""

import ast
import re
from pathlib import Path

import pytest
from faults import FAULTS

from mock_api.faults.scenario import SCENARIOS

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "reliability.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(\w+)`", PAGE)))


def in_words(outcome):
    code = f"`{outcome.code}`" if outcome.code else ""
    return ", ".join(filter(None, (outcome.state, code, outcome.stock)))


def test_every_scenario_of_the_mock_api_is_tested():
    tested = {fault.scenario.partition(":")[0] for fault in FAULTS}
    assert tested == set(SCENARIOS)


def test_the_table_says_what_the_tests_show():
    assert [row[:3] for row in ROWS] == [
        [f"`{fault.scenario}`", in_words(fault.list), in_words(fault.item)]
        for fault in FAULTS
    ]


def test_every_fault_is_explained():
    assert all(len(row) == 5 and row[3] for row in ROWS)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_test_that_the_page_names_exists(file, test):
    tree = ast.parse(Path(__file__).with_name(file).read_text())
    assert test in {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef)
    }


def test_every_attack_on_the_page_is_a_test_of_the_guard():
    section = PAGE.partition("## Wrong quantities that look right")[2]
    attacks = re.findall(r"\| `(test_\w+)` \|", section)
    source = (PROJECT / "stock_sync_api" / "tests" / "test_guard.py").read_text()
    assert len(attacks) > 5
    assert [name for name in attacks if f"def {name}(" not in source] == []


def test_the_page_names_tests():
    assert len(NAMED) > 5
