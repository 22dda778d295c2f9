import json
from urllib.parse import unquote

import pytest
import requests
from asking import level_of
from hypothesis import given
from hypothesis import strategies as st
from local_server import answer, item

from odoo.addons.base_sync_api.client import ClientError
from odoo.addons.stock_sync_api.client import StockApi, StockApiSettings

IDS = {
    "a/b": "a%2Fb",
    "a b": "a%20b",
    " ": "%20",
    "a%2Fb": "a%252Fb",
    "100%": "100%25",
    "%2e%2e": "%252e%252e",
    "a/../b": "a%2F..%2Fb",
    "../admin": "..%2Fadmin",
    "...": "...",
    ".a": ".a",
    "é": "%C3%A9",
    "商品-１": "%E5%95%86%E5%93%81-%EF%BC%91",
    "🙂": "%F0%9F%99%82",
    "?a=1&b=2#c": "%3Fa%3D1%26b%3D2%23c",
    "a\\b": "a%5Cb",
    "a;b,c:d@e": "a%3Bb%2Cc%3Ad%40e",
    "{external_id}": "%7Bexternal_id%7D",
    "+": "%2B",
    "~-_": "~-_",
    "'\"<>": "%27%22%3C%3E",
}


@pytest.mark.parametrize("external_id", IDS)
def test_any_text_goes_through_the_path_as_one_piece(serve, connect, external_id):
    server = serve(item(external_id))
    assert level_of(connect(server), external_id).external_id == external_id
    # urllib3 and requests normalise paths; neither may make it another product's.
    assert server.paths == [f"/stock/{IDS[external_id]}"]


def test_the_item_path_may_hold_the_id_anywhere(serve, connect):
    server = serve(item("a/b&c"))
    path = "/v1/item?sku={external_id}&x=1"
    level_of(connect(server, settings={"item_path": path}), "a/b&c")
    assert server.paths == ["/v1/item?sku=a%2Fb%26c&x=1"]


@pytest.mark.parametrize(
    "external_id", ["", ".", "..", "\x00", "a\x00b", "a\nb", "\x7f", "\ud800"]
)
def test_an_id_that_no_path_can_carry_is_not_found_without_asking(
    serve, connect, external_id
):
    server = serve(item())
    api = connect(server)
    with pytest.raises(ClientError) as caught:
        level_of(api, external_id)
    assert caught.value.code == "product_not_found"
    assert api.calls == server.connections == 0


@given(st.text())
def test_an_id_never_reaches_beyond_its_place_in_the_path(external_id):
    api = StockApi(StockApiSettings("http://127.0.0.1/v1"))
    try:
        url = api._items.request(external_id).url
    except ClientError as error:
        assert error.code == "product_not_found"
        return
    prepared = api._transport._session.prepare_request(requests.Request("GET", url))
    root = "http://127.0.0.1/v1/stock/"
    assert prepared.url.startswith(root)
    last = prepared.url[len(root) :]
    assert not set("/?#\\") & set(last)
    assert unquote(last) == external_id


def test_ids_that_differ_in_unicode_form_are_different(serve, connect):
    body = json.dumps({"product_id": "e\u0301", "quantity": 1}).encode()
    [(_id, error)] = connect(serve(answer(body))).get_levels(["\u00e9"])
    assert error.code == "product_mismatch"
