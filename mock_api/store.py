"""The products and their quantities, for many threads at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from threading import Lock


class UnknownProduct(LookupError):
    """No product has this id."""

    def __init__(self, product_id: str) -> None:
        super().__init__(f"unknown product: {product_id}")


class NotSaved(Exception):
    """A change could not be kept, so it was not made."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(f"the change could not be saved: {reason.strerror or reason}")


@dataclass(frozen=True, slots=True)
class Item:
    """One product. A change makes a new one.

    A product with variants has a parent, which others name by its id. Where a variant
    keeps no stock of its own (None), the parent's quantity is that of all such variants
    together.
    """

    product_id: str
    name: str
    quantity: Decimal | None  # None: no stock is kept of it
    updated_at: datetime
    parent_id: str | None = field(default=None, kw_only=True)

    @property
    def quantity_text(self) -> str | None:
        """The quantity as it was written: 12.50 stays 12.50."""
        return None if self.quantity is None else format(self.quantity, "f")


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(timezone.utc)


class Store:
    """A fixed list of products whose quantities change.

    Writers go one after the other. Readers take no lock: the list never changes its
    length, an item never changes at all, and a change is one assignment.
    """

    def __init__(
        self,
        items: Iterable[Item],
        *,
        save: Callable[[Iterable[Item]], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Hold ``items``, in their order.

        :param save: called with all items before a change takes effect; raises
            OSError when it can't save them
        """
        self._items = list(items)
        self._positions = {item.product_id: i for i, item in enumerate(self._items)}
        if len(self._positions) != len(self._items):
            raise ValueError("two products have the same id")
        self._search_texts = [
            f"{item.name}\n{item.product_id}".casefold() for item in self._items
        ]
        self._parent_ids = {item.parent_id for item in self._items} - {None}
        self._described_at = {item.product_id: item.updated_at for item in self._items}
        self._save = save
        self._clock = clock
        self._lock = Lock()
        self._last_change = max(
            (item.updated_at for item in self._items),
            default=datetime.min.replace(tzinfo=timezone.utc),
        )
        self._changes = 0
        self._delta: tuple[int, datetime, list[Item]] | None = None

    def __len__(self) -> int:
        return len(self._items)

    def get(self, product_id: str) -> Item:
        """Return one product.

        :raise UnknownProduct: when no product has this id
        """
        return self._items[self._position(product_id)]

    def is_parent(self, product_id: str) -> bool:
        """Return whether other products are variants of this one."""
        return product_id in self._parent_ids

    def pool(self, item: Item) -> Decimal | None:
        """Return the quantity that a variant shares with others, if it does."""
        if item.quantity is not None or item.parent_id is None:
            return None
        return self.get(item.parent_id).quantity

    def described_at(self, item: Item) -> datetime:
        """Return when a product was last changed otherwise than in its quantity."""
        return self._described_at.get(item.product_id, item.updated_at)

    def set_quantity(self, product_id: str, quantity: Decimal) -> Item:
        """Set the quantity of one product and return the product.

        :raise UnknownProduct: when no product has this id
        :raise NotSaved: when saving failed; nothing has changed
        """
        position = self._position(product_id)
        with self._lock:
            item = replace(self._items[position], quantity=quantity)
            self._save_with(position, item)
            # Dated when it becomes visible, not before saving: who asks for the
            # changes since the time of an earlier answer must find this one.
            item = replace(item, updated_at=self._next_time())
            self._items[position] = item
            self._changes += 1
        return item

    def items(self, updated_since: datetime | None = None) -> Sequence[Item]:
        """Return the products, or those changed at or after a time, to be cut.

        The order is always that of the list: a change while someone reads page after
        page may repeat a product, but never hides one.
        """
        if updated_since is None:
            return self._items
        return self._changed_since(updated_since)

    def search(self, text: str) -> Sequence[Item]:
        """Return the products with ``text`` in their name or id, to be cut."""
        wanted = text.strip().casefold()
        if not wanted:
            return self._items
        return [
            item
            for item, search_text in zip(self._items, self._search_texts, strict=True)
            if wanted in search_text
        ]

    def _position(self, product_id: str) -> int:
        try:
            return self._positions[product_id]
        except KeyError:
            raise UnknownProduct(product_id) from None

    def _save_with(self, position: int, item: Item) -> None:
        if self._save is None:
            return
        try:
            self._save([*self._items[:position], item, *self._items[position + 1 :]])
        except OSError as error:
            raise NotSaved(error) from error

    def _next_time(self) -> datetime:
        after_last = self._last_change + timedelta(microseconds=1)
        self._last_change = max(self._clock(), after_last)
        return self._last_change

    def _changed_since(self, moment: datetime) -> list[Item]:
        """Return the changed products; kept for the next page until a change."""
        changes, delta = self._changes, self._delta
        if delta is None or delta[:2] != (changes, moment):
            found = [item for item in self._items if item.updated_at >= moment]
            self._delta = delta = (changes, moment, found)
        return delta[2]
