"""docs/connect-your-api.md: its worked examples, asked for from a local server."""

import json
import re
import threading
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from api_backend import Backend, choices, default, fields
from guides import CONNECT, CONNECT_FR, plain, tables

from odoo.addons.base_sync_api.client import ClientError
from odoo.addons.stock_sync_api.client import Level, StockApi

ADDRESS = "https://api.example.com"


def examples(page):
    """The sections of the worked examples, as texts."""
    sections = re.split(r"^(?=##+ )", page.read_text(), flags=re.MULTILINE)
    return [part for part in sections if part.startswith("### ") and "```json" in part]


def answers(example):
    """What the API answers: dict of path and query to JSON."""
    found = re.findall(
        r"`GET (\S+)`[^`]*```json\n(.*?)```", example, re.MULTILINE | re.DOTALL
    )
    return {path: json.loads(text) for path, text in found}


def variants(example):
    """(settings as on the screen, levels) of each way to read the example."""
    settings: dict[str, str] = {}
    for rows in tables(example):
        if len(rows[0]) == 2:
            settings = {**settings, **{label: plain(value) for label, value in rows}}
        else:
            yield settings, [tuple(map(plain, row)) for row in rows]


def values_of(settings):
    """The settings of the guide as a backend has them."""
    names, values = fields(), {}
    for label, text in settings.items():
        name = names[label]
        value = choices(name)[text] if choices(name) else text
        values[name] = int(value) if type(default(name)) is int else value
    return values


def shown(level):
    quantity = "null" if level.quantity is None else str(level.quantity)
    date = level.date.strftime("%Y-%m-%d %H:%M:%S") if level.date else ""
    return level.external_id, quantity, level.location_code or "", date


@contextmanager
def serving(documents):
    """A server that answers with documents by path and query, else with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(documents.get(self.path)).encode()
            self.send_response(200 if self.path in documents else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


CASES = [
    pytest.param(example, *variant, id=f"{example.splitlines()[0][4:]}-{number}")
    for example in examples(CONNECT)
    for number, variant in enumerate(variants(example))
]


def test_there_are_three_examples_and_a_variant():
    assert len(examples(CONNECT)) == 3
    assert len(CASES) == 4


@pytest.mark.parametrize(("example", "settings", "levels"), CASES)
def test_each_worked_example_is_read_as_it_stands(example, settings, levels):
    values = values_of(settings)
    # A later run asks for what has changed; with versions, in another way.
    since = None if values["paging"] == "version" else datetime(2025, 1, 1)
    with serving(answers(example)) as url:
        values["base_url"] = values["base_url"].replace(ADDRESS, url)
        read = Backend(**values).levels(since)
    assert [shown(level) for level in read] == levels


def test_an_error_inside_a_200_ends_the_reading():
    *_others, example = examples(CONNECT)
    [(settings, _levels)] = variants(example)
    [busy] = re.findall(r"`(\{.*busy.*\})`", example)
    with serving({"/feed": json.loads(busy)}) as url:
        with pytest.raises(ClientError) as caught:
            Backend(**{**values_of(settings), "base_url": url}).levels()
    assert f"`{caught.value.code}`" in example


def page_of(rows, **values):
    """The only page of a list of these rows."""
    values = {"total_path": "", "paging": "none", "list_path": "/rows", **values}
    with serving({"/rows": {"items": rows}}) as url:
        with StockApi(Backend(base_url=url, **values)._get_api_settings()) as api:
            [page] = api.pages()
    return page


def test_null_absent_and_zero_are_told_apart_by_a_plain_path():
    rows = [
        {"product_id": "1", "quantity": None},
        {"product_id": "2"},
        {"product_id": "3", "quantity": "0"},
    ]
    page = page_of(rows)
    assert page.levels == [Level("1", None), Level("3", Decimal(0))]
    assert [external_id for external_id, _error in page.faults] == ["2"]


def test_any_other_expression_gives_null_where_it_finds_nothing():
    page = page_of([{"product_id": "1", "bins": []}], quantity_path="bins[0].qty")
    assert page.levels == [Level("1", None)]
    assert page.faults == []


def test_both_languages_have_the_same_examples():
    for english, french in zip(examples(CONNECT), examples(CONNECT_FR), strict=True):
        assert answers(english) == answers(french)
        for one, other in zip(variants(english), variants(french), strict=True):
            assert one[1] == other[1]
            values = [v for v in one[0].values() if v not in choices("paging")]
            assert set(values) <= set(other[0].values())
            assert len(one[0]) == len(other[0])
