"""Scenarios whose answers are well made and tell something wrong."""

from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from flask.testing import FlaskClient
from shape_readers import (
    ADOBE,
    BIGCOMMERCE,
    COMMERCETOOLS,
    CREDENTIALS,
    EBAY,
    READERS,
    SHOPIFY,
    TOKEN,
    WOOCOMMERCE,
    basic,
    exact,
)

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.store import Store

every_shape = pytest.mark.parametrize("shape", READERS)
#: Amazon's pages have 50 rows; the readers of the others ask for 7
LARGE = 120


def rows(shape: str, scenario: str, number: int = 1000) -> list[tuple[str, Decimal]]:
    """The first rows of a shape under a scenario; of Square's states only one."""
    app = create_app(Store(catalogue(LARGE)), scenario=scenario)
    found = islice(READERS[shape](app.test_client(), {}), number)
    return [(str(product_id), Decimal(quantity)) for product_id, quantity in found]


@every_shape
def test_page_loop_leads_back_from_the_second_page_to_the_first(shape: str):
    ids = [product_id for product_id, _ in rows(shape, "page-loop", 400)]
    again = ids.index("1", 1)
    assert again < LARGE
    assert ids[:again] == [str(number) for number in range(1, again + 1)]
    assert len(ids) == 400
    assert ids == (ids[:again] * 400)[:400]


@every_shape
def test_endless_pages_bring_new_products_without_an_end(shape: str):
    ids = [product_id for product_id, _ in rows(shape, "endless-pages", 1000)]
    assert len(ids) == len(set(ids)) == 1000


@pytest.mark.parametrize(
    ("scenario", "told"),
    [("total-lies", 41), ("total-lies:high", 41), ("total-lies:low", 10)],
)
def test_total_lies_while_rows_and_pages_are_right(scenario: str, told: int):
    client = create_app(scenario=scenario).test_client()
    body = exact(client.get("/stock?per_page=8"))
    assert (body["total"], body["pages"], len(body["items"])) == (told, 3, 8)
    assert exact(client.get(COMMERCETOOLS))["total"] == told
    assert exact(client.get(EBAY))["total"] == told
    assert exact(client.get(ADOBE))["total_count"] == told
    assert client.get(WOOCOMMERCE).headers["X-WP-Total"] == str(told)
    pagination = exact(client.get(BIGCOMMERCE))["meta"]["pagination"]
    assert (pagination["total"], pagination["total_pages"]) == (told, 2)


@every_shape
@pytest.mark.parametrize(
    ("scenario", "more"), [("product-twice", 0), ("product-twice:different", 1)]
)
def test_product_twice_repeats_the_first_row_of_a_page(
    shape: str, scenario: str, more: int
):
    found = rows(shape, scenario)
    first = found[0]
    assert found.count((first[0], first[1] + more)) == 2 - (more > 0)
    assert len([row for row in found if row[0] == first[0]]) == 2
    assert {product_id for product_id, _ in found} == {
        str(number) for number in range(1, LARGE + 1)
    }


@pytest.mark.parametrize(
    "address",
    [
        "/stock/7",
        f"{WOOCOMMERCE}/7",
        f"{EBAY}/7",
        "/square/v2/inventory/7",
        f"{SHOPIFY}?inventory_item_ids=7",
        f"{BIGCOMMERCE}?sku:in=7",
        f'{COMMERCETOOLS}?where=sku="7"',
    ],
)
def test_other_product_answers_about_the_next_one(client: FlaskClient, address: str):
    headers = {"X-Mock-Scenario": "other-product"}
    plain = client.get(address).get_json()
    other = client.get(address, headers=headers)
    assert other.status_code == 200
    assert ids_in(plain) == {"7"}
    assert ids_in(other.get_json()) == {"8"}
    missing = client.get("/stock/unknown", headers=headers)
    assert missing.status_code == 404


def ids_in(value: Any) -> set[str]:
    """What stands under the names that the shapes have for a product's id."""
    if isinstance(value, list):
        return set().union(*map(ids_in, value))
    if not isinstance(value, dict):
        return set()
    names = ("product_id", "inventory_item_id", "sku", "catalog_object_id")
    return {str(value[name]) for name in names if name in value}.union(
        *map(ids_in, value.values())
    )


@every_shape
def test_empty_catalogue_has_no_rows_and_no_error(shape: str):
    assert rows(shape, "empty-catalogue") == []
    client = create_app(scenario="empty-catalogue").test_client()
    assert client.get("/stock/1").status_code == 404


@pytest.mark.parametrize(
    ("scenario", "base"),
    [
        ("next-elsewhere", "http://127.0.0.1:80"),
        ("next-elsewhere:http://127.0.0.1:9", "http://127.0.0.1:9"),
    ],
)
def test_next_elsewhere_leads_to_another_host(
    client: FlaskClient, scenario: str, base: str
):
    def get(address: str) -> Any:
        return client.get(address, headers={"X-Mock-Scenario": scenario})

    assert f"<{base}{SHOPIFY}?" in get(f"{SHOPIFY}?limit=5").headers["Link"]
    assert f"<{base}{WOOCOMMERCE}?" in get(WOOCOMMERCE).headers["Link"]
    assert exact(get(f"{EBAY}?limit=5"))["next"].startswith(f"{base}{EBAY}?offset=5")
    links = exact(get(BIGCOMMERCE))["meta"]["pagination"]["links"]
    assert links["next"] == f"{base}{BIGCOMMERCE}?page=2"


def test_short_token_expires_soon():
    client = create_app(api_key="key", scenario="short-token:0").test_client()
    headers = {"Authorization": basic("key")}
    form = {"grant_type": "client_credentials"}
    answer = client.post(TOKEN, data=form, headers=headers)
    assert answer.get_json()["expires_in"] == 0
    headers = CREDENTIALS["commercetools"](client, "key")
    assert client.get(COMMERCETOOLS, headers=headers).status_code == 401
