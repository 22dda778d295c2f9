"""The page for people."""

import json
import re
import shutil
import subprocess
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from mock_server import TIMEOUT, Serve

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.store import Item, Store

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">{{ 7*7 }}"


def products(client: FlaskClient, **query: str | int) -> dict[str, object]:
    answer = client.get("/page/products", query_string=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.get_json()
    return body


def test_the_page_is_html_and_everything_it_uses_comes_from_here(client: FlaskClient):
    page = client.get("/")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    used = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert "/static/page.js" in used
    for address in used:
        if address != "data:,":
            assert client.get(address).status_code == 200, address


def test_the_browser_is_told_to_run_no_script_but_the_page_s_own(client: FlaskClient):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_every_field_has_a_label_and_changes_are_announced(client: FlaskClient):
    page = client.get("/").text
    for field in re.findall(r'<input id="([^"]+)"', page):
        assert f'<label for="{field}">' in page
    assert 'role="status"' in page
    assert 'role="alert"' in page


def test_the_page_never_builds_html_from_text(client: FlaskClient):
    script = client.get("/static/page.js").text
    for risk in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
        assert risk not in script


def test_the_products_come_50_at_a_time_with_their_names():
    client = create_app(Store(catalogue(120))).test_client()
    body = products(client, page=3)
    assert (body["page"], body["pages"], body["total"]) == (3, 3, 120)
    assert isinstance(body["items"], list)
    assert len(body["items"]) == 20
    assert body["items"][0] == {
        "product_id": "101",
        "name": "Cotton bowl 101",
        "quantity": "236",
        "updated_at": "2025-01-01T00:01:41Z",
    }


def test_the_search_looks_into_names_and_ids_whatever_the_case():
    now = datetime.now(timezone.utc)
    names = {"A-1": "Große Lampe", "B-2": "Tisch", "C-3": "Étagère"}
    items = [Item(i, name, Decimal(1), now) for i, name in names.items()]
    client = create_app(Store(items)).test_client()
    for text, total in [("GROSSE", 1), ("b-2", 1), (" é", 1), ("", 3), ("nothing", 0)]:
        assert products(client, search=text)["total"] == total


def test_a_bad_page_number_is_400(client: FlaskClient):
    assert client.get("/page/products?page=0").status_code == 400


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
def test_hostile_names_and_ids_are_only_text_in_a_browser(serve: Serve, tmp_path: Path):
    path = tmp_path / "stock.json"
    row = {"product_id": HOSTILE, "name": HOSTILE, "quantity": "12.5"}
    path.write_text(json.dumps([row]))
    page = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={tmp_path / 'browser'}",
            "--virtual-time-budget=3000",
            "--dump-dom",
            serve("--file", str(path)).url,
        ],
        capture_output=True,
        text=True,
        timeout=3 * TIMEOUT,
        check=True,
    ).stdout
    assert "<title>Mock stock API</title>" in page
    assert "1 product<" in page
    assert "&lt;/script&gt;&lt;img src=x" in page
    assert "{{ 7*7 }}" in page
    assert "<img" not in page
