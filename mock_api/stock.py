"""What the shapes answer from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar, cast

from flask import request

from mock_api import rows
from mock_api.rows import Part, Sliceable
from mock_api.store import Item, Store, UnknownProduct

STOCK = "mock_api.stock"  # where it is in the environment of a request

T = TypeVar("T")


class Stock:
    """The store as it is; a scenario puts another one before it."""

    token_seconds = 172_800  # how long an OAuth2 token is good for

    def __init__(self, store: Store) -> None:
        """Answer from ``store``."""
        self.store = store

    def get(self, product_id: str) -> Item:
        """Return one product.

        :raise UnknownProduct: when no product has this id
        """
        return self.store.get(product_id)

    def items(
        self,
        updated_since: datetime | None = None,
        product_ids: Iterable[str] | None = None,
    ) -> Sequence[Item]:
        """Return all products, or those of a time and of some ids; unknown ones not."""
        if product_ids is None:
            return self.store.items(updated_since)
        return [
            item
            for item in self._known(product_ids)
            if updated_since is None or item.updated_at >= updated_since
        ]

    def kept(
        self,
        updated_since: datetime | None = None,
        product_ids: Iterable[str] | None = None,
    ) -> Sequence[Item]:
        """Return those of the products of which the API keeps a stock of its own.

        For APIs that have no row for the others: for parents of variants, and for what
        is not tracked.
        """
        items = self.variants(updated_since, product_ids)
        return [item for item in items if item.quantity is not None]

    def variants(
        self,
        updated_since: datetime | None = None,
        product_ids: Iterable[str] | None = None,
    ) -> Sequence[Item]:
        """Return the products without those that are only parents of variants."""
        items = self.items(updated_since, product_ids)
        return [item for item in items if not self.store.is_parent(item.product_id)]

    def cut(self, rows_: Sliceable[T], start: int, size: int) -> Part[T]:
        """Return a part of the rows of a list."""
        return rows.cut(rows_, start, size)

    def link(self, url: str) -> str:
        """Return the address of another page, as the answer tells it."""
        return url

    def _known(self, product_ids: Iterable[str]) -> Iterable[Item]:
        for product_id in dict.fromkeys(product_ids):
            try:
                yield self.get(product_id)
            except UnknownProduct:
                continue


def current_stock() -> Stock:
    """Return what this request is answered from."""
    return cast(Stock, request.environ[STOCK])
