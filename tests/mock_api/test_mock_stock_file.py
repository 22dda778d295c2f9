"""The file that products come from and changes go to."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mock_api import create_app
from mock_api.stock_file import BadStockFile, StockFile
from mock_api.store import Store

ROWS = [
    {"product_id": "A/1", "name": "Lampe d'été", "quantity": "12.50"},
    {"product_id": "2", "name": "", "quantity": "-1"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "stock.json"
    path.write_text(json.dumps(ROWS), encoding="utf-8")
    return path


def store(path: Path) -> Store:
    file = StockFile(path)
    return Store(file.load(), save=file.save)


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_change_is_in_the_file_and_there_after_a_restart(path: Path):
    client = create_app(store(path)).test_client()
    client.put("/stock/A/1", json={"quantity": "7.0"})
    assert content(path) == [ROWS[0] | {"quantity": "7.0"}, ROWS[1]]
    again = create_app(store(path)).test_client()
    assert again.get("/stock/A/1").json == {"product_id": "A/1", "quantity": "7.0"}


def test_starting_does_not_touch_the_file(path: Path):
    before = path.read_bytes(), path.stat().st_mtime_ns
    store(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_quantity_may_be_a_number_and_keeps_its_digits(path: Path):
    path.write_text('[{"product_id": "1", "name": "", "quantity": 12.50}]')
    assert store(path).get("1").quantity_text == "12.50"


def test_a_variant_keeps_its_parent(path: Path):
    shirt = {"product_id": "S", "name": "Shirt", "quantity": "20"}
    small = {"product_id": "S-1", "name": "", "quantity": None, "parent_id": "S"}
    path.write_text(json.dumps([shirt, small]))
    client = create_app(store(path)).test_client()
    client.put("/stock/S", json={"quantity": "19"})
    assert content(path) == [shirt | {"quantity": "19"}, small]


def test_null_is_no_quantity_and_stays_null(path: Path):
    path.write_text(
        '[{"product_id": "1", "name": "", "quantity": null},'
        ' {"product_id": "2", "name": "", "quantity": "1"}]'
    )
    client = create_app(store(path)).test_client()
    client.put("/stock/2", json={"quantity": "7"})
    assert content(path)[0]["quantity"] is None
    assert client.get("/stock/1").json == {"product_id": "1", "quantity": None}
    assert client.get("/stock").get_json()["items"][0]["quantity"] is None


def test_after_a_restart_no_change_is_older_than_one_seen_before(path: Path):
    first = store(path)
    seen = first.set_quantity("2", first.get("2").quantity).updated_at
    assert len(store(path).items(seen)) == 2


def test_saving_leaves_no_other_file_and_keeps_the_mode(path: Path):
    path.chmod(0o640)
    kept = store(path)
    kept.set_quantity("2", kept.get("2").quantity)
    assert os.listdir(path.parent) == ["stock.json"]
    assert path.stat().st_mode & 0o777 == 0o640


def test_saving_through_a_link_changes_the_file_it_points_to(path: Path):
    link = path.with_name("link.json")
    link.symlink_to(path)
    client = create_app(store(link)).test_client()
    client.put("/stock/2", json={"quantity": "9"})
    assert link.is_symlink()
    assert content(path)[1]["quantity"] == "9"


def test_a_failed_save_leaves_the_old_file_and_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(source: str, target: str) -> None:
        raise OSError(5, "Input/output error")

    client = create_app(store(path)).test_client()
    monkeypatch.setattr(os, "replace", fail)
    assert client.put("/stock/2", json={"quantity": "9"}).status_code == 500
    assert client.get("/stock/2").get_json()["quantity"] == "-1"
    assert content(path) == ROWS
    assert os.listdir(path.parent) == ["stock.json"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{}", "must hold a list"),
        ("[1]", "product 1 of the list: must have the keys"),
        ('[{"product_id": "1", "quantity": "1"}]', "must have the keys"),
        (
            '[{"product_id": "1", "name": "", "quantity": "1", "x": 1}]',
            "must have the keys name, product_id, quantity, perhaps parent_id,",
        ),
        ('[{"product_id": 1, "name": "", "quantity": "1"}]', "product_id must be"),
        ('[{"product_id": "1", "name": null, "quantity": "1"}]', "name must be a text"),
        ('[{"product_id": "1", "name": "", "quantity": "1,0"}]', "quantity must be"),
        ('[{"product_id": "1", "name": "", "quantity": NaN}]', "NaN is no JSON number"),
        ('[{"product_id": "", "name": "", "quantity": "1"}]', "can have no address"),
        ('[{"product_id": "..", "name": "", "quantity": "1"}]', "can have no address"),
        (
            '[{"product_id": "\\ud800", "name": "", "quantity": "1"}]',
            "product_id holds half a character",
        ),
        (
            '[{"product_id": "1", "name": "", "quantity": "1"},'
            ' {"product_id": "1", "name": "", "quantity": "1"}]',
            'product 2 of the list: product_id "1" is there twice',
        ),
        (
            '[{"product_id": "1", "name": "", "quantity": "1", "parent_id": "9"}]',
            'parent_id "9" is no product of the list',
        ),
        ("[" * 100_000, "too deeply nested"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_reason(
    path: Path, text: str, reason: str
):
    path.write_text(text)
    with pytest.raises(BadStockFile) as refusal:
        StockFile(path).load()
    assert str(refusal.value).startswith(f"{path}: ")
    assert reason in str(refusal.value)
