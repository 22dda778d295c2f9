"""The same stock, whichever API's shape it is read through."""

from collections import defaultdict
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from shape_readers import (
    ADDRESSES,
    ADOBE,
    CREDENTIALS,
    EBAY,
    READERS,
    SHOPIFY,
    WOOCOMMERCE,
    exact,
)

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.rows import levels_of
from mock_api.shapes import ALL
from mock_api.store import Item, Store

KEY = "secret-key"
NOW = datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=timezone.utc)
QUANTITIES = ("0", "50", "12.50", "-7", "1", "99999999999.999999", "0.000001")
HAVE_LOCATIONS = {"shopify", "square", "bigcommerce", "commercetools", "adobe"}
#: what is told of a product whose stock is not tracked; nothing where it has no row
UNTRACKED: dict[str, set[Decimal | None]] = {
    **dict.fromkeys(("globalshop", "shopify", "woocommerce", "ebay"), {None}),
    **dict.fromkeys(("amazon", "square", "bigcommerce", "commercetools"), set()),
    "adobe": {Decimal(0)},
}
BEARERS = {"square", "ebay", "adobe"}
#: shapes that take what another one is shown; the others only their own
SAME_WAY = dict.fromkeys(BEARERS, BEARERS) | {"globalshop": BEARERS | {"globalshop"}}

every_shape = pytest.mark.parametrize("shape", READERS)


def uneven_store() -> Store:
    """Products whose quantities are easily spoilt, with ids of both kinds."""
    items = [
        Item(product_id, f"Lamp {product_id}", Decimal(quantity), NOW)
        for kind in ("{}", "A-{}", "00{}")
        for number, quantity in enumerate(QUANTITIES, start=1)
        for product_id in [kind.format(number)]
    ]
    return Store(items)


def read(shape: str, client: FlaskClient, key: str = "") -> dict[str, list[Decimal]]:
    headers = CREDENTIALS[shape](client, key) if key else {}
    rows: dict[str, list[Decimal]] = defaultdict(list)
    for product_id, quantity in READERS[shape](client, headers):
        rows[str(product_id)].append(Decimal(quantity))
    return rows


def test_there_is_a_reader_and_a_credential_for_every_shape():
    assert set(READERS) == set(CREDENTIALS) == {shape.name for shape in ALL}


@every_shape
def test_all_pages_together_are_the_store_to_the_last_digit(shape: str):
    store = uneven_store()
    rows = read(shape, create_app(store).test_client())
    assert rows == {item.product_id: [item.quantity] for item in store.items()}


@every_shape
def test_with_three_locations_each_product_is_still_the_same_in_all(shape: str):
    store = uneven_store()
    rows = read(shape, create_app(store, locations=3).test_client())
    assert {key: sum(found) for key, found in rows.items()} == {
        item.product_id: item.quantity for item in store.items()
    }
    assert {len(found) for found in rows.values()} == {
        3 if shape in HAVE_LOCATIONS else 1
    }


@every_shape
def test_a_catalogue_of_several_pages_comes_once_and_in_order(shape: str):
    rows = list(READERS[shape](create_app(Store(catalogue(95))).test_client(), {}))
    assert [str(product_id) for product_id, _ in rows] == [str(n) for n in range(1, 96)]


@every_shape
def test_no_products_are_no_rows_and_no_error(shape: str):
    assert read(shape, create_app(Store([])).test_client()) == {}


@every_shape
def test_a_product_without_stock_keeping_is_shown_as_its_api_does(shape: str):
    store = Store([Item("1", "Advice", None, NOW)])
    client = create_app(store, locations=2).test_client()
    quantities = {quantity for _, quantity in READERS[shape](client, {})}
    assert quantities == UNTRACKED[shape]


def test_adobe_s_zero_of_what_it_does_not_manage_is_in_stock():
    client = create_app(Store([Item("1", "Advice", None, NOW)])).test_client()
    [row] = exact(client.get(ADOBE))["items"]
    assert (row["quantity"], row["status"]) == (0, 1)


def store_with_variants() -> Store:
    """A shirt whose sizes have a stock of their own, share one, or have none."""
    return Store(
        [
            Item("10", "Lamp", Decimal(3), NOW),
            Item("20", "Shirt", Decimal(20), NOW),
            Item("21", "Shirt S", Decimal(7), NOW, parent_id="20"),
            Item("22", "Shirt M", None, NOW, parent_id="20"),
            Item("30", "Cap", None, NOW),
            Item("31", "Cap S", None, NOW, parent_id="30"),
        ]
    )


@pytest.mark.parametrize(
    "shape", sorted(READERS.keys() - {"globalshop", "woocommerce"})
)
def test_a_parent_of_variants_has_no_stock_of_its_own(shape: str):
    rows = list(READERS[shape](create_app(store_with_variants()).test_client(), {}))
    shown = {str(product_id): quantity for product_id, quantity in rows}
    assert {"20", "30"} & shown.keys() == set()
    assert [Decimal(shown[key]) for key in ("10", "21")] == [3, 7]
    assert {shown.get("22"), shown.get("31")} == (UNTRACKED[shape] or {None})


