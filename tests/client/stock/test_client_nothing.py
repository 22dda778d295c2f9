"""“Nothing there” is no trouble, however it is said; trouble is no “nothing there”."""

import json
from datetime import datetime

import pytest
from local_server import answer, document, replying

from odoo.addons.base_sync_api.client import ClientError, Paging
from odoo.addons.stock_sync_api.client import Level, Mapping

NOTHING = {
    "an empty list": document({"items": []}),
    "204": answer(status=204, length=False),
    "an empty body": answer(b""),
    "spaces": answer(b" \r\n"),
    "null": document(None),
    "null for the rows": document({"items": None}),
    "an array for an object": document([]),
}
LACKING = {
    "an empty object": document({}),
    "all but the rows": document({"status": "ok", "count": 0, "next": None}),
}
TROUBLE = {
    "an error": document({"error": "busy"}),
    "errors": document({"errors": [{"title": "no"}]}),
    "a message": document({"message": "Unknown parameter"}),
    "an error deeper down": document({"response": {"error": {"code": 7}}}),
    "no success": document({"success": False}),
    "a status": document({"status": "maintenance"}),
    "a page": answer(b"<html>Welcome</html>"),
    "a text": document("busy"),
    "other rows": document([{"id": 1}]),
    "a broken connection": b"HTTP/1.1 200 OK\r\n\r\n",
}


@pytest.fixture
def reader(serve, connect):
    """A client of a list: ``reader(reply, paging)``."""

    def start(reply, paging=None, **settings):
        def script(peer):
            if reply != TROUBLE["a broken connection"]:
                return replying(reply if callable(reply) else lambda q: reply)(peer)
            peer.read_request()
            return peer.send(reply)

        settings = {
            "list_path": "/stock",
            "mode": "list",
            "since_param": "since",
            "paging": paging or Paging("page", pages="pages", total="total"),
            "mapping": Mapping(date=""),
            **settings,
        }
        return connect(serve(script), settings=settings, max_attempts=1)

    return start


PAGINGS = {
    "none": Paging("none", total="total"),
    "page": Paging("page", pages="pages", total="total"),
    "offset": Paging("offset", "offset", total="total"),
    "cursor": Paging("cursor", "cursor", next="next"),
    "link": Paging("link"),
    "next_url": Paging("next_url", next="next"),
    "version": Paging("version", "after", next="version"),
}


def is_empty(pages):
    [page] = pages
    return (page.levels, page.faults, page.rows, page.state) == ([], [], 0, None)


@pytest.mark.parametrize("paging", PAGINGS)
@pytest.mark.parametrize("nothing", NOTHING)
def test_a_whole_list_may_be_empty_in_each_of_these_ways(reader, nothing, paging):
    assert is_empty(reader(NOTHING[nothing], PAGINGS[paging]).pages())


@pytest.mark.parametrize("nothing", NOTHING | LACKING)
def test_no_news_may_be_said_in_each_of_these_ways(reader, nothing):
    reply = (NOTHING | LACKING)[nothing]
    assert is_empty(reader(reply).pages(since=datetime(2025, 10, 1)))
    api = reader(reply, PAGINGS["version"])
    [page] = api.pages(version="7")
    assert (page.rows, page.version) == (0, "7")


@pytest.mark.parametrize("lacking", LACKING)
def test_a_whole_list_without_a_place_for_rows_is_that_of_another_api(reader, lacking):
    for paging in PAGINGS.values():
        with pytest.raises(ClientError) as caught:
            list(reader(LACKING[lacking], paging).pages())
        assert caught.value.facts["reason"] == "no_rows"


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_is_never_no_rows(reader, trouble):
    reply = TROUBLE[trouble]
    for question in ({}, {"since": datetime(2025, 10, 1)}):
        with pytest.raises(ClientError) as caught:
            list(reader(reply).pages(**question))
        assert caught.value.code in ("invalid_response", "connection_error")
    api = reader(reply, mode="ids", ids_per_request=5)
    assert {error.code for _id, error in api.get_levels("ab")} <= {
        "invalid_response",
        "connection_error",
    }


def test_an_empty_body_is_no_success_where_an_answer_must_say_so(reader):
    mapping = Mapping(date="", success="ok")
    with pytest.raises(ClientError) as caught:
        list(reader(answer(b""), mapping=mapping).pages())
    assert caught.value.facts["reason"] == "not_json"
    assert is_empty(reader(answer(status=204, length=False), mapping=mapping).pages())


@pytest.mark.parametrize("status", [404, 410])
def test_a_whole_list_that_is_not_found_is_an_error(reader, status):
    with pytest.raises(ClientError) as caught:
        list(reader(answer(status=status)).pages())
    assert caught.value.code == "http_error"


# The page after the last


ROW = {"product_id": "1", "quantity": 5}
AFTER_THE_LAST = {
    **NOTHING,
    "an empty object": document({}),
    "404": answer(b'{"detail": "Invalid page."}', status=404),
    "410": answer(status=410),
}


def pages_then(end, **more):
    def reply(question):
        number = question.query.get("page", question.query.get("offset", "1"))
        return document({"items": [ROW], **more}) if number in ("0", "1") else end

    return reply


