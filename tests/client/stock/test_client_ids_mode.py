import json
from urllib.parse import unquote

import pytest
from local_server import answer, document, item, replying

from odoo.addons.base_sync_api.client import ClientError, Paging
from odoo.addons.stock_sync_api.client import Level, Mapping

MAPPING = Mapping(date="", location="place")


def row(external_id, quantity=1, **more):
    return {"product_id": external_id, "quantity": quantity, **more}


@pytest.fixture
def asker(serve, connect):
    """A client that asks about several ids at once: ``asker(reply)``."""

    def start(reply, concurrency=1, limits=None, **settings):
        server = serve(replying(reply))
        settings = {
            "mode": "ids",
            "list_path": "/stock",
            "ids_per_request": 3,
            "mapping": MAPPING,
            **settings,
        }
        api = connect(
            server, concurrency=concurrency, settings=settings, **(limits or {})
        )
        api.server = server
        return api

    return start


def echo(question):
    return document({"items": [row(i) for i in question.query["ids"].split(",")]})


def codes(answers):
    return {
        external_id: getattr(levels, "code", "levels")
        for external_id, levels in answers
    }


@pytest.mark.parametrize("concurrency", [1, 3])
def test_ids_are_asked_about_in_chunks_and_answered_in_their_order(asker, concurrency):
    wanted = [str(number) for number in range(10)]
    api = asker(echo, concurrency)
    answers = list(api.get_levels(iter(wanted)))
    assert [external_id for external_id, _levels in answers] == wanted
    assert all(levels[0].external_id == i for i, levels in answers)
    assert sorted(unquote(path) for path in api.server.paths) == [
        "/stock?ids=0,1,2",
        "/stock?ids=3,4,5",
        "/stock?ids=6,7,8",
        "/stock?ids=9",
    ]


def test_what_is_missing_is_told_and_what_was_not_asked_for_is_ignored(asker):
    def reply(question):
        rows = [row("1", 5, place="A"), row("9"), row("1", 6, place="B"), row("2", "?")]
        return document({"items": rows})

    answers = dict(asker(reply).get_levels(["1", "2", "3"]))
    assert answers["1"] == [Level("1", 5, "A"), Level("1", 6, "B")]
    assert codes(answers.items()) == {
        "1": "levels",
        "2": "invalid_quantity",
        "3": "not_in_answer",
    }


def test_a_product_with_one_bad_row_is_an_error_whatever_the_order(asker):
    bad, good = row("1", "?", place="B"), row("1", 5, place="A")
    for rows in ([bad, good], [good, bad], [good, bad, good]):
        api = asker(lambda question, rows=rows: document({"items": rows}))
        assert codes(api.get_levels(["1"])) == {"1": "invalid_quantity"}


def test_the_pages_of_a_chunk_are_followed(asker):
    def reply(question):
        first = "cursor" not in question.query
        more = {"next": "c"} if first else {}
        return document({"items": [row("1" if first else "2")], **more})

    paging = Paging("cursor", "cursor", next="next")
    api = asker(reply, paging=paging)
    assert codes(api.get_levels(["1", "2", "3"]))["2"] == "levels"
    assert api.calls == 2


def test_a_chunk_that_fails_is_an_error_for_each_of_its_ids(asker):
    def reply(question):
        return answer(status=500) if "4" in question.query["ids"] else echo(question)

    answers = codes(asker(reply).get_levels(str(number) for number in range(7)))
    assert answers == {
        **dict.fromkeys("012", "levels"),
        **dict.fromkeys("345", "http_error"),
        "6": "levels",
    }


def test_an_incomplete_chunk_says_nothing_certain(asker):
    api = asker(
        lambda question: document({"items": [row("1")], "total": 2}),
        paging=Paging("none", total="total"),
    )
    assert codes(api.get_levels(["1", "2"])) == dict.fromkeys("12", "invalid_response")


def test_an_id_with_the_separator_in_it_is_not_taken_for_two(asker):
    api = asker(echo)
    answers = codes(api.get_levels(["1", "2,3", "", "a\nb"]))
    assert answers == {
        "1": "levels",
        "2,3": "product_not_found",
        "": "product_not_found",
        "a\nb": "product_not_found",
    }
    assert api.server.paths == ["/stock?ids=1"]


def test_nothing_is_sent_where_no_id_can_be_asked_about(asker):
    api = asker(echo)
    assert codes(api.get_levels(["2,3"])) == {"2,3": "product_not_found"}
    assert api.calls == 0


def test_without_a_separator_the_parameter_is_repeated(asker):
    api = asker(lambda question: document({"items": []}), ids_separator="")
    list(api.get_levels(["1", "2,3"]))
    assert api.server.paths == ["/stock?ids=1&ids=2%2C3"]


def test_in_a_body_the_ids_are_a_list(asker):
    api = asker(
        lambda question: document({"items": []}), method="POST", ids_param="filter.ids"
    )
    list(api.get_levels(["1", "2,3"]))
    assert json.loads(api.server.bodies[0]) == {"filter": {"ids": ["1", "2,3"]}}


