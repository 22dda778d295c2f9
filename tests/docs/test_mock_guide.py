"""docs/mock-api.md: each preset and each scenario in it, tried on the mock API."""

import re
from collections import Counter

import pytest
from api_backend import Backend, presets
from guides import MOCK, plain, table

from odoo.addons.base_sync_api.client import ClientError

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.server import Server
from mock_api.stock_file import StockFile
from mock_api.store import Store

ADDRESS = "http://127.0.0.1:5000"
BASE_URLS = table(MOCK, "preset")
FAILURES = [
    (plain(scenario), plain(code))
    for scenario, _what, code in table(MOCK, "scenario")
    if plain(code) != "catalogue_lost"  # which is for Odoo to find out
]


def test_every_preset_has_an_address():
    assert [row[0] for row in BASE_URLS] == list(presets())


@pytest.mark.parametrize("row", BASE_URLS, ids=lambda row: row[0].partition(":")[0])
def test_a_preset_reads_the_stock_of_the_mock(row):
    name, address, also = row
    values = dict(presets()[name])
    parameters = values.pop("parameter_ids", [])
    with Server(create_app()) as server:
        if values.get("auth_type") == "oauth2":
            [token_url] = re.findall(r"`(http\S+)`", also)
            values["oauth_token_url"] = token_url.replace(ADDRESS, server.url)
        base_url = plain(address).replace(ADDRESS, server.url)
        levels = Backend(parameters, base_url=base_url, **values).levels()
    read: Counter[str] = Counter()
    for level in levels:
        read[level.external_id] += level.quantity
    assert read == {item.product_id: item.quantity for item in catalogue(20)}


def test_variants_of_a_file_are_shown_as_the_guide_says(tmp_path):
    [text] = re.findall(r"```json\n(\[.*?\])\n```", MOCK.read_text(), re.DOTALL)
    path = tmp_path / "stock.json"
    path.write_text(text)
    client = create_app(Store(StockFile(path).load())).test_client()
    shop = "/woocommerce/wp-json/wc/v3/products"
    assert [row["id"] for row in client.get(shop).json] == [20, 30]
    assert client.get(f"{shop}/21").json["stock_quantity"] == 7
    assert client.get(f"{shop}/22").json["stock_quantity"] == 20
    levels = client.get("/shopify/admin/api/2026-10/inventory_levels.json").json
    assert {
        level["inventory_item_id"]: level["available"]
        for level in levels["inventory_levels"]
    } == {21: 7, 22: None, 30: None}


@pytest.mark.parametrize(("scenario", "code"), FAILURES)
def test_a_scenario_comes_to_what_the_guide_says(scenario, code):
    with Server(create_app(scenario=scenario)) as server:
        with pytest.raises(ClientError) as caught:
            Backend(base_url=server.url, list_path="/stock", max_attempts=1).levels()
    assert caught.value.code == code


def test_an_empty_catalogue_is_an_answer_like_any_other():
    with Server(create_app(scenario="empty-catalogue")) as server:
        assert Backend(base_url=server.url, list_path="/stock").levels() == []