def test_woocommerce_leaves_variations_out_of_its_list():
    client = create_app(store_with_variants()).test_client()
    rows = exact(client.get(WOOCOMMERCE))
    assert [
        (row["id"], row["type"], row["manage_stock"], row["stock_quantity"])
        for row in rows
    ] == [
        (10, "simple", True, 3),
        (20, "variable", True, 20),
        (30, "variable", False, None),
    ]
    assert [row["variations"] for row in rows] == [[], [21, 22], [31]]
    included = exact(client.get(f"{WOOCOMMERCE}?include=21,10"))
    assert [row["id"] for row in included] == [10]
    by_sku = exact(client.get(f"{WOOCOMMERCE}?sku=21,10"))
    assert [row["id"] for row in by_sku] == [21, 10]


def test_woocommerce_s_variation_manages_its_stock_or_shares_it_or_has_none():
    client = create_app(store_with_variants()).test_client()
    for path in ("{}", "20/variations/{}"):
        own, shared = (
            exact(client.get(f"{WOOCOMMERCE}/{path.format(i)}")) for i in (21, 22)
        )
        assert (own["manage_stock"], own["stock_quantity"]) == (True, 7)
        assert (shared["manage_stock"], shared["stock_quantity"]) == ("parent", 20)
        assert (shared["type"], shared["parent_id"]) == ("variation", 20)
    unmanaged = exact(client.get(f"{WOOCOMMERCE}/31"))
    assert (unmanaged["manage_stock"], unmanaged["stock_quantity"]) == (False, None)
    assert client.get(f"{WOOCOMMERCE}/30/variations/21").status_code == 404
    rows = exact(client.get(f"{WOOCOMMERCE}/20/variations?per_page=1&page=2"))
    assert [row["id"] for row in rows] == [22]


def test_woocommerce_s_time_of_change_does_not_move_with_the_stock(client: FlaskClient):
    before = exact(client.get(f"{WOOCOMMERCE}/7"))
    client.put("/stock/7", json={"quantity": "1"})
    after = exact(client.get(f"{WOOCOMMERCE}/7"))
    assert after["stock_quantity"] == 1
    assert after["date_modified_gmt"] == before["date_modified_gmt"]


@every_shape
def test_a_change_is_seen_through_every_shape(shape: str, client: FlaskClient):
    assert client.put("/stock/3", json={"quantity": "4.25"}).status_code == 200
    assert read(shape, client)["3"] == [Decimal("4.25")]


@every_shape
def test_with_a_key_each_shape_lets_in_who_shows_it_in_its_own_way(shape: str):
    client = create_app(api_key=KEY).test_client()
    assert len(read(shape, client, KEY)) == 20


@pytest.mark.parametrize(
    ("shape", "other"),
    [
        (shape, other)
        for shape in CREDENTIALS
        for other in CREDENTIALS
        if other not in SAME_WAY.get(shape, {shape})
    ],
)
def test_with_a_key_every_other_way_to_show_it_is_401(shape: str, other: str):
    client = create_app(api_key=KEY).test_client()
    answer = client.get(ADDRESSES[shape], headers=CREDENTIALS[other](client, KEY))
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


@every_shape
def test_with_a_wrong_key_no_shape_tells_anything(shape: str):
    client = create_app(api_key=KEY).test_client()
    answer = client.get(ADDRESSES[shape], headers=CREDENTIALS[shape](client, "wrong"))
    assert answer.status_code == 401
    assert list(answer.get_json()) == ["error"]


@pytest.mark.parametrize(
    ("quantity", "split"),
    [
        ("50", ["18", "16", "16"]),
        ("2", ["2", "0", "0"]),
        ("12.50", ["4.50", "4", "4"]),
        ("-7", ["-3", "-2", "-2"]),
        ("0", ["0", "0", "0"]),
    ],
)
def test_a_quantity_is_split_evenly_and_the_rest_is_at_the_first_location(
    quantity: str, split: list[str]
):
    item = Item("1", "", Decimal(quantity), NOW)
    assert [level.quantity for level in levels_of(item, 3)] == [
        Decimal(part) for part in split
    ]


def test_numbers_are_written_with_the_digits_that_were_put(client: FlaskClient):
    client.put("/stock/1", json={"quantity": "12.50"})
    assert b'"available":12.50,' in client.get(f"{SHOPIFY}?limit=1").data
    assert b'"quantity":12.50' in client.get(f"{EBAY}/1").data
    client.put("/stock/1", json={"quantity": "100"})
    assert b'"quantity":100.0,' in client.get(ADOBE).data


def test_an_id_that_is_no_number_stays_a_text_where_others_are_numbers():
    client = create_app(uneven_store()).test_client()
    levels = exact(client.get(f"{SHOPIFY}?limit=250"))["inventory_levels"]
    ids = [level["inventory_item_id"] for level in levels]
    assert ids[:2] + ids[7:9] + ids[14:16] == [1, 2, "A-1", "A-2", "001", "002"]