def test_nothing_is_asked_after_the_credentials_were_refused(asker):
    api = asker(lambda question: answer(status=401))
    answers = codes(api.get_levels(str(number) for number in range(9)))
    assert set(answers.values()) == {"auth_failed"}
    assert (api.calls, api.gave_up.code) == (1, "auth_failed")


def test_ids_that_there_is_no_time_for_are_left_out(asker):
    assert list(asker(echo).get_levels(["1", "2"], seconds=-1)) == []


# An API that has nothing but its list


@pytest.fixture
def lister(asker):
    def start(reply, location="", **settings):
        return asker(
            reply,
            mode="list",
            item_path="",
            mapping=Mapping(date="", location=location),
            paging=Paging("page", pages="pages"),
            rows_apart=bool(location),
            **settings,
        )

    return start


def two_rows_a_page(question):
    number = int(question.query["page"])
    return document({"items": [row(f"a{number}"), row(f"b{number}")], "pages": 3})


def test_a_list_is_read_until_all_are_found(lister):
    api = lister(two_rows_a_page)
    answers = list(api.get_levels(["b2", "a1"]))
    assert [external_id for external_id, _levels in answers] == ["b2", "a1"]
    assert api.calls == 2
    assert codes(api.get_levels(["a1", "x"])) == {"a1": "levels", "x": "not_in_answer"}
    assert list(api.get_levels([])) == []


def test_a_list_with_locations_is_read_to_its_end(lister):
    def reply(question):
        number = int(question.query["page"])
        return document({"items": [row("1", number, place=str(number))], "pages": 3})

    [(_id, levels)] = lister(reply, "place").get_levels(["1"])
    assert [level.quantity for level in levels] == [1, 2, 3]


def rows_that_move(question):
    """The second row comes again on page 2, and pushes one to page 1 that was read."""
    found = {"1": ["a", "b"], "2": ["b", "c"]}[question.query["page"]]
    return document({"items": [row(name) for name in found], "pages": 2})


def test_a_product_that_rows_may_have_slipped_of_is_not_judged(lister):
    asked = ["a", "b", "d"]
    answers = dict(lister(rows_that_move).get_levels(asked))
    assert codes(answers.items()) == {
        "a": "levels",
        "b": "levels",
        "d": "not_in_answer",
    }
    assert answers["d"].facts == {"reason": "moved"}
    assert [level.quantity for level in answers["b"]] == [1]
    # Another row of theirs may be the one that slipped.
    answers = dict(lister(rows_that_move, "place").get_levels(asked))
    assert {answer.facts["reason"] for answer in answers.values()} == {"moved"}


def test_a_row_on_two_pages_leaves_a_sum_unknown(lister):
    api = lister(rows_that_move, "place", rows_add_up=True)
    answers = dict(api.get_levels(["b"]))
    assert answers["b"].facts["reason"] == "repeated_row"


def test_a_list_that_breaks_off_is_an_error_for_those_not_found(lister):
    def reply(question):
        if question.query["page"] == "2":
            return answer(status=500)
        return two_rows_a_page(question)

    answers = codes(lister(reply).get_levels(["a1", "a2"]))
    assert answers == {"a1": "levels", "a2": "http_error"}
    # With locations, what was found may be a part.
    answers = codes(lister(reply, "place").get_levels(["a1", "a2"]))
    assert answers == {"a1": "http_error", "a2": "http_error"}


def test_a_list_that_there_is_no_time_for_leaves_out_what_is_uncertain(lister):
    api = lister(two_rows_a_page)
    answers = codes(api.get_levels(["a1", "a2"], seconds=-1))
    assert (answers, api.calls) == ({"a1": "levels"}, 1)
    api = lister(two_rows_a_page, "place")
    assert list(api.get_levels(["a1"], seconds=-1)) == []


def test_an_api_with_both_is_asked_about_single_products_one_by_one(asker):
    api = asker(lambda question: item("1"), mode="list", mapping=Mapping())
    [(_id, levels)] = api.get_levels(["1"])
    assert levels[0].quantity == 50
    assert api.server.paths == ["/stock/1"]


def test_parameters_of_a_get_go_with_single_products_too(asker):
    settings = {"mode": "item", "mapping": Mapping(), "params": (("v", "2"),)}
    for method, path in (("GET", "/stock/1?v=2"), ("POST", "/stock/1")):
        api = asker(lambda question: item("1"), method=method, **settings)
        list(api.get_levels(["1"]))
        assert api.server.paths == [path]
        assert api.server.requests[0].startswith(b"GET")


def test_extra_headers_go_with_each_request(asker):
    api = asker(echo, headers=(("X-Site", "Orléans\r\n"), ("Accept", "text/json")))
    list(api.get_levels(["1"]))
    assert api.server.header("X-Site") == "Orléans".encode()
    assert api.server.header("Accept") == b"text/json"


def test_extra_headers_and_parameters_are_in_no_repr(asker):
    api = asker(echo, headers=(("X-Token", "s3cret"),), params=(("t", "s3cret"),))
    assert "s3cret" not in repr(api.settings)


def test_a_404_of_a_list_is_about_no_product(asker):
    api = asker(lambda question: answer(status=404))
    with pytest.raises(ClientError) as caught:
        next(api.pages())
    assert (caught.value.code, caught.value.facts["status"]) == ("http_error", 404)
