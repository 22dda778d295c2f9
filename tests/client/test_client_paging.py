import json
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from local_server import answer, document, replying

from odoo.addons.base_sync_api.client import Auth, ClientError, Paging
from odoo.addons.stock_sync_api.client import Mapping

PRODUCTS = [str(number) for number in range(1, 8)]


def rows(external_ids):
    return [
        {"product_id": i, "quantity": int(i), "version": int(i)} for i in external_ids
    ]


class Shop:
    """A well-behaved list of seven products, paged in every way.

    :param largest: the most rows that it gives, whatever it is asked for
    """

    def __init__(self, largest=3):
        self.largest = largest
        self.asked = []

    def __call__(self, question):
        self.asked.append(question.json if question.body else question.query)
        query = self.asked[-1]
        size = min(int(query.get("per_page", 500)), self.largest)
        kind = question.path.rpartition("/")[2]
        start = {
            "page": lambda: (int(query.get("page", 1)) - 1) * size,
            "offset": lambda: int(query.get("offset", 0)),
            "cursor": lambda: int(query.get("cursor", "c0").removeprefix("c")),
            "next_url": lambda: int(query.get("from", 0)),
            "link": lambda: int(query.get("from", 0)),
            "version": lambda: int(query.get("after", 0)),
        }[kind]()
        found = PRODUCTS[start : start + size]
        end = start + len(found)
        content = {"items": rows(found), "total": 7, "pages": -(-7 // size)}
        content["more"] = end < 7
        headers = {"x_total_pages": content["pages"]}
        if end < 7:
            content["cursor"] = f"c{end}"
            content["next"] = f"/v1/next_url?from={end}"
            last = "</v1/link?from=0>; rel=first"
            headers["link"] = f'{last}, <link?from={end}>; rel="next"'
        return document(content, **headers)


KINDS = {
    "page": Paging("page", pages="pages"),
    "page, by a header": Paging("page", pages="header:X-Total-Pages"),
    "page, by total": Paging("page", total="total"),
    "page, by more": Paging("page", next="more"),
    "page, by all of them": Paging("page", pages="pages", total="total", next="more"),
    "page, by nothing": Paging("page"),
    "offset, by total": Paging("offset", "offset", total="total"),
    "offset, by nothing": Paging("offset", "offset"),
    "cursor": Paging("cursor", "cursor", next="cursor"),
    "cursor, with a total": Paging("cursor", "cursor", next="cursor", total="total"),
    "next_url": Paging("next_url", next="next"),
    "link": Paging("link"),
    "version": Paging("version", "after", next="version"),
}


@pytest.fixture
def reader(serve, connect):
    """A client of a list: ``reader(reply, paging)``."""

    def start(reply, paging, auth=None, limits=None, **settings):
        path = f"/{paging.kind}"
        server = serve(replying(reply))
        settings = {
            "list_path": path,
            "paging": paging,
            "mapping": Mapping(date=""),
            **settings,
        }
        api = connect(server.url + "/v1", auth, settings=settings, **(limits or {}))
        api.server = server
        return api

    return start


def ids(pages):
    return [level.external_id for page in pages for level in page.levels]


def failure(pages):
    """What a reading gives before it fails, and the reason."""
    read = []
    with pytest.raises(ClientError) as caught:
        for page in pages:
            read += ids([page])
    return read, caught.value.facts.get("reason")


@pytest.mark.parametrize("asked", [2, 3, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_read_once_in_every_way_of_paging(reader, kind, asked):
    # A server that gives fewer rows than it is asked for cuts nothing short.
    if asked == 500 and kind in ("page, by total", "page, by all of them"):
        asked = 4
    paging = KINDS[kind]
    paging = Paging(**{**paging.__dict__, "size": asked})
    pages = list(reader(Shop(), paging).pages())
    assert ids(pages) == PRODUCTS
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert sum(page.rows for page in pages) == 7


@pytest.mark.parametrize("kind", KINDS)
def test_reading_goes_on_after_any_page_in_another_process(reader, kind):
    paging = Paging(**{**KINDS[kind].__dict__, "size": 2})
    whole = list(reader(Shop(), paging).pages())
    for number, page in enumerate(whole[:-1], 1):
        state = json.loads(json.dumps(page.state))
        api = reader(Shop(), paging)
        # The same server at another port is another host.
        if paging.kind in ("link", "next_url"):
            place = urlsplit(state["place"])._replace(
                netloc=f"127.0.0.1:{api.server.port}"
            )
            state["place"] = place.geturl()
        rest = list(api.pages(state=state))
        assert ids(rest) == ids(whole[number:])
        assert rest[-1].state is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_list_is_one_empty_page(reader, kind):
    def reply(question):
        content = {"items": [], "total": 0, "pages": 0, "more": False}
        return document(content, x_total_pages="0")

    api = reader(reply, KINDS[kind])
    [page] = api.pages()
    assert (page.levels, page.faults, page.rows, page.state) == ([], [], 0, None)
    assert api.calls == 1


def test_a_list_without_pages_is_read_at_once_and_asked_for_plainly(reader):
    shop = Shop(largest=99)
    paging = Paging("none", total="total")
    [page] = reader(shop, paging, list_path="/page").pages()
    assert ids([page]) == PRODUCTS
    assert shop.asked == [{}]


def test_a_list_that_has_pages_after_all_is_incomplete(reader):
    paging = Paging("none", total="total")
    assert failure(reader(Shop(), paging, list_path="/page").pages()) == (
        [],
        "incomplete",
    )


def test_page_numbers_may_begin_at_zero(reader):
    numbers = []

    def reply(question):
        numbers.append(question.query["p"])
        return document({"items": rows(PRODUCTS[len(numbers) - 1 :][:1]), "pages": 2})

    assert ids(reader(reply, Paging("page", "p", first=0, pages="pages")).pages()) == [
        "1",
        "2",
    ]
    assert numbers == ["0", "1"]


def test_the_size_is_sent_where_it_has_a_name(reader):
    for size_param, sent in (("limit", {"limit": "9"}), ("", {})):
        shop = Shop(largest=9)
        paging = Paging("page", pages="pages", size_param=size_param, size=9)
        list(reader(shop, paging).pages())
        assert shop.asked == [{"page": "1", **sent}]


@pytest.mark.parametrize("kind", KINDS)
def test_the_parameters_of_the_settings_go_with_every_page(reader, kind):
    shop = Shop()
    api = reader(shop, KINDS[kind], params=(("site", "a b&c"),), since_param="since")
    list(api.pages(since=datetime(2025, 10, 1, 12, 0, 0, 5)))
    own = (
        shop.asked[:1]
        if api.settings.paging.kind in ("link", "next_url")
        else shop.asked
    )
    for asked in own:
        assert asked["site"] == "a b&c"
        assert asked["since"] == "2025-10-01T12:00:00Z"


def test_a_resumed_reading_keeps_the_time_it_was_begun_with(reader):
    shop = Shop()
    api = reader(shop, KINDS["page"], since_param="since")
    first = next(api.pages(since=datetime(2025, 10, 1)))
    list(api.pages(state=json.loads(json.dumps(first.state))))
    assert {asked["since"] for asked in shop.asked} == {"2025-10-01T00:00:00Z"}


def test_without_a_parameter_for_the_time_the_whole_list_is_read(reader):
    shop = Shop()
    assert (
        ids(reader(shop, KINDS["page"]).pages(since=datetime(2025, 1, 1))) == PRODUCTS
    )
    assert "2025" not in str(shop.asked)


def test_a_cursor_may_have_to_be_sent_alone(reader):
    for alone, sent in ((False, {"site": "a"}), (True, {})):
        shop = Shop()
        paging = Paging("cursor", "cursor", next="cursor", cursor_alone=alone)
        list(reader(shop, paging, params=(("site", "a"),)).pages())
        assert shop.asked[0] == {"site": "a", "per_page": "500"}
        assert shop.asked[1] == {**sent, "per_page": "500", "cursor": "c3"}


# With a body


def test_a_post_carries_the_parameters_in_its_body(reader):
    shop = Shop()
    api = reader(
        shop,
        KINDS["cursor"],
        method="POST",
        since_param="query.since",
        params=(
            ("query.filter.site", "a"),
            ("query.filter.states", '["IN_STOCK"]'),
            ("deep", "true"),
            ("number", "007"),
            ("text", '"5"'),
        ),
    )
    assert ids(api.pages(since=datetime(2025, 10, 1))) == PRODUCTS
    assert shop.asked[1] == {
        "query": {
            "filter": {"site": "a", "states": ["IN_STOCK"]},
            "since": "2025-10-01T00:00:00Z",
        },
        "deep": True,
        "number": "007",
        "text": "5",
        "per_page": 500,
        "cursor": "c3",
    }
    assert api.server.header("Content-Type") == b"application/json"
    assert api.server.requests[0].startswith(b"POST /v1/cursor HTTP")


def test_a_cursor_that_is_a_number_stays_one_in_a_body(reader):
    bodies = []

    def reply(question):
        bodies.append(question.json)
        more = {"next": 42} if len(bodies) == 1 else {}
        return document({"items": rows(PRODUCTS[len(bodies) :][:1]), **more})

    paging = Paging("cursor", "at", next="next", size_param="")
    list(reader(reply, paging, method="POST").pages())
    assert bodies == [{}, {"at": 42}]


def test_next_addresses_are_asked_for_with_the_same_body(reader):
    bodies = []

    def reply(question):
        bodies.append((question.path, question.json))
        more = {"next": "/v1/two"} if len(bodies) == 1 else {}
        return document({"items": rows(PRODUCTS[len(bodies) :][:1]), **more})

    paging = Paging("next_url", next="next", size=9)
    list(reader(reply, paging, method="POST", params=(("a", "b"),)).pages())
    body = {"a": "b", "per_page": 9}
    assert bodies == [("/v1/next_url", body), ("/v1/two", body)]


# Versions


def test_versions_begin_where_the_last_reading_ended(reader):
    shop = Shop()
    *_others, last = reader(shop, KINDS["version"]).pages()
    assert last.version == "7"
    assert [asked.get("after") for asked in shop.asked] == [None, "3", "6", "7"]
    [page] = reader(shop, KINDS["version"]).pages(version=last.version)
    assert (page.levels, page.version, shop.asked[-1]["after"]) == ([], "7", "7")
    pages = list(reader(shop, KINDS["version"]).pages(version="5"))
    assert ids(pages) == ["6", "7"]


@pytest.mark.parametrize(
    ("versions", "highest"),
    [([9, 10, 2], "10"), (["9", "10"], "10"), (["a9", "a10"], "a9"), ([9, None], "9")],
)
def test_the_highest_version_is_that_of_numbers_or_of_texts(reader, versions, highest):
    def reply(question):
        if "after" in question.query:
            return document({"items": []})
        items = [{"product_id": "1", "quantity": 1, "version": v} for v in versions]
        return document({"items": items})

    assert [page.version for page in reader(reply, KINDS["version"]).pages()] == [
        highest,
        highest,
    ]


def test_an_api_that_repeats_the_last_version_has_nothing_newer(reader):
    def reply(question):
        number = question.query.get("after", "1")
        return document({"items": rows([number])})

    pages = list(reader(reply, KINDS["version"]).pages())
    assert (ids(pages), len(pages)) == (["1"], 2)
    assert not pages[-1].moved


def test_an_api_that_ignores_the_version_is_found_out(reader):
    def reply(question):
        return document({"items": rows(["1", "2"])})

    assert failure(reader(reply, KINDS["version"]).pages()) == (["1", "2"], "page_loop")


def test_rows_without_a_version_are_told(reader):
    def reply(question):
        return document({"items": [{"product_id": "1", "quantity": 1}]})

    assert failure(reader(reply, KINDS["version"]).pages(version="5")) == ([], "paging")


# APIs that lie, loop and never end


@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize(
    "kind", ["page, by nothing", "page, by total", "offset, by total"]
)
def test_an_api_that_ignores_the_page_parameter_is_found_out(reader, kind, numbered):
    count = iter(range(99))

    def reply(question):
        more = {"page": next(count)} if numbered else {}
        return document({"items": rows(["1", "2"]), "total": 9, **more})

    assert failure(reader(reply, KINDS[kind]).pages()) == (["1", "2"], "page_loop")


def test_pages_that_come_round_are_found_out(reader):
    def reply(question):
        number = int(question.query["page"]) % 3
        return document({"items": rows([str(number)])})

    read, reason = failure(reader(reply, KINDS["page, by nothing"]).pages())
    assert (read, reason) == (["1", "2", "0"], "page_loop")


@pytest.mark.parametrize("kind", ["cursor", "next_url", "link"])
def test_a_cursor_or_an_address_that_comes_again_is_found_out(reader, kind):
    count = iter(range(99))

    def reply(question):
        number = next(count)
        target = "ab"[number % 2]
        return document(
            {"items": rows([str(number)]), "cursor": target, "next": f"/v1/{target}"},
            link=f"</v1/{target}>; rel=next",
        )

    read, reason = failure(reader(reply, KINDS[kind]).pages())
    assert (read, reason) == (["0", "1", "2"], "page_loop")


def test_pages_without_end_are_cut_off_in_whatever_process(reader):
    def reply(question):
        return document({"items": rows([question.query["page"]])})

    limits = {"max_pages": 5}
    read, reason = failure(
        reader(reply, KINDS["page, by nothing"], limits=limits).pages()
    )
    assert (read, reason) == (["1", "2", "3", "4", "5"], "endless_pages")
    api = reader(reply, KINDS["page, by nothing"], limits=limits)
    state = next(api.pages()).state
    read, reason = failure(api.pages(state=state))
    assert (read, reason) == (["2", "3", "4", "5"], "endless_pages")


def test_empty_pages_with_a_cursor_are_no_end(reader):
    found = iter([["1"], [], [], ["2"]])

    def reply(question):
        external_ids = next(found)
        more = {} if external_ids == ["2"] else {"cursor": str(question.query)}
        return document({"items": rows(external_ids), **more})

    assert ids(reader(reply, KINDS["cursor"]).pages()) == ["1", "2"]


@pytest.mark.parametrize(
    "paging",
    [
        Paging("page", total="total"),
        Paging("page", pages="pages", total="total"),
        Paging("page", pages="pages"),
        Paging("offset", "offset", total="total"),
        Paging("cursor", "cursor", next="cursor", total="total"),
    ],
)
def test_fewer_rows_than_announced_are_an_incomplete_list(reader, paging):
    def reply(question):
        first = question.query.get("page", "1") == "1"
        first = first and question.query.get("offset", "0") == "0"
        found = ["1", "2"] if first else []
        return document({"items": rows(found), "total": 3, "pages": 9})

    _read, reason = failure(reader(reply, paging).pages())
    assert reason == "incomplete"


@pytest.mark.parametrize(
    "paging",
    [
        Paging("page", pages="pages", total="total"),
        Paging("page", total="total"),
        Paging("page", pages="pages"),
        Paging("offset", "offset", total="total"),
        Paging("cursor", "page", next="next", total="header:x-total"),
    ],
)
@pytest.mark.parametrize("goes", [False, True])
def test_a_list_that_becomes_shorter_while_it_is_read_says_so(reader, paging, goes):
    left = ["1", "2", "3", "4", "5"]

    def reply(question):
        start = int(question.query.get("offset", "0"))
        start = start or 2 * (int(question.query.get("page", "1")) - 1)
        found = left[start : start + 2]
        more = {"total": len(left), "pages": -(-len(left) // 2)}
        if found and found[-1] != left[-1]:
            more["next"] = str(start // 2 + 2)
        answer = document({"items": rows(found), **more}, x_total=str(len(left)))
        if goes and start == 0:
            del left[:2]  # what would have been the second page is the first now
        return answer

    pages = list(reader(reply, paging).pages())
    assert [page.moved for page in pages[:1]] == [False]
    assert pages[-1].moved == goes
    # Where the reading is taken up again, it is remembered.
    [first, *_others] = pages
    again = list(reader(reply, paging).pages(state=first.state))
    assert again[-1].moved == goes


def test_rows_that_are_left_out_count_as_read(reader):
    api = reader(
        Shop(),
        KINDS["page, by total"],
        mapping=Mapping(date="", filter="version > `5`"),
    )
    assert ids(api.pages()) == ["6", "7"]


@pytest.mark.parametrize("kind", ["page, by total", "offset, by total"])
@pytest.mark.parametrize("largest", [2, 3])
def test_a_total_that_lies_low_hides_no_rows(reader, kind, largest):
    shop = Shop(largest)

    def reply(question):
        return shop(question).replace(b'"total": 7', b'"total": 2')

    paging = Paging(**{**KINDS[kind].__dict__, "size": largest})
    assert ids(reader(reply, paging).pages()) == PRODUCTS


@pytest.mark.parametrize(
    "past_the_end",
    [
        answer(status=404),
        answer(status=400),
        document({"error": "no such page"}),
        document({"items": rows(["3", "4"]), "total": 4}),
        document({"items": [], "total": 4}),
    ],
)
def test_however_an_api_says_that_nothing_follows_a_full_last_page(
    reader, past_the_end
):
    def reply(question):
        number = int(question.query["page"])
        if number > 2:
            return past_the_end
        found = ["1", "2"] if number == 1 else ["3", "4"]
        return document({"items": rows(found), "total": 4})

    api = reader(reply, Paging("page", total="total", size=2))
    pages = list(api.pages())
    assert ids(pages) == ["1", "2", "3", "4"]
    assert pages[-1].state is None
    assert api.calls == 3


def test_an_error_before_the_last_page_is_an_error(reader):
    def reply(question):
        if question.query["page"] == "2":
            return answer(status=404)
        return document({"items": rows(["1", "2"]), "total": 4})

    api = reader(reply, Paging("page", total="total", size=2))
    with pytest.raises(ClientError) as caught:
        list(api.pages())
    assert (caught.value.code, caught.value.facts["status"]) == ("http_error", 404)


def test_pages_and_total_that_agree_need_no_further_question(reader):
    def reply(question):
        return document({"items": rows(["1", "2"]), "total": 2, "pages": 1})

    api = reader(reply, Paging("page", pages="pages", total="total", size=2))
    assert ids(api.pages()) == ["1", "2"]
    assert api.calls == 1


@pytest.mark.parametrize("value", [None, "many", -1, 1.5, True, [], {}, "1" * 30])
@pytest.mark.parametrize(
    "paging",
    [
        Paging("page", pages="sign"),
        Paging("page", total="sign"),
        Paging("none", total="sign"),
        Paging("link", total="sign"),
    ],
)
def test_a_number_of_pages_or_rows_that_is_none_is_told(reader, paging, value):
    def reply(question):
        return document({"items": rows(["1"]), "sign": value})

    with pytest.raises(ClientError) as caught:
        list(reader(reply, paging).pages())
    assert caught.value.facts == {"reason": "paging", "name": "sign"}


def test_a_header_that_is_missing_is_told(reader):
    paging = Paging("page", pages="header:X-Nope")
    assert failure(reader(Shop(), paging).pages()) == ([], "paging")


@pytest.mark.parametrize("cursor", [True, [1], {"a": 1}])
def test_a_cursor_that_is_none_is_told(reader, cursor):
    def reply(question):
        return document({"items": rows(["1"]), "cursor": cursor})

    assert failure(reader(reply, KINDS["cursor"]).pages()) == ([], "paging")


# Addresses


@pytest.mark.parametrize("kind", ["next_url", "link"])
@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("http://elsewhere.invalid/v1?key=s3cret", "elsewhere.invalid"),
        ("//elsewhere.invalid/v1", "elsewhere.invalid"),
        ("http://user:s3cret@127.0.0.1/v1", "127.0.0.1"),
        ("file:///etc/passwd", ""),
    ],
)
def test_a_next_page_elsewhere_is_refused_and_never_contacted(
    reader, kind, target, shown
):
    def reply(question):
        return document(
            {"items": rows(["1"]), "next": target}, link=f"<{target}>; rel=next"
        )

    api = reader(reply, KINDS[kind], Auth("bearer", "s3cret"))
    with pytest.raises(ClientError) as caught:
        list(api.pages())
    assert caught.value.facts == {"reason": "next_elsewhere", "target": shown}
    assert len(api.server.requests) == 1


@pytest.mark.parametrize("kind", ["next_url", "link"])
def test_a_next_page_with_another_scheme_is_told_as_such(reader, kind):
    target = "https://127.0.0.1/v1?key=s3cret"

    def reply(question):
        return document(
            {"items": rows(["1"]), "next": target}, link=f"<{target}>; rel=next"
        )

    api = reader(reply, KINDS[kind], Auth("bearer", "s3cret"))
    with pytest.raises(ClientError) as caught:
        list(api.pages())
    facts = {"reason": "next_scheme", "target": "https://127.0.0.1"}
    assert caught.value.facts == facts
    assert len(api.server.requests) == 1


def test_the_state_of_another_host_is_refused(reader):
    api = reader(Shop(), KINDS["link"])
    state = next(api.pages()).state
    state["place"] = "http://elsewhere.invalid/v1"
    assert failure(api.pages(state=state)) == ([], "next_elsewhere")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "</v1/link>; rel=prev",
        "<http://[>; rel=x",
    ],
)
def test_a_link_header_without_a_next_page_is_the_end(reader, link):
    def reply(question):
        return document({"items": rows(["1"])}, link=link)

    [page] = reader(reply, KINDS["link"]).pages()
    assert page.state is None


def test_a_next_address_that_is_none_is_told(reader):
    def reply(question):
        return document({"items": rows(["1"]), "next": "http://["})

    assert failure(reader(reply, KINDS["next_url"]).pages()) == ([], "paging")


def test_the_key_in_the_query_goes_with_next_pages_and_into_no_state(reader):
    seen = []

    def reply(question):
        seen.append(parse_qsl(urlsplit(question.head.split(b" ")[1].decode()).query))
        more = {}
        if len(seen) == 1:
            more = {"next": "?key=s3cret&from=3&key=other"}
        return document({"items": rows([str(len(seen))]), **more})

    auth = Auth("api_key", "s3cret", param="key")
    pages = list(reader(reply, KINDS["next_url"], auth).pages())
    assert "s3cret" not in json.dumps(pages[0].state)
    assert seen == [
        [("per_page", "500"), ("key", "s3cret")],
        [("from", "3"), ("key", "s3cret")],
    ]


def test_bad_rows_of_a_page_are_faults_and_reading_goes_on(reader):
    def reply(question):
        number = question.query["page"]
        bad = {"product_id": f"bad{number}", "quantity": "?"}
        nameless = {"number": number}
        return document({"items": [*rows([number]), bad, nameless], "pages": 2})

    pages = list(reader(reply, KINDS["page"]).pages())
    assert ids(pages) == ["1", "2"]
    assert [(i, error.code) for i, error in pages[1].faults] == [
        ("bad2", "invalid_quantity"),
        (None, "invalid_response"),
    ]


def test_an_error_inside_a_200_ends_the_reading(reader):
    def reply(question):
        if question.query["page"] == "2":
            return document({"status": "error", "message": "try later"})
        return document({"items": rows(["1"]), "pages": 3})

    assert failure(reader(reply, KINDS["page"]).pages()) == (["1"], "no_rows")
