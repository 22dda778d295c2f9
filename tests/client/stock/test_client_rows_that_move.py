"""Rows that come twice, and what that says about the rest of the list."""

import json

import pytest
from local_server import document, replying

from odoo.addons.base_sync_api.client import Paging
from odoo.addons.base_sync_api.client.known_rows import KnownRows
from odoo.addons.stock_sync_api.client import Mapping

BY_PAGES = Paging("page", pages="pages")


def row(name, quantity=5, **more):
    return {"product_id": name, "quantity": quantity, **more}


@pytest.fixture
def lister(serve, connect):
    """A client of a server with these pages."""

    def start(*pages, paging=BY_PAGES, **more):
        def reply(question):
            number = int(question.query["page"])
            content = {"items": pages[number - 1], "pages": len(pages), **more}
            return document(content)

        server = serve(replying(reply))
        mapping = Mapping(date="")
        settings = {"list_path": "/list", "paging": paging, "mapping": mapping}
        return connect(server.url, settings=settings)

    return start


@pytest.fixture
def read(lister):
    def start(*pages, **more):
        return list(lister(*pages, **more).pages())

    return start


def ids(pages):
    return [level.external_id for page in pages for level in page.levels]


def test_two_equal_rows_of_one_page_are_two(read):
    [page] = read([row("1"), row("1")])
    assert (ids([page]), page.moved, page.again) == (["1", "1"], False, [])


def test_a_row_that_comes_again_on_another_page_counts_once_and_shows_a_move(read):
    first, second = read([row("1"), row("2")], [row("2"), row("4")])
    assert (ids([first]), first.moved) == (["1", "2"], False)
    assert (ids([second]), second.moved, second.rows) == (["4"], True, 2)
    assert [level.external_id for level in second.again] == ["2"]


@pytest.mark.parametrize(
    "other",
    [row("2", 6), row("2", batch="B"), row("2", updated_at="2026-01-01T10:00:00Z")],
)
def test_a_row_of_which_any_field_differs_is_another(read, other):
    pages = read([row("1"), row("2")], [other, row("4")])
    assert ids(pages) == ["1", "2", "2", "4"]
    assert not pages[-1].moved


def test_a_row_that_is_left_out_shows_a_move_as_well(read):
    unusable = row("2", "?")
    pages = read([row("1"), unusable], [unusable, row("4")])
    assert pages[-1].moved
    assert [len(page.faults) for page in pages] == [1, 0]


def test_fewer_different_rows_than_announced_are_no_whole_list(read):
    paging = Paging("page", total="total")
    pages = read([row("1"), row("2")], [row("2"), row("4")], [], paging=paging, total=4)
    assert pages[-1].moved
    assert all(page.announced for page in pages)


def test_what_came_before_a_pause_is_known_after_it(lister):
    pages = [[row("1"), row("2")], [row("2"), row("4")]]
    first = next(iter(lister(*pages).pages()))
    state = json.loads(json.dumps(first.state))
    [second] = lister(*pages).pages(state=state)
    assert (ids([second]), second.moved) == (["4"], True)


def test_a_state_has_no_more_rows_than_its_page(lister):
    """Pages are read ahead: the later ones are not part of it."""
    api = lister([row("1")], [row("2")], [row("3")])
    pages = list(api.pages())
    rest = list(api.pages(state=pages[0].state))
    assert (ids(rest), rest[-1].moved) == (["2", "3"], False)


def test_many_rows_are_told_apart():
    known = KnownRows()
    rows = [row(str(number)) for number in range(20_000)]
    for start in range(0, len(rows), 500):
        new, again = known.part(rows[start : start + 500])
        assert (len(new), again) == (500, [])
    later = KnownRows(known.dump(10_000))
    new, again = later.part(rows[9_990:10_010])
    assert (new, again) == (rows[10_000:10_010], rows[9_990:10_000])
