"""The JSON file that products are read from and changes are kept in."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from mock_api.quantity import parse_quantity
from mock_api.store import Item, utc_now
from mock_api.strict_json import JsonNumber, parse_json

KEYS = {"product_id", "name", "quantity"}
OPTIONAL = {"parent_id"}


class BadStockFile(ValueError):
    """The file can't be read or is not of the documented form."""


class StockFile:
    """A list of ``{"product_id", "name", "quantity"}`` on disk.

    A variant also has a ``parent_id``: the id of another product of the list.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).resolve()

    def load(self) -> list[Item]:
        """Return the products of the file, all of them dated now.

        :raise BadStockFile: with a sentence for people
        """
        try:
            rows = parse_json(self._path.read_bytes())
            if not isinstance(rows, list):
                raise ValueError("must hold a list of products")
            return _items(rows)
        except OSError as error:
            raise BadStockFile(f"{self._path}: {error.strerror}") from None
        except ValueError as error:
            raise BadStockFile(f"{self._path}: {error}") from None

    def save(self, items: Iterable[Item]) -> None:
        """Replace the file by ``items``, completely or not at all.

        :raise OSError: when it can't be written; the old file is still there
        """
        rows = ",\n".join(json.dumps(_row(item), ensure_ascii=False) for item in items)
        descriptor, temporary = tempfile.mkstemp(
            dir=self._path.parent, prefix=f".{self._path.name}."
        )
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(f"[\n{rows}\n]\n")
                file.flush()
                os.fsync(file.fileno())
            if self._path.exists():
                shutil.copymode(self._path, temporary)
            os.replace(temporary, self._path)
        except BaseException:
            os.unlink(temporary)
            raise


def _row(item: Item) -> dict[str, str | None]:
    row = {
        "product_id": item.product_id,
        "name": item.name,
        "quantity": item.quantity_text,
    }
    if item.parent_id is not None:
        row["parent_id"] = item.parent_id
    return row


def _items(rows: list[object]) -> list[Item]:
    loaded_at = utc_now()
    items: list[Item] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        try:
            item = _item(row, loaded_at)
            if item.product_id in seen:
                raise ValueError(f'product_id "{item.product_id}" is there twice')
        except ValueError as error:
            raise ValueError(f"product {number} of the list: {error}") from None
        seen.add(item.product_id)
        items.append(item)
    for item in items:
        if item.parent_id is not None and item.parent_id not in seen:
            raise ValueError(f'parent_id "{item.parent_id}" is no product of the list')
    return items


def _item(row: object, loaded_at: datetime) -> Item:
    if not isinstance(row, dict) or set(row) - OPTIONAL != KEYS:
        raise ValueError(
            f"must have the keys {', '.join(sorted(KEYS))}, perhaps parent_id,"
            " and no other"
        )
    product_id = _text(row, "product_id")
    if product_id in ("", ".", ".."):
        raise ValueError(f'product_id "{product_id}" can have no address')
    written = row["quantity"]
    quantity = None if written is None else parse_quantity(written)
    parent_id = _text(row, "parent_id") if "parent_id" in row else None
    return Item(
        product_id, _text(row, "name"), quantity, loaded_at, parent_id=parent_id
    )


def _text(row: dict[str, object], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or isinstance(value, JsonNumber):
        raise ValueError(f"{key} must be a text, in quotes")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{key} holds half a character") from None
    return value
