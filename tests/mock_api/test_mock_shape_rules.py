"""The rules of each API that clients stumble over: limits, paging, filters, times."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from shape_readers import (
    ADOBE,
    AMAZON,
    BIGCOMMERCE,
    COMMERCETOOLS,
    EBAY,
    SHOPIFY,
    SQUARE,
    TOKEN,
    WOOCOMMERCE,
    basic,
    exact,
    links,
    oauth2,
)

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.store import Store

KEY = "secret-key"
#: product 18 of the catalogue was changed then; 19 and 20 one and two seconds later
OF_18 = "2025-01-01T00:00:18Z"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 10, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def get(client: FlaskClient, address: str, **query: str | int) -> Any:
    return exact(client.get(address, query_string=query or None))


@pytest.mark.parametrize(
    ("address", "name", "maximum", "in_each_row"),
    [
        (SHOPIFY, "limit", 250, b'"inventory_item_id"'),
        (WOOCOMMERCE, "per_page", 100, b'"sku"'),
        (BIGCOMMERCE, "limit", 1000, b'"sku"'),
        (COMMERCETOOLS, "limit", 500, b'"sku"'),
        (EBAY, "limit", 200, b'"sku"'),
        (ADOBE, "searchCriteria[pageSize]", 300, b'"sku"'),
    ],
)
def test_a_page_is_no_larger_than_the_api_allows(
    address: str, name: str, maximum: int, in_each_row: bytes
):
    client = create_app(Store(catalogue(1100))).test_client()
    largest = client.get(address, query_string={name: maximum})
    assert largest.data.count(in_each_row) == maximum
    for size in (maximum + 1, 0, "x"):
        answer = client.get(address, query_string={name: size})
        assert answer.status_code == 400
        assert answer.get_json()["error"].startswith(f"{name} must be a whole number")


# Shopify


def test_shopify_s_level_has_numbers_and_the_time_of_the_shop(client: FlaskClient):
    assert get(client, SHOPIFY, limit=1)["inventory_levels"] == [
        {
            "inventory_item_id": 1,
            "location_id": 1,
            "available": 536,
            "updated_at": "2024-12-31T20:00:01-04:00",
        }
    ]


def test_shopify_s_next_page_is_asked_for_with_the_limit_only(client: FlaskClient):
    following = links(client.get(f"{SHOPIFY}?limit=8"))["next"]
    assert client.get(f"{following}&fields=available").status_code == 400
    assert client.get(f"{following}&updated_at_min={OF_18}").status_code == 400
    levels = get(client, following)["inventory_levels"]
    assert [level["inventory_item_id"] for level in levels] == list(range(9, 17))


def test_shopify_s_cursor_remembers_the_filters(client: FlaskClient):
    first = client.get(f"{SHOPIFY}?limit=2&updated_at_min={OF_18}")
    second = client.get(links(first)["next"])
    assert [row["inventory_item_id"] for row in exact(second)["inventory_levels"]] == [
        20
    ]
    assert list(links(second)) == ["previous"]
    assert exact(client.get(links(second)["previous"])) == exact(first)


def test_shopify_refuses_a_made_up_cursor(client: FlaskClient):
    assert client.get(f"{SHOPIFY}?page_info=eyJzdGFydCI6MH0").status_code == 400


def test_shopify_gives_the_items_and_locations_that_are_asked_for():
    client = create_app(locations=3).test_client()
    levels = get(client, SHOPIFY, inventory_item_ids="7,99,3", location_ids="2,3")
    assert [
        (level["inventory_item_id"], level["location_id"])
        for level in levels["inventory_levels"]
    ] == [(7, 2), (7, 3), (3, 2), (3, 3)]
    assert get(client, SHOPIFY, location_ids="9") == {"inventory_levels": []}


def test_shopify_takes_at_most_50_ids(client: FlaskClient):
    ids = ",".join(map(str, range(51)))
    answer = client.get(SHOPIFY, query_string={"inventory_item_ids": ids})
    assert answer.status_code == 400


# Amazon


def test_amazon_s_summary_has_details_only_when_asked(client: FlaskClient):
    (row,) = get(client, AMAZON, sellerSkus="7")["payload"]["inventorySummaries"]
    assert "inventoryDetails" not in row
    body = get(client, AMAZON, sellerSkus="7,unknown", details="true")
    (row,) = body["payload"]["inventorySummaries"]
    assert row["sellerSku"] == "7"
    assert row["lastUpdatedTime"] == "2025-01-01T00:00:07Z"
    assert row["inventoryDetails"] == {
        "fulfillableQuantity": 758,
        "reservedQuantity": {"totalReservedQuantity": 0},
    }
    assert "pagination" not in body


def test_amazon_s_token_is_good_for_30_seconds(clock: Clock):
    client = create_app(Store(catalogue(60)), clock=clock).test_client()
    token = get(client, AMAZON)["pagination"]["nextToken"]
    clock.advance(30)
    rows = get(client, AMAZON, nextToken=token)["payload"]["inventorySummaries"]
    assert [row["sellerSku"] for row in rows] == [str(n) for n in range(51, 61)]
    clock.advance(1)
    answer = client.get(AMAZON, query_string={"nextToken": token})
    assert (answer.status_code, answer.json) == (
        400,
        {"error": "nextToken has expired"},
    )
    answer = client.get(AMAZON, query_string={"nextToken": token[:-1]})
    assert answer.json == {"error": "nextToken is invalid"}


def test_amazon_gives_what_changed_since_a_time(client: FlaskClient):
    body = get(client, AMAZON, startDateTime=OF_18)
    skus = [row["sellerSku"] for row in body["payload"]["inventorySummaries"]]
    assert skus == ["18", "19", "20"]


# WooCommerce


def test_woocommerce_s_product_has_a_number_a_sku_and_a_time_without_offset(
    client: FlaskClient,
):
    assert get(client, f"{WOOCOMMERCE}/7") == {
        "id": 7,
        "name": "Oak box 7",
        "type": "simple",
        "sku": "7",
        "date_modified_gmt": "2025-01-01T00:00:07",
        "manage_stock": True,
        "stock_quantity": 758,
        "stock_status": "instock",
        "parent_id": 0,
        "variations": [],
    }
    assert client.get(f"{WOOCOMMERCE}/99").status_code == 404


def test_woocommerce_counts_in_headers_and_is_empty_past_the_end(client: FlaskClient):
    answer = client.get(f"{WOOCOMMERCE}?per_page=8&page=2")
    assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == (
        "20",
        "3",
    )
    assert links(answer) == {
        "prev": f"{WOOCOMMERCE}?per_page=8&page=1",
        "next": f"{WOOCOMMERCE}?per_page=8&page=3",
    }
    assert get(client, WOOCOMMERCE, per_page=8, page=4) == []


def test_woocommerce_filters_by_id_sku_and_time(client: FlaskClient):
    def ids(**query: str) -> list[int]:
        return [row["id"] for row in get(client, WOOCOMMERCE, **query)]

    assert ids(include="5,99,2") == [5, 2]
    assert ids(sku="5") == [5]
    assert ids(modified_after="2025-01-01T00:00:18") == [19, 20]
    assert ids(modified_after="2025-01-01T01:00:18+01:00") == [19, 20]


def test_woocommerce_s_stock_status_follows_the_quantity(client: FlaskClient):
    client.put("/stock/1", json={"quantity": "0"})
    assert get(client, f"{WOOCOMMERCE}/1")["stock_status"] == "outofstock"


# Square


def post(client: FlaskClient, **body: object) -> Any:
    return exact(client.post(SQUARE, json=body))


def test_square_mixes_states_unless_told_which(client: FlaskClient):
    counts = post(client, catalog_object_ids=["7"])["counts"]
    assert [(c["state"], c["quantity"]) for c in counts] == [
        ("IN_STOCK", "758"),
        ("WASTE", "3"),
    ]
    assert counts[0]["catalog_object_id"] == "7"
    assert counts[0]["calculated_at"] == "2025-01-01T00:00:07.000Z"
    counts = post(client, states=["IN_STOCK"])["counts"]
    assert [c["catalog_object_id"] for c in counts] == [str(n) for n in range(1, 21)]
    assert get(client, "/square/v2/inventory/7") == post(
        client, catalog_object_ids=["7"]
    )


def test_square_s_cursor_belongs_to_its_query(client: FlaskClient):
    first = post(client, states=["IN_STOCK"], limit=15)
    cursor = first["cursor"]
    second = post(client, states=["IN_STOCK"], limit=15, cursor=cursor)
    assert [c["catalog_object_id"] for c in second["counts"]] == [
        str(n) for n in range(16, 21)
    ]
    assert "cursor" not in second
    assert client.post(SQUARE, json={"cursor": cursor}).status_code == 400
    assert client.post(SQUARE, json={"cursor": "made-up"}).status_code == 400


def test_square_filters_by_location_and_time():
    client = create_app(locations=2).test_client()
    counts = post(
        client,
        location_ids=["loc-2"],
        states=["IN_STOCK"],
        updated_after="2025-01-01T00:00:18.999Z",
    )["counts"]
    assert [(c["catalog_object_id"], c["location_id"]) for c in counts] == [
        ("19", "loc-2"),
        ("20", "loc-2"),
    ]
    assert post(client, updated_after="2025-01-01T00:00:20Z") == {}


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "many"},
        {"updated_after": "yesterday"},
        {"catalog_object_ids": "7"},
        {"states": [1]},
    ],
)
def test_square_refuses_a_bad_query(client: FlaskClient, body: dict[str, object]):
    assert client.post(SQUARE, json=body).status_code == 400


# BigCommerce


def test_bigcommerce_s_item_holds_its_locations():
    client = create_app(locations=2).test_client()
    query = {"sku:in": "7,unknown", "location_id:in": "2"}
    body = exact(client.get(BIGCOMMERCE, query_string=query))
    assert body["data"] == [
        {
            "identity": {"sku": "7", "variant_id": 7},
            "locations": [
                {
                    "location_id": 2,
                    "location_code": "loc-2",
                    "location_enabled": True,
                    "available_to_sell": 379,
                    "total_inventory_onhand": 379,
                }
            ],
        }
    ]


def test_bigcommerce_tells_the_pages_and_the_next_as_a_query(client: FlaskClient):
    pagination = get(client, BIGCOMMERCE, page=2, limit=8)["meta"]["pagination"]
    assert pagination == {
        "total": 20,
        "count": 8,
        "per_page": 8,
        "current_page": 2,
        "total_pages": 3,
        "links": {
            "current": "?page=2&limit=8",
            "previous": "?page=1&limit=8",
            "next": "?page=3&limit=8",
        },
    }


# commercetools


def test_commercetools_entry_and_its_place(client: FlaskClient):
    assert get(client, COMMERCETOOLS, limit=1, offset=6) == {
        "limit": 1,
        "offset": 6,
        "count": 1,
        "total": 20,
        "results": [
            {
                "id": "7@loc-1",
                "version": 1,
                "sku": "7",
                "supplyChannel": {"typeId": "channel", "id": "loc-1"},
                "quantityOnStock": 758,
                "availableQuantity": 758,
                "lastModifiedAt": "2025-01-01T00:00:07.000Z",
            }
        ],
    }


@pytest.mark.parametrize(
    ("where", "skus"),
    [
        ('sku="7"', ["7"]),
        ('sku in ("5", "99","2")', ["5", "2"]),
        (f'lastModifiedAt >= "{OF_18}"', ["18", "19", "20"]),
        (f'lastModifiedAt > "{OF_18}"', ["19", "20"]),
        (f'sku in ("1", "20") and lastModifiedAt > "{OF_18}"', ["20"]),
        ('sku="a and sku"', []),
    ],
)
def test_commercetools_understands_predicates(
    client: FlaskClient, where: str, skus: list[str]
):
    body = get(client, COMMERCETOOLS, where=where)
    assert [entry["sku"] for entry in body["results"]] == skus


def test_commercetools_refuses_other_predicates_and_far_offsets(client: FlaskClient):
    for query in ({"where": 'key = "1"'}, {"offset": 10001}, {"offset": -1}):
        assert client.get(COMMERCETOOLS, query_string=query).status_code == 400
    assert get(client, COMMERCETOOLS, offset=10000)["results"] == []


def test_commercetools_token_is_given_for_the_secret_only():
    client = create_app(api_key=KEY).test_client()
    form = {"grant_type": "client_credentials", "scope": "view_products:shop"}
    answer = client.post(TOKEN, data=form, headers={"Authorization": basic(KEY)})
    body = answer.get_json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 172_800)
    assert body["scope"] == "view_products:shop"
    for secret, data, status in [
        ("wrong", form, 401),
        (KEY, {}, 400),
        (KEY, {"grant_type": "password"}, 400),
    ]:
        headers = {"Authorization": basic(secret)}
        assert client.post(TOKEN, data=data, headers=headers).status_code == status
    assert client.post(TOKEN, data=form).status_code == 401


def test_commercetools_token_expires(clock: Clock):
    client = create_app(api_key=KEY, clock=clock).test_client()
    headers = oauth2(client, KEY)
    clock.advance(172_799)
    assert client.get(COMMERCETOOLS, headers=headers).status_code == 200
    clock.advance(1)
    assert client.get(COMMERCETOOLS, headers=headers).status_code == 401
    again = oauth2(client, KEY)
    assert client.get(COMMERCETOOLS, headers=again).status_code == 200


def test_commercetools_knows_no_token_that_another_server_gave():
    here, there = (create_app(api_key=KEY).test_client() for _ in range(2))
    assert here.get(COMMERCETOOLS, headers=oauth2(there, KEY)).status_code == 401
    bare = {"Authorization": f"Bearer {KEY}"}
    assert here.get(COMMERCETOOLS, headers=bare).status_code == 401


# eBay


def test_ebay_s_next_page_is_a_url_without_a_host(client: FlaskClient):
    body = get(client, EBAY, limit=8, offset=8)
    assert (body["total"], body["size"], body["limit"]) == (20, 8, 8)
    assert body["next"] == f"{EBAY}?offset=16&limit=8"
    assert body["prev"] == f"{EBAY}?offset=0&limit=8"
    assert "next" not in get(client, body["next"])


def test_ebay_s_item_by_its_sku(client: FlaskClient):
    item = get(client, f"{EBAY}/7")
    assert item["sku"] == "7"
    assert item["availability"] == {"shipToLocationAvailability": {"quantity": 758}}
    assert client.get(f"{EBAY}/99").status_code == 404


# Adobe Commerce


def search(client: FlaskClient, **criteria: str | int) -> Any:
    query = {f"searchCriteria[{name}]": value for name, value in criteria.items()}
    return get(client, ADOBE, **query)


def test_adobe_s_row_has_a_decimal_number_and_a_status(client: FlaskClient):
    client.put("/stock/1", json={"quantity": "0"})
    assert search(client, pageSize=2)["items"] == [
        {"sku": "1", "source_code": "loc-1", "quantity": Decimal(0), "status": 0},
        {"sku": "2", "source_code": "loc-1", "quantity": Decimal(573), "status": 1},
    ]


def test_adobe_repeats_the_last_page_past_the_end(client: FlaskClient):
    last = search(client, pageSize=8, currentPage=3)
    assert (len(last["items"]), last["total_count"]) == (4, 20)
    beyond = search(client, pageSize=8, currentPage=9)
    assert beyond["items"] == last["items"]


@pytest.mark.parametrize("group", ["filter_groups", "filterGroups"])
def test_adobe_filters_by_sku_and_source(group: str):
    client = create_app(locations=2).test_client()
    query = {}
    for number, (field, condition, value) in enumerate(
        [("sku", "in", "5,99,2"), ("source_code", "eq", "loc-2")]
    ):
        start = f"searchCriteria[{group}][{number}][filters][0]"
        query[f"{start}[field]"] = field
        query[f"{start}[value]"] = value
        query[f"{start}[condition_type]"] = condition
    items = get(client, ADOBE, **query)["items"]
    assert [(row["sku"], row["source_code"]) for row in items] == [
        ("5", "loc-2"),
        ("2", "loc-2"),
    ]


def test_adobe_refuses_what_it_can_not_search(client: FlaskClient):
    start = "searchCriteria[filter_groups][0][filters][0]"
    for query in (
        {f"{start}[field]": "status", f"{start}[value]": "1"},
        {f"{start}[field]": "sku", f"{start}[condition_type]": "like"},
    ):
        assert client.get(ADOBE, query_string=query).status_code == 400
