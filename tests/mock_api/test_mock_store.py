"""The store: many threads, and a disk that fails."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from mock_api import create_app
from mock_api.catalogue import catalogue
from mock_api.rows import cut
from mock_api.store import Item, NotSaved, Store


def test_changes_by_many_threads_are_all_kept_and_all_have_their_own_time():
    store = Store(catalogue(100))
    app = create_app(store)

    def work(worker: int) -> list[int]:
        client = app.test_client()
        return [
            client.put(f"/stock/{number}", json={"quantity": str(number)}).status_code
            for number in range(worker + 1, 101, 8)
        ]

    with ThreadPoolExecutor(8) as pool:
        statuses = [status for answer in pool.map(work, range(8)) for status in answer]

    items = store.items()
    assert statuses == [200] * 100
    assert [item.quantity for item in items] == list(range(1, 101))
    assert len({item.updated_at for item in items}) == 100


def test_changes_of_one_product_go_one_after_the_other_and_each_is_saved():
    saved: list[Decimal] = []

    def save(items: Iterable[Item]) -> None:
        saved.append(next(iter(items)).quantity)

    store = Store(catalogue(1), save=save)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: store.set_quantity("1", Decimal(n)), range(200)))

    in_order = sorted(made, key=lambda item: item.updated_at)
    assert [item.quantity for item in in_order] == saved
    assert len({item.updated_at for item in made}) == 200
    assert store.get("1") == in_order[-1]


def test_readers_see_whole_pages_while_others_write():
    store = Store(catalogue(500))

    def write(number: int) -> None:
        store.set_quantity(str(number % 500 + 1), Decimal(number))

    def read(_: int) -> list[str]:
        everything = cut(store.items(store.get("1").updated_at), 0, 500)
        assert everything.total == len(everything.rows)
        return [item.product_id for item in cut(store.items(), 0, 500).rows]

    with ThreadPoolExecutor(4) as pool:
        writes = pool.map(write, range(1000))
        reads = list(pool.map(read, range(100)))
        list(writes)
    assert all(page == [str(n) for n in range(1, 501)] for page in reads)


def test_a_change_that_can_not_be_saved_is_not_made():
    def save(items: Iterable[Item]) -> None:
        raise OSError(28, "No space left on device")

    store = Store(catalogue(5), save=save)
    before = list(store.items())
    with pytest.raises(NotSaved):
        store.set_quantity("1", Decimal(7))
    answer = create_app(store).test_client().put("/stock/1", json={"quantity": "7"})
    assert answer.status_code == 500
    assert answer.json == {
        "error": "the change could not be saved: No space left on device"
    }
    assert list(store.items()) == before


def test_two_products_with_one_id_are_refused():
    (item,) = catalogue(1)
    with pytest.raises(ValueError, match="the same id"):
        Store([item, replace(item, name="Other")])
