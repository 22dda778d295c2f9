"""docs/connect-your-api.md: its tables come true, in both languages."""

import json
import re

import pytest
from api_backend import Backend, choices, presets
from guides import CONNECT, CONNECT_FR, PROJECT, plain, table, tables

from odoo.addons.base_sync_api.client.codecs import strict_json
from odoo.addons.base_sync_api.client.expression import Expression
from odoo.addons.base_sync_api.client.paging import PAGING_KINDS
from odoo.addons.base_sync_api.client.request import json_or_text, with_body

#: headings of the tables of expressions and of presets
EXPRESSIONS = {
    CONNECT: "answer, or a part of it",
    CONNECT_FR: "réponse, ou une partie",
}
PRESETS = {CONNECT: "preset", CONNECT_FR: "préréglage"}
AVAILABLE = {CONNECT: "available", CONNECT_FR: "disponible"}
_BRACKETS = re.compile(r"\[.*")

in_both_languages = pytest.mark.parametrize(
    "page", [CONNECT, CONNECT_FR], ids=lambda page: page.stem
)


@in_both_languages
def test_expressions_give_what_the_guide_says(page):
    rows = table(page, EXPRESSIONS[page])
    assert len(rows) > 10
    for answer, expression, result in (map(plain, row) for row in rows):
        found = Expression(expression).get(strict_json.loads(answer.encode()))
        assert found == strict_json.loads(result.encode()), expression


def test_both_languages_have_the_same_expressions():
    english, french = (table(page, EXPRESSIONS[page]) for page in EXPRESSIONS)
    assert english == french


def test_every_function_of_our_own_is_in_the_table_of_expressions():
    source = (PROJECT / "base_sync_api/client/expression.py").read_text()
    names = re.findall(r"^- ``(\w+)\(", source, re.MULTILINE)
    expressions = " ".join(row[1] for row in table(CONNECT, EXPRESSIONS[CONNECT]))
    assert names
    assert [name for name in names if f"{name}(" not in expressions] == []


@in_both_languages
def test_parameters_with_dots_make_objects(page):
    [body] = re.findall(r"```json\n +(\{\"query\".*)\n", page.read_text())
    params = [("query.filter.state", '["IN_STOCK"]'), ("query.limit", "100")]
    for name, value in params:
        assert f"`{name}`" in page.read_text()
        assert f"`{value}`" in page.read_text()
    request = with_body("/", [(name, json_or_text(value)) for name, value in params])
    assert request.body == json.loads(body)


@in_both_languages
def test_the_ways_of_paging_are_those_of_the_client(page):
    [rows] = [
        rows
        for rows in tables(page.read_text())
        if any('rel="next"' in cell for row in rows for cell in row)
    ]
    assert len(rows) == len(PAGING_KINDS)


@pytest.mark.parametrize("name", ["paging", "request_mode", "auth_type"])
def test_choices_are_called_as_on_the_screen(name):
    first_cells = {row[0] for rows in tables(CONNECT.read_text()) for row in rows}
    assert choices(name).keys() <= first_cells


@in_both_languages
def test_table_of_presets_is_that_of_the_data(page):
    rows = table(page, PRESETS[page])
    assert [row[0] for row in rows] == list(presets())
    for name, *others in rows:
        values = presets()[name]
        assert re.findall(r"`([^`]+)`", " ".join(others)) == facts(values), name
        available = values.get("quantity_type") == "available"
        assert (AVAILABLE[page] in others[-1]) == available, name
        assert str(values.get("ids_per_request", "")) in others[3], name


def facts(values):
    """What the table has in backticks about a preset, in its order."""
    backend = Backend(**{k: v for k, v in values.items() if k != "parameter_ids"})
    header = backend.auth_header if backend.auth_type == "api_key" else None
    # An API that knows no sets of IDs has no parameter for them in its preset.
    ids_param = values.get("ids_param")
    paths = [shortened(backend.item_path), backend.list_path]
    found = [header, *paths, ids_param, backend.since_param, *signs(backend)]
    return [fact for fact in [*found, *order(values)] if fact]


def order(values):
    """What the list is asked for to come in a stable order."""
    return [
        f"{_BRACKETS.sub('…', row['name'])}={row['value']}"
        for row in values.get("parameter_ids", [])
        if re.search("order|sort", row["name"], re.IGNORECASE)
    ]


def shortened(path):
    """The path without the ends that make a table too wide."""
    if "?" not in path:
        return path
    return re.sub(r"(=|(?<=searchCriteria)\[).*", r"\1…", path).replace("[…", "…")


def signs(backend):
    """The parameter of the page, and what tells of the next one or the end."""
    if backend.paging == "link":
        return ["Link"]
    end = None
    if backend.paging in ("page", "offset"):
        end = (backend.pages_path or backend.total_path).removeprefix("header:")
    elif backend.paging == "next_url":
        end = backend.next_path
    return [backend.page_param, end]
