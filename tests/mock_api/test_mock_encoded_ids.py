"""Ids with any character, through a real server (it decodes the path itself)."""

import json
from pathlib import Path
from urllib.parse import quote

from mock_server import Serve

IDS = [
    "plain",
    "with space",
    "a/b",
    "/slashes//everywhere/",
    "50%",
    "%2F",
    "a?b=c&d#e;f",
    "a+b",
    "é漢字😀",
    "../up",
    "./here",
    "back\\slash",
    "\"quotes'",
    "<script>",
    "line\nbreak\ttab",
    " ",
    "\x00",
    "stock",
]


def test_every_id_is_read_and_changed_at_its_own_address(serve: Serve, tmp_path: Path):
    path = tmp_path / "stock.json"
    rows = [{"product_id": i, "name": i, "quantity": "1"} for i in IDS]
    path.write_text(json.dumps(rows))
    server = serve("--file", str(path))
    for number, product_id in enumerate(IDS):
        address = "/stock/" + quote(product_id, safe="")
        expected = {"product_id": product_id, "quantity": "1"}
        answer = server.request("GET", address)
        assert (answer.status, answer.json) == (200, expected)
        expected["quantity"] = str(number)
        answer = server.request("PUT", address, {"quantity": str(number)})
        assert (answer.status, answer.json) == (200, expected)
    listed = server.request("GET", "/stock").json["items"]
    assert [(i["product_id"], i["quantity"]) for i in listed] == [
        (product_id, str(number)) for number, product_id in enumerate(IDS)
    ]


def test_a_slash_in_an_id_may_also_stand_as_it_is(serve: Serve, tmp_path: Path):
    path = tmp_path / "stock.json"
    path.write_text('[{"product_id": "a/b", "name": "", "quantity": "1"}]')
    server = serve("--file", str(path))
    assert server.request("GET", "/stock/a/b").status == 200


def test_bytes_that_are_no_text_are_an_unknown_product(serve: Serve):
    assert serve().request("GET", "/stock/%FF%FE").status == 404
