"""What another addon does with the client, without a change to it."""

from dataclasses import dataclass

import pytest
from local_server import answer, document, replying

from odoo.addons.base_sync_api.client import (
    AUTH_SCHEMES,
    PAGING_KINDS,
    Api,
    ApiSettings,
    Auth,
    ClientError,
    Limits,
    NotFound,
    Page,
    Paging,
    RowMapping,
    Scheme,
)
from odoo.addons.base_sync_api.client.expression import Expression
from odoo.addons.base_sync_api.client.paging import SinglePage

NOTES = [{"id": n, "text": f"note {n}", "by": {"name": "Ada"}} for n in range(5)]


def notes(question):
    if question.method == "POST":
        return document({"id": 9, **question.json}, status=201)
    if question.path.startswith("/notes/"):
        number = int(question.path.removeprefix("/notes/"))
        return document(NOTES[number]) if number < 5 else answer(status=404)
    wanted = NOTES
    if "ids" in question.query:
        ids = question.query["ids"].split(",")
        wanted = [note for note in NOTES if str(note["id"]) in ids]
    first = 2 * int(question.query.get("page", 1)) - 2
    return document({"items": wanted[first : first + 2], "total": len(wanted)})


PAGES = {"list_path": "/notes", "item_path": "/notes/{external_id}"}
PAGES["paging"] = Paging("page", total="total")


def test_a_kind_of_record_reads_its_rows_and_makes_one(serve):
    """The whole client of a kind: no more is needed."""
    server = serve(replying(notes))
    author = Expression("by.name")
    with Api(ApiSettings(server.url, **PAGES)) as api:
        read = [
            (row["id"], row["text"], author.get(row))
            for page in api.pages()
            for row in page.rows
        ]
        made = api.request("POST", "/notes", {"text": "new"}, repeatable=False).content
    assert read == [(str(n), f"note {n}", "Ada") for n in range(5)]
    assert made == {"id": "9", "text": "new"}
    assert len(server.requests) == 4


def test_pages_tell_of_the_list_as_those_of_stock_do(serve, open_api):
    server = serve(replying(notes))
    first, *others = pages = list(open_api(server, settings=PAGES).pages())
    assert all(isinstance(page, Page) for page in pages)
    assert [len(page.rows) for page in pages] == [2, 2, 1]
    assert [page.is_last for page in pages] == [False, False, True]
    assert [page.announced for page in pages] == [True] * 3
    assert not any(page.moved or page.again for page in pages)
    rest = open_api(server, settings=PAGES).pages(state=first.state)
    assert [page.rows for page in rest] == [page.rows for page in others]
    assert pages[-1].state is None


def test_a_row_that_comes_again_is_told_apart(serve, open_api):
    rows = [[1, 2], [2, 3]]
    server = serve([document({"items": some, "total": 4}) for some in rows])
    pages = open_api(server, settings=PAGES).pages()
    found = [(page.rows, page.again, page.moved) for page in pages]
    # The last: a full page may have more behind it, which is asked for.
    first, second, last = found
    assert first == (["1", "2"], [], False)
    assert second == (["3"], ["2"], True)
    assert last == ([], [], True)


def test_one_thing_and_several_are_asked_about(serve, open_api):
    server = serve(replying(notes))
    api = open_api(server, settings={**PAGES, "ids_per_request": 2})
    [row] = api.rows_about("3")
    assert row["text"] == "note 3"
    pages = api.pages_about(iter("0123"))
    assert [row["id"] for page in pages for row in page.rows] == list("0123")
    assert server.paths[1:] == [
        "/notes?ids=0%2C1&per_page=500&page=1",
        "/notes?ids=2%2C3&per_page=500&page=1",
    ]


@pytest.mark.parametrize("external_id", ["7", "", "..", "\x00"])
def test_what_the_api_does_not_know_is_not_found(serve, open_api, external_id):
    api = open_api(serve(replying(notes)), settings=PAGES)
    with pytest.raises(NotFound):
        api.rows_about(external_id)