@pytest.mark.parametrize("end", AFTER_THE_LAST)
def test_the_page_after_the_last_may_say_so_in_each_of_these_ways(reader, end):
    def reply(question):
        if question.query.get("page", "1") in ("1", "2"):
            row = {**ROW, "product_id": question.query["page"]}
            return document({"items": [row]})
        return AFTER_THE_LAST[end]

    pages = list(reader(reply, Paging("page")).pages())
    assert [level.external_id for page in pages for level in page.levels] == ["1", "2"]
    assert pages[-1].state is None


@pytest.mark.parametrize("end", AFTER_THE_LAST)
def test_the_page_after_a_full_last_one_may_be_nothing(reader, end):
    reply = pages_then(AFTER_THE_LAST[end], total=1)
    pages = list(reader(reply, Paging("page", total="total", size=1)).pages())
    assert [page.rows for page in pages] == [1, 0]


@pytest.mark.parametrize("end", AFTER_THE_LAST)
def test_a_page_that_was_announced_may_not_be_missing(reader, end):
    for paging, more in (
        (Paging("page", total="total"), {"total": 3}),
        (Paging("page", pages="pages"), {"pages": 3}),
        (Paging("offset", "offset", total="total"), {"total": 3}),
    ):
        with pytest.raises(ClientError):
            list(reader(pages_then(AFTER_THE_LAST[end], **more), paging).pages())


def test_a_cursor_that_leads_nowhere_is_an_error(reader):
    def reply(question):
        if "cursor" in question.query:
            return answer(status=404)
        return document({"items": [ROW], "next": "c"})

    with pytest.raises(ClientError) as caught:
        list(reader(reply, PAGINGS["cursor"]).pages())
    assert caught.value.facts["status"] == 404


def test_trouble_on_a_later_page_is_never_the_end(reader):
    for name, trouble in TROUBLE.items():
        if isinstance(trouble, bytes) and not trouble.startswith(b"HTTP/1.1 200 X"):
            continue
        with pytest.raises(ClientError):
            list(reader(pages_then(trouble), Paging("page")).pages())
            pytest.fail(name)


# Several ids


class KnowsSome:
    """Knows the ids that begin with k.

    :param strict: answers 404 where it does not know all
    """

    def __init__(self, strict):
        self.strict = strict
        self.asked = []

    def __call__(self, question):
        ids = question.query["ids"].split(",")
        self.asked.append(ids)
        known = [i for i in ids if i.startswith("k")]
        if not known or (self.strict and known != ids):
            return answer(b'{"error": "not found"}', status=404)
        return document({"items": [{"product_id": i, "quantity": 5} for i in known]})


@pytest.fixture
def asker(reader):
    def start(reply, size=4):
        paging = Paging("none")
        return reader(reply, paging, mode="ids", ids_per_request=size)

    return start


def codes(answers):
    return {i: getattr(levels, "code", "levels") for i, levels in answers}


@pytest.mark.parametrize("strict", [False, True])
def test_ids_of_which_none_is_known_are_no_error_of_the_run(asker, strict):
    api = asker(KnowsSome(strict))
    ids = ["k1", "u1", "k2", "k3", "u2", "u3", "u4", "u5", "k4"]
    expected = {i: "levels" if i[0] == "k" else "not_in_answer" for i in ids}
    assert codes(api.get_levels(ids)) == expected
    assert api.gave_up is None


def test_an_api_that_leaves_out_what_it_does_not_know_is_asked_once(asker):
    api = KnowsSome(strict=False)
    list(asker(api).get_levels(["k1", "u1", "k2", "k3", "u2", "u3", "u4", "u5"]))
    assert len(api.asked) == 2


def test_where_nothing_was_ever_found_the_address_may_be_wrong(asker):
    api = KnowsSome(strict=True)
    answers = list(asker(api, 50).get_levels(f"u{number}" for number in range(200)))
    assert {error.code for _id, error in answers} == {"product_not_found"}
    assert {error.facts["reason"] for _id, error in answers} == {"none_known"}
    assert len(api.asked) < 50  # a wrong address is not asked about each product


def test_a_web_servers_own_404_is_an_error(asker):
    api = asker(lambda question: answer(b"<html>Not Found</html>", status=404))
    assert codes(api.get_levels(["k1", "u1"])) == dict.fromkeys(
        ("k1", "u1"), "http_error"
    )


def test_an_id_that_cannot_be_asked_about_is_told_as_that(asker):
    api = asker(KnowsSome(strict=False))
    answers = dict(api.get_levels(["k1", "k,2", "", "k\t3"]))
    assert answers["k1"] == [Level("k1", 5)]
    facts = {i: answers[i].facts for i in ("k,2", "", "k\t3")}
    assert facts == {
        "k,2": {"reason": "separator", "separator": ","},
        "": {"reason": "unaskable"},
        "k\t3": {"reason": "unaskable"},
    }


# One product


@pytest.mark.parametrize("nothing", NOTHING.keys() - {"an empty list"})
def test_nothing_about_one_product_is_a_product_that_is_missing(
    serve, connect, nothing
):
    for mapping in (Mapping(), Mapping(item_rows="items")):
        if nothing == "null for the rows" and mapping.item_rows == "@":
            continue
        api = connect(serve(NOTHING[nothing]), settings={"mapping": mapping})
        assert codes(api.get_levels(["1"])) == {"1": "not_in_answer"}


def test_a_page_about_one_product_is_no_nothing(serve, connect):
    api = connect(serve(answer(json.dumps("no").encode())))
    assert codes(api.get_levels(["1"])) == {"1": "invalid_response"}
