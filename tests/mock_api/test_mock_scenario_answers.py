"""Scenarios that any server could send: bodies, statuses, redirects."""

import gzip
import json
import zlib
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from flask.testing import FlaskClient
from shape_readers import ADDRESSES, SQUARE

from mock_api import create_app
from mock_api.faults.statuses import STATUSES

NOW = datetime(2026, 11, 20, 10, tzinfo=timezone.utc)
ITEM = b'{"product_id":"1","quantity":"536"}'

every_shape = pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)


def ask(client: FlaskClient, scenario: str, path: str = "/stock/1") -> Any:
    return client.get(path, headers={"X-Mock-Scenario": scenario})


# Bodies


@pytest.mark.parametrize(
    ("scenario", "length"), [("truncated", len(ITEM) // 2), ("truncated:5", 5)]
)
def test_truncated_is_the_beginning_of_the_body_and_says_its_length(
    client: FlaskClient, scenario: str, length: int
):
    answer = ask(client, scenario)
    assert answer.data == ITEM[:length]
    assert answer.content_length == length


def test_truncated_gzip_is_the_beginning_of_the_compressed_body(client: FlaskClient):
    answer = ask(client, "truncated-gzip:40")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) == answer.content_length == 40
    assert ITEM.startswith(zlib.decompressobj(wbits=31).decompress(answer.data))
    with pytest.raises(EOFError):
        gzip.decompress(answer.data)


def test_gzip_bomb_is_small_and_becomes_huge_and_is_valid(client: FlaskClient):
    answer = ask(client, "gzip-bomb:3")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 10_000
    body = gzip.decompress(answer.data)
    assert len(body) == 3_000_000 + len(ITEM)
    assert json.loads(body) == json.loads(ITEM)


@every_shape
def test_huge_page_is_valid_and_huge_in_every_shape(client: FlaskClient, address: str):
    answer = ask(client, "huge-page:2", address)
    assert answer.status_code == 200
    assert 2_000_000 < len(answer.data) < 2_100_000
    json.loads(answer.data)


def test_wrong_content_type_is_html_that_is_json(client: FlaskClient):
    answer = ask(client, "wrong-content-type")
    assert answer.mimetype == "text/html"
    assert answer.data == ITEM


@every_shape
def test_invalid_utf8_is_wrong_in_one_byte_only(client: FlaskClient, address: str):
    answer = ask(client, "invalid-utf8", address)
    with pytest.raises(UnicodeDecodeError):
        answer.data.decode()
    json.loads(answer.data.decode(errors="replace"))


@every_shape
@pytest.mark.parametrize(
    ("scenario", "value"),
    [("nan", b"NaN"), ("1e400", b"1e400"), ("long-number", b"9" * 5000)],
)
def test_a_bad_number_is_the_quantity_in_every_shape(
    client: FlaskClient, address: str, scenario: str, value: bytes
):
    answer = ask(client, scenario, address)
    assert answer.status_code == 200
    assert b'":' + value in answer.data


@every_shape
def test_duplicate_keys_give_every_quantity_two_values(
    client: FlaskClient, address: str
):
    def pairs_twice(pairs: list[tuple[str, object]]) -> list[str]:
        counts = Counter(name for name, _ in pairs)
        twice.extend(name for name, count in counts.items() if count > 1)
        return []

    twice: list[str] = []
    body = ask(client, "duplicate-keys", address).data
    json.loads(body, object_pairs_hook=pairs_twice)
    assert twice


def test_deep_brackets_are_100000_deep(client: FlaskClient):
    assert ask(client, "deep-brackets").data == b"[" * 100_000 + b"]" * 100_000
    assert ask(client, "deep-brackets:2").data == b"[[]]"


def test_html_login_is_a_page_with_status_200(client: FlaskClient):
    answer = ask(client, "html-login")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert b"<form" in answer.data


def test_error_in_200_is_json_without_stock(client: FlaskClient):
    answer = ask(client, "error-in-200")
    assert answer.status_code == 200
    assert answer.json["success"] is False


# Statuses


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_sent_with_a_sentence_and_no_retry_after(
    client: FlaskClient, status: int
):
    answer = ask(client, f"status-{status}")
    assert answer.status_code == status
    assert list(answer.get_json()) == ["error"]
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("seconds", "2"),
        ("7", "7"),
        ("date", "Fri, 20 Nov 2026 10:00:02 GMT"),
        ("garbage", "soon"),
        ("negative", "-5"),
        ("huge", "99999999999999999999"),
    ],
)
def test_retry_after_has_the_form_that_is_asked_for(status: int, form: str, value: str):
    client = create_app(clock=lambda: NOW).test_client()
    answer = ask(client, f"status-{status}:{form}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, value)


def test_storm_fails_a_part_of_the_requests_the_same_ones_at_every_start():
    def statuses(scenario: str) -> list[int]:
        client = create_app(scenario=scenario).test_client()
        return [client.get("/stock/1").status_code for _ in range(200)]

    first = statuses("storm")
    assert set(first) == {200, 429, 500, 502, 503, 504}
    assert 30 <= sum(status != 200 for status in first) <= 90
    assert statuses("storm:0.3,1") == first
    assert statuses("storm:0.3,2") != first
    assert set(statuses("storm:0")) == {200}
    assert 200 not in statuses("storm:1")


def test_rate_limit_lets_so_many_requests_through_in_any_second():
    now = [NOW]
    client = create_app(scenario="rate-limit:2", clock=lambda: now[0]).test_client()

    def status() -> int:
        return client.get("/stock/1").status_code

    assert [status(), status(), status()] == [200, 200, 429]
    now[0] += timedelta(seconds=0.9)
    assert status() == 429
    now[0] += timedelta(seconds=0.1)
    assert [status(), status(), status()] == [200, 200, 429]


# Redirects


def follow(client: FlaskClient, answer: Any) -> Any:
    assert answer.status_code == 307
    location: str = answer.headers["Location"]
    return client.get(location, headers={"X-Mock-Scenario": "redirect-same-host"})


def test_redirect_same_host_leads_to_a_path_that_answers(client: FlaskClient):
    answer = ask(client, "redirect-same-host", "/stock?page=2&per_page=15")
    assert answer.headers["Location"] == "/redirected/stock?page=2&per_page=15"
    assert len(follow(client, answer).get_json()["items"]) == 5


def test_a_redirect_keeps_an_encoded_id_as_it_was(client: FlaskClient):
    answer = ask(client, "redirect-same-host", "/stock/a%2Fb%20c")
    assert answer.headers["Location"] == "/redirected/stock/a%2Fb%20c"


@pytest.mark.parametrize(
    ("scenario", "host", "location"),
    [
        ("redirect-other-host", "127.0.0.1:5000", "http://localhost:5000"),
        ("redirect-other-host", "localhost:5000", "http://127.0.0.1:5000"),
        ("redirect-other-host:http://127.0.0.1:1", "a", "http://127.0.0.1:1"),
        ("redirect-loopback", "127.0.0.1:5000", "http://127.0.0.1:9"),
        ("redirect-loopback:81", "127.0.0.1:5000", "http://127.0.0.1:81"),
    ],
)
def test_a_redirect_away_leads_to_another_host_or_port(
    client: FlaskClient, scenario: str, host: str, location: str
):
    headers = {"X-Mock-Scenario": scenario, "Host": host}
    answer = client.get("/stock/1", headers=headers)
    assert answer.headers["Location"] == f"{location}/redirected/stock/1"


def test_redirect_loop_never_arrives(client: FlaskClient):
    first = ask(client, "redirect-loop")
    assert first.headers["Location"] == "/redirected/stock/1"
    second = ask(client, "redirect-loop", first.headers["Location"])
    assert second.headers["Location"] == "/stock/1"


def test_a_redirect_keeps_the_method_and_the_body(client: FlaskClient):
    headers = {"X-Mock-Scenario": "redirect-same-host"}
    answer = client.post(SQUARE, json={"limit": 1}, headers=headers)
    assert answer.status_code == 307
    again = client.post(answer.headers["Location"], json={"limit": 1}, headers=headers)
    assert len(again.get_json()["counts"]) == 1
