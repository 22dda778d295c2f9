import base64
import json
import socket

import pytest
from local_server import answer, document, item, replying

from odoo.addons.base_sync_api.client import Auth, Paging, oauth
from odoo.addons.stock_sync_api.client import Level, Mapping

SECRET = 's3cret "é'


def test_one_product_shows_what_was_asked_and_what_came(serve, connect):
    server = serve(item("7", 5))
    api = connect(server)
    sample = api.sample("7")
    assert sample.url == f"{server.url}/stock/7"
    assert (sample.status, sample.size, sample.error) == (200, 35 - 1, None)
    assert json.loads(sample.excerpt) == {"product_id": "7", "quantity": 5}
    assert sample.levels == [Level("7", 5)]
    assert (sample.rows, sample.faults, sample.has_next) == (1, [], False)
    assert 0 < sample.seconds < 5


def test_a_list_shows_its_first_page(serve, connect):
    rows = [{"product_id": str(number), "quantity": number} for number in range(200)]
    rows[3] = {"product_id": "3", "quantity": "?"}
    server = serve(document({"items": rows, "pages": 2}))
    settings = {
        "list_path": "/stock",
        "mode": "list",
        "paging": Paging("page", pages="pages"),
    }
    sample = connect(server, settings=settings).sample()
    assert sample.rows == 200
    assert len(sample.levels) == 50
    [(external_id, error)] = sample.faults
    assert (external_id, error.code, error.facts["row"]) == ("3", "invalid_quantity", 4)
    assert sample.has_next
    assert len(sample.excerpt) == 2000
    assert len(server.requests) == 1


def test_several_ids_are_asked_about_as_a_run_does(serve, connect):
    server = serve(document({"items": [{"product_id": "7", "quantity": 5}]}))
    settings = {"list_path": "/stock", "mode": "ids"}
    sample = connect(server, settings=settings).sample("7")
    assert server.paths == ["/stock?ids=7"]
    assert sample.levels == [Level("7", 5)]
    assert sample.url == server.url + server.paths[0]


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (answer(b'{"error": "no such filter"}', status=400), 400, "http_error"),
        (answer(b'{"error": "no such filter"}', status=401), 401, "auth_failed"),
        (document({"error": "no such filter"}), 200, "invalid_response"),
    ],
)
def test_an_answer_that_is_refused_is_shown_too(serve, connect, reply, status, code):
    sample = connect(serve(reply), settings={"list_path": "/stock"}).sample()
    assert (sample.status, sample.error.code) == (status, code)
    assert json.loads(sample.excerpt) == {"error": "no such filter"}


def test_what_cannot_be_read_of_a_refused_answer_is_left_out(serve, connect):
    reply = answer(b"half", status=400, length=99)
    api = connect(serve(reply), settings={"list_path": "/stock"}, read_timeout=0.1)
    sample = api.sample()
    assert (sample.error.code, sample.status) == ("http_error", 400)
    assert sample.excerpt in ("", "half")


def test_no_answer_at_all_is_an_error_without_an_excerpt(connect):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    sample = connect(f"http://127.0.0.1:{port}").sample("1")
    assert (sample.error.code, sample.status, sample.excerpt) == (
        "connection_error",
        None,
        "",
    )


@pytest.mark.parametrize(
    "auth",
    [
        Auth("api_key", SECRET),
        Auth("api_key", SECRET, param="key"),
        Auth("bearer", SECRET),
        Auth("basic", SECRET, "me"),
    ],
)
def test_a_secret_that_the_api_echoes_is_not_shown(serve, connect, auth):
    def reply(question):
        echo = {"head": question.head.decode(), "json": SECRET}
        return answer(json.dumps(echo).encode() + SECRET.encode(), status=400)

    sample = connect(serve(replying(reply)), auth).sample("1")
    assert sample.excerpt.count("•••") == 3
    assert "s3cret" not in repr(sample)
    assert base64.b64encode(f"me:{SECRET}".encode()).decode() not in repr(sample)


def test_an_access_token_is_not_shown(serve, connect, monkeypatch):
    monkeypatch.setattr(oauth, "_tokens", oauth._Tokens())

    def reply(question):
        if question.path == "/token":
            return document({"access_token": "t0ken", "expires_in": 60})
        return answer(question.head, status=400)

    server = serve(replying(reply))
    auth = Auth("oauth2", SECRET, "me", token_url=server.url + "/token")
    sample = connect(server, auth).sample("1")
    assert "Bearer •••" in sample.excerpt
    assert "t0ken" not in repr(sample)


def test_the_excerpt_can_be_stored_and_shown(serve, connect):
    body = b"\xff\x00<html>\x1b[2J\n\ttext"
    sample = connect(serve(answer(body))).sample("1")
    assert sample.excerpt == "��<html>�[2J\n\ttext"


def test_the_rows_of_a_filter_are_counted_but_give_no_levels(serve, connect):
    server = serve(document({"items": [{"product_id": "1", "quantity": 5}]}))
    settings = {"list_path": "/stock", "mapping": Mapping(filter="quantity > `9`")}
    sample = connect(server, settings=settings).sample()
    assert (sample.rows, sample.levels, sample.faults) == (1, [], [])