@pytest.mark.parametrize(
    ("external_id", "path", "rows", "has_next"),
    [(None, "/notes?per_page=500&page=1", 2, True), ("3", "/notes/3", 1, False)],
)
def test_a_sample_shows_one_answer(serve, open_api, external_id, path, rows, has_next):
    server = serve(replying(notes))
    sample = open_api(server, settings=PAGES).sample(external_id)
    assert server.paths == [path]
    assert (sample.rows, sample.has_next, sample.error) == (rows, has_next, None)
    assert "note" in sample.excerpt


# Its own way to say who it is


@dataclass(frozen=True)
class SignedAuth(Auth):
    session: str = ""


class Signed(Scheme):
    """Another for each request: what it says depends on what is sent."""

    def headers(self, request, token):
        signed = f"{request.method} {request.url[-3:]} {len(request.body or b'')}"
        return {"X-Signature": f"{signed} {self._auth.session} {token}".encode()}

    def token(self, transport):
        return f"token {transport.calls}"

    def renew(self, token, refused):
        return refused.facts["status"] == 401

    def query(self):
        return "user=me"


@pytest.fixture
def signed(monkeypatch):
    monkeypatch.delitem(AUTH_SCHEMES, "signed", raising=False)
    AUTH_SCHEMES.add("signed", Signed)
    yield SignedAuth("signed", session="s1")
    del AUTH_SCHEMES["signed"]


def test_another_addon_may_add_a_scheme_of_authentication(serve, open_api, signed):
    server = serve([answer(status=401), document({}), answer(status=403)])
    api = open_api(server, signed)
    api.request("POST", "/v1", [1])
    seen = [server.header("X-Signature", number) for number in range(2)]
    assert seen == [b"POST /v1 3 s1 token 0", b"POST /v1 3 s1 token 1"]
    assert server.paths == ["/v1?user=me"] * 2
    with pytest.raises(ClientError, match="auth_failed"):
        api.request("GET", "/v1")
    assert len(server.requests) == 3


def test_a_scheme_that_nobody_has_added_is_told_with_those_there_are(open_api):
    with pytest.raises(LookupError, match="'hawk'.*api_key.*basic.*bearer.*oauth2"):
        open_api("http://127.0.0.1", Auth("hawk"))


# Its own way from page to page


class Letters(SinglePage):
    def start(self, version):
        return "a"

    def after(self, place, page):
        return chr(ord(place) + 1) if self._next.is_given(page) else None


def test_another_addon_may_add_a_way_of_paging(serve, open_api, monkeypatch):
    monkeypatch.setitem(PAGING_KINDS, "letter", Letters)

    def reply(question):
        letter = question.query["letter"]
        return document({"items": [letter], "more": letter != "c"})

    server = serve(replying(reply))
    paging = Paging("letter", param="letter", size_param="", next="more")
    pages = open_api(server, settings={"list_path": "/x", "paging": paging}).pages()
    assert [page.rows for page in pages] == [["a"], ["b"], ["c"]]


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="'page'"):
        PAGING_KINDS.add("page", Letters)


# Its own errors


def test_a_number_that_is_none_is_told_as_such(serve, open_api):
    mapping = RowMapping(rows="items[?total(n) > `0`]")
    server = serve(document({"items": [{"n": ["x"]}]}))
    settings = {"list_path": "/x", "mapping": mapping}
    with pytest.raises(ClientError) as caught:
        list(open_api(server, settings=settings).pages())
    assert caught.value.code == "invalid_response"
    assert caught.value.facts == {"reason": "number", "number": "x"}


def test_limits_are_those_of_the_settings(serve):
    server = serve(replying(notes))
    settings = ApiSettings(server.url, **PAGES, limits=Limits(max_pages=1))
    with Api(settings) as api, pytest.raises(ClientError) as caught:
        list(api.pages())
    assert caught.value.facts == {"reason": "endless_pages", "pages": 1}
