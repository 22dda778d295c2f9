"""What one product looks like, how it is changed, and how errors look."""

import time

import pytest
from flask.testing import FlaskClient

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.store import Store


def test_a_product_is_its_id_and_its_quantity_as_text_and_nothing_else():
    client = create_app(Store(catalogue(200))).test_client()
    answer = client.get("/stock/123")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert answer.json == {"product_id": "123", "quantity": "50"}


def test_the_catalogue_is_the_same_at_every_start():
    assert list(catalogue(500)) == list(catalogue(500))
    assert list(catalogue(1000))[:500] == list(catalogue(500))


def test_an_unknown_product_is_404_with_a_sentence(client: FlaskClient):
    answer = client.get("/stock/nobody")
    assert answer.status_code == 404
    assert answer.json == {"error": "unknown product: nobody"}


def test_a_changed_quantity_is_answered_and_stays(client: FlaskClient):
    expected = {"product_id": "7", "quantity": "12.50"}
    answer = client.put("/stock/7", json={"quantity": "12.50"})
    assert (answer.status_code, answer.json) == (200, expected)
    assert client.get("/stock/7").json == expected


def test_changing_one_product_leaves_the_others(client: FlaskClient):
    before = client.get("/stock").get_json()["items"]
    client.put("/stock/7", json={"quantity": "1"})
    after = client.get("/stock").get_json()["items"]
    assert [i for i in after if i not in before] == [after[6]]


def test_a_put_creates_no_product(client: FlaskClient):
    assert client.put("/stock/new", json={"quantity": "1"}).status_code == 404
    assert client.get("/stock/new").status_code == 404
    assert client.get("/health").json == {"status": "ok", "products": 20}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"5"',
        b"{}",
        b'{"quantity": "5", "unit": "kg"}',
        b'{"quantity": "5", "quantity": "6"}',
        b'{"quantity": NaN}',
        b'{"quantity": -Infinity}',
        b'{"quantity": "\xff"}',
        b"[" * 60_000,
        b'{"quantity": ' + b"9" * 60_000 + b"}",
    ],
)
def test_a_bad_body_is_400_and_changes_nothing(client: FlaskClient, body: bytes):
    before = client.get("/stock/1").json
    answer = client.put("/stock/1", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.get_json()) == ["error"]
    assert client.get("/stock/1").json == before


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"],
)
def test_a_body_that_another_site_could_send_is_415(
    client: FlaskClient, content_type: str | None
):
    answer = client.put(
        "/stock/1", data=b'{"quantity": "5"}', content_type=content_type
    )
    assert answer.status_code == 415
    assert "application/json" in answer.get_json()["error"]


def test_a_charset_in_the_content_type_is_fine(client: FlaskClient):
    answer = client.put(
        "/stock/1",
        data=b'{"quantity": "5"}',
        content_type="application/json; charset=utf-8",
    )
    assert answer.status_code == 200


def test_a_huge_body_is_413(client: FlaskClient):
    answer = client.put("/stock/1", json={"quantity": "5" * 70_000})
    assert answer.status_code == 413
    assert list(answer.get_json()) == ["error"]


def test_an_unknown_address_is_404_as_json(client: FlaskClient):
    for path in ("/nothing", "/stock/", "/health//"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert list(answer.get_json()) == ["error"]


def test_a_wrong_method_is_405_as_json_and_says_the_right_ones(client: FlaskClient):
    answer = client.post("/stock/1")
    assert answer.status_code == 405
    assert list(answer.get_json()) == ["error"]
    assert {"GET", "PUT"} <= set(answer.headers["Allow"].split(", "))


def test_a_programming_error_is_500_as_json_without_details(
    monkeypatch: pytest.MonkeyPatch,
):
    def fail(product_id: str) -> None:
        raise RuntimeError("inner detail")

    store = Store(catalogue(1))
    monkeypatch.setattr(store, "get", fail)
    answer = create_app(store).test_client().get("/stock/1")
    assert answer.status_code == 500
    assert list(answer.get_json()) == ["error"]
    assert "inner detail" not in answer.text


def test_two_applications_share_nothing():
    one, other = create_app().test_client(), create_app().test_client()
    before = other.get("/stock").data
    one.put("/stock/1", json={"quantity": "999"})
    assert other.get("/stock").data == before


def test_latency_holds_up_requests_for_stock_only(monkeypatch: pytest.MonkeyPatch):
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    client = create_app(latency_ms=250).test_client()
    for path in ("/health", "/", "/openapi.json", "/page/products"):
        client.get(path)
    assert waits == []
    client.get("/stock")
    client.get("/stock/1")
    client.put("/stock/1", json={"quantity": "1"})
    assert waits == [0.25] * 3
