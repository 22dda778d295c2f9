"""How a client reads all rows through each shape, page after page."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient

SHOPIFY = "/shopify/admin/api/2026-10/inventory_levels.json"
AMAZON = "/amazon/fba/inventory/v1/summaries"
WOOCOMMERCE = "/woocommerce/wp-json/wc/v3/products"
SQUARE = "/square/v2/inventory/counts/batch-retrieve"
BIGCOMMERCE = "/bigcommerce/v3/inventory/items"
COMMERCETOOLS = "/commercetools/shop/inventory"
TOKEN = "/commercetools/oauth/token"
EBAY = "/ebay/sell/inventory/v1/inventory_item"
ADOBE = "/adobe/rest/V1/inventory/source-items"

Row = tuple[object, Any]  # id and quantity, as they were sent
Headers = dict[str, str]


def exact(answer: Any) -> Any:
    """The JSON of an answer, its numbers as decimals."""
    assert answer.status_code == 200, answer.text
    return json.loads(answer.data, parse_float=Decimal, parse_int=Decimal)


def basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"anybody:{secret}".encode()).decode()


def links(answer: Any) -> dict[str, str]:
    """The addresses of the header ``Link``, by relation, without their host."""
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("Link", ""))
    return {
        relation: urlsplit(url)._replace(scheme="", netloc="").geturl()
        for url, relation in found
    }


def globalshop(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    page, pages = 1, 1
    while page <= pages:
        body = exact(client.get(f"/stock?per_page=7&page={page}", headers=headers))
        yield from ((i["product_id"], i["quantity"]) for i in body["items"])
        page, pages = page + 1, body["pages"]


def shopify(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    address: str | None = f"{SHOPIFY}?limit=7"
    while address:
        answer = client.get(address, headers=headers)
        for level in exact(answer)["inventory_levels"]:
            yield level["inventory_item_id"], level["available"]
        address = links(answer).get("next")


def amazon(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    query = {"details": "true"}
    while True:
        body = exact(client.get(AMAZON, headers=headers, query_string=query))
        for row in body["payload"]["inventorySummaries"]:
            assert (
                row["inventoryDetails"]["fulfillableQuantity"] == row["totalQuantity"]
            )
            yield row["sellerSku"], row["totalQuantity"]
        if "pagination" not in body:
            return
        query["nextToken"] = body["pagination"]["nextToken"]


def woocommerce(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    page, pages = 1, 1
    while page <= pages:
        address = f"{WOOCOMMERCE}?per_page=7&page={page}"
        answer = client.get(address, headers=headers)
        yield from ((row["id"], row["stock_quantity"]) for row in exact(answer))
        page, pages = page + 1, int(answer.headers["X-WP-TotalPages"])


def square(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    query: dict[str, object] = {"limit": 7}
    while True:
        body = exact(client.post(SQUARE, headers=headers, json=query))
        for count in body.get("counts", []):
            if count["state"] == "IN_STOCK":
                yield count["catalog_object_id"], count["quantity"]
        if "cursor" not in body:
            return
        query["cursor"] = body["cursor"]


def bigcommerce(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    query = "?limit=7"
    while query:
        body = exact(client.get(BIGCOMMERCE + query, headers=headers))
        for item in body["data"]:
            for location in item["locations"]:
                yield item["identity"]["sku"], location["total_inventory_onhand"]
        query = body["meta"]["pagination"]["links"].get("next", "")


def commercetools(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    offset, total = 0, 1
    while offset < total:
        address = f"{COMMERCETOOLS}?limit=7&offset={offset}"
        body = exact(client.get(address, headers=headers))
        for entry in body["results"]:
            assert entry["availableQuantity"] == entry["quantityOnStock"]
            yield entry["sku"], entry["quantityOnStock"]
        offset, total = offset + 7, int(body["total"])


def ebay(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    address: str | None = f"{EBAY}?limit=7"
    while address:
        body = exact(client.get(address, headers=headers))
        for item in body["inventoryItems"]:
            level = item.get("availability", {}).get("shipToLocationAvailability", {})
            yield item["sku"], level.get("quantity")
        address = body.get("next")


def adobe(client: FlaskClient, headers: Headers) -> Iterator[Row]:
    page, total = 1, 1
    while (page - 1) * 7 < total:
        query = {"searchCriteria[pageSize]": 7, "searchCriteria[currentPage]": page}
        body = exact(client.get(ADOBE, headers=headers, query_string=query))
        yield from ((row["sku"], row["quantity"]) for row in body["items"])
        page, total = page + 1, int(body["total_count"])


def oauth2(client: FlaskClient, secret: str) -> Headers:
    answer = client.post(
        TOKEN,
        data={"grant_type": "client_credentials"},
        headers={"Authorization": basic(secret)},
    )
    token = answer.get_json().get("access_token", "none")
    return {"Authorization": f"Bearer {token}"}


Reader = Callable[[FlaskClient, Headers], Iterator[Row]]
READERS: dict[str, Reader] = {
    reader.__name__: reader
    for reader in (
        globalshop,
        shopify,
        amazon,
        woocommerce,
        square,
        bigcommerce,
        commercetools,
        ebay,
        adobe,
    )
}
#: how each shape is shown the key
CREDENTIALS: dict[str, Callable[[FlaskClient, str], Headers]] = {
    "globalshop": lambda client, key: {"X-API-Key": key},
    "shopify": lambda client, key: {"X-Shopify-Access-Token": key},
    "amazon": lambda client, key: {"x-amz-access-token": key},
    "woocommerce": lambda client, key: {"Authorization": basic(key)},
    "square": lambda client, key: {"Authorization": f"Bearer {key}"},
    "bigcommerce": lambda client, key: {"X-Auth-Token": key},
    "commercetools": oauth2,
    "ebay": lambda client, key: {"Authorization": f"Bearer {key}"},
    "adobe": lambda client, key: {"Authorization": f"Bearer {key}"},
}
#: an address of each shape that needs the key
ADDRESSES = {
    "globalshop": "/stock",
    "shopify": SHOPIFY,
    "amazon": AMAZON,
    "woocommerce": WOOCOMMERCE,
    "square": "/square/v2/inventory/1",
    "bigcommerce": BIGCOMMERCE,
    "commercetools": COMMERCETOOLS,
    "ebay": EBAY,
    "adobe": ADOBE,
}
