"""The list: pages, what has changed since a time, ETags."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.store import Store


def ids(body: Any) -> list[str]:
    return [item["product_id"] for item in body["items"]]


def since(client: FlaskClient, moment: str) -> list[str]:
    answer = client.get("/stock", query_string={"updated_since": moment})
    assert answer.status_code == 200, answer.text
    return ids(answer.get_json())


def updated_at(client: FlaskClient, product_id: str) -> str:
    items = client.get("/stock").get_json()["items"]
    return next(i["updated_at"] for i in items if i["product_id"] == product_id)


def test_a_page_has_its_items_its_number_and_the_totals(client: FlaskClient):
    body = client.get("/stock?page=2&per_page=8").get_json()
    assert list(body) == ["items", "page", "pages", "total"]
    assert (body["page"], body["pages"], body["total"]) == (2, 3, 20)
    assert body["items"][0] == {
        "product_id": "9",
        "quantity": "832",
        "updated_at": "2025-01-01T00:00:09Z",
    }


def test_a_page_holds_500_products_unless_told():
    client = create_app(Store(catalogue(1200))).test_client()
    body = client.get("/stock").get_json()
    assert (len(body["items"]), body["page"], body["pages"]) == (500, 1, 3)


def test_the_pages_together_are_all_products_in_one_order_also_after_changes():
    client = create_app(Store(catalogue(95))).test_client()
    seen: list[str] = []
    for page in range(1, 11):
        seen += ids(client.get(f"/stock?page={page}&per_page=10").get_json())
        client.put(f"/stock/{page}", json={"quantity": "1"})
    assert seen == [str(number) for number in range(1, 96)]


def test_a_page_past_the_end_is_empty(client: FlaskClient):
    for page in (2, 2147483647):
        answer = client.get(f"/stock?page={page}")
        assert answer.status_code == 200
        assert answer.json == {"items": [], "page": page, "pages": 1, "total": 20}


def test_no_products_are_no_pages():
    body = create_app(Store([])).test_client().get("/stock").get_json()
    assert body == {"items": [], "page": 1, "pages": 0, "total": 0}


@pytest.mark.parametrize("name", ["page", "per_page"])
@pytest.mark.parametrize(
    "value", ["", "0", "-1", "+1", "1.0", "1e1", "one", "1_0", "٣", "9" * 5000]
)
def test_a_bad_page_or_page_size_is_400(client: FlaskClient, name: str, value: str):
    answer = client.get("/stock", query_string={name: value})
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith(f"{name} must be a whole number")


def test_a_page_holds_at_most_5000_products(client: FlaskClient):
    assert client.get("/stock?per_page=5000").status_code == 200
    assert client.get("/stock?per_page=5001").status_code == 400


def test_a_parameter_that_is_there_twice_is_400(client: FlaskClient):
    assert client.get("/stock?page=1&page=2").status_code == 400


def test_updated_since_includes_its_own_moment(client: FlaskClient):
    assert since(client, "2025-01-01T00:00:18Z") == ["18", "19", "20"]
    assert since(client, "2025-01-01T00:00:18.000001Z") == ["19", "20"]


def test_updated_since_understands_offsets(client: FlaskClient):
    assert since(client, "2025-01-01T02:00:20+02:00") == ["20"]
    assert since(client, "2024-12-31t19:00:20-05:00") == ["20"]


def test_updated_since_counts_and_pages_what_has_changed(client: FlaskClient):
    body = client.get(
        "/stock?updated_since=2025-01-01T00:00:11Z&page=2&per_page=4"
    ).get_json()
    assert ids(body) == ["15", "16", "17", "18"]
    assert (body["pages"], body["total"]) == (3, 10)


def test_updated_since_the_last_change_seen_misses_no_later_change(
    client: FlaskClient,
):
    for number in range(20, 0, -1):
        client.put(f"/stock/{number}", json={"quantity": "1"})
        last = updated_at(client, str(number))
        assert since(client, last) == [str(number)]
        client.put(f"/stock/{number}", json={"quantity": "2"})
        assert updated_at(client, str(number)) > last
        assert since(client, last) == [str(number)]


def test_a_change_is_later_than_every_earlier_one_though_the_clock_stands_still():
    now = datetime.fromisoformat("2026-11-20T10:00:00Z")
    store = Store(catalogue(3), clock=lambda: now)
    client = create_app(store).test_client()
    times = []
    for product_id in ("1", "2", "1"):
        client.put(f"/stock/{product_id}", json={"quantity": "5"})
        times.append(store.get(product_id).updated_at)
    assert times == [now + timedelta(microseconds=n) for n in range(3)]
    assert updated_at(client, "2") == "2026-11-20T10:00:00.000001Z"


def test_a_clock_that_is_set_back_hides_no_change():
    clock = iter(
        datetime.fromisoformat(t) for t in ("2026-11-20T10:00:00Z", "2026-11-19T00:00Z")
    )
    store = Store(catalogue(3), clock=lambda: next(clock))
    client = create_app(store).test_client()
    client.put("/stock/1", json={"quantity": "5"})
    client.put("/stock/2", json={"quantity": "5"})
    assert since(client, "2026-11-20T10:00:00Z") == ["1", "2"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2026-11-20",
        "2026-11-20T10:00:00",
        "2026-11-20 10:00:00Z",
        "2026-11-20T10:00:00 02:00",
        "2026-13-20T10:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-11-20T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1732096800",
        "２０２６-11-20T10:00:00Z",
    ],
)
def test_a_bad_updated_since_is_400(client: FlaskClient, value: str):
    answer = client.get("/stock", query_string={"updated_since": value})
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith("updated_since must be a time")


def test_the_etag_is_strong_and_makes_the_answer_304(client: FlaskClient):
    etag = client.get("/stock").headers["ETag"]
    assert etag.startswith('"')
    answer = client.get("/stock", headers={"If-None-Match": f'"other", {etag}'})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == etag


def test_another_etag_makes_the_answer_200(client: FlaskClient):
    for given in ('"other"', "garbage", ""):
        assert client.get("/stock", headers={"If-None-Match": given}).status_code == 200


def test_a_change_gives_its_page_a_new_etag_and_the_others_keep_theirs(
    client: FlaskClient,
):
    def etags() -> list[str]:
        pages = (client.get(f"/stock?per_page=10&page={page}") for page in (1, 2))
        return [page.headers["ETag"] for page in pages]

    before = etags()
    client.put("/stock/15", json={"quantity": "1"})
    after = etags()
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_a_put_of_the_same_quantity_counts_as_a_change(client: FlaskClient):
    quantity = client.get("/stock/5").get_json()["quantity"]
    before = updated_at(client, "5")
    client.put("/stock/5", json={"quantity": quantity})
    assert updated_at(client, "5") > before
