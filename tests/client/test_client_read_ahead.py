import threading
import traceback

import pytest

from odoo.addons.base_sync_api.client import ClientError, read_ahead


def threads():
    return [t for t in threading.enumerate() if t.name == "read_ahead"]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_all_items_come_in_their_order(size):
    with read_ahead(iter(range(50)), size) as items:
        assert list(items) == list(range(50))
        assert list(items) == []
    assert threads() == []


def test_it_is_only_so_far_ahead():
    made = []
    reached = threading.Semaphore(0)

    def numbers():
        for number in range(100):
            made.append(number)
            reached.release()
            yield number

    with read_ahead(numbers(), 3) as items:
        for _ in range(3):
            assert reached.acquire(timeout=5)
        assert not reached.acquire(timeout=0.1)
        assert made == [0, 1, 2]
        assert next(items) == 0
        assert reached.acquire(timeout=5)
        assert not reached.acquire(timeout=0.1)
        assert made == [0, 1, 2, 3]


def test_large_items_are_made_less_far_ahead():
    made = []
    reached = threading.Semaphore(0)

    def numbers():
        for number in (1, 5, 9, 1):
            made.append(number)
            reached.release()
            yield number

    with read_ahead(numbers(), 10, weigh=lambda number: number) as items:
        for _ in range(3):
            assert reached.acquire(timeout=5)
        assert not reached.acquire(timeout=0.1)
        assert made == [1, 5, 9], "6 lay ready, then 15"
        assert [next(items), next(items)] == [1, 5]
        assert reached.acquire(timeout=5), "9 lie ready"


def test_it_goes_on_while_the_consumer_works():
    both = threading.Event()

    def numbers():
        yield 1
        both.set()
        yield 2

    with read_ahead(numbers(), 2) as items:
        assert next(items) == 1
        assert both.wait(5)


def test_an_error_comes_where_the_next_item_would_with_its_traceback():
    def failing():
        yield 1
        raise ClientError(reason="why")

    with read_ahead(failing(), 5) as items:
        assert next(items) == 1
        with pytest.raises(ClientError) as caught:
            next(items)
        assert list(items) == []
    assert "in failing" in "".join(traceback.format_exception(caught.value))
    assert threads() == []


def test_an_error_of_the_first_step_comes_too():
    with read_ahead((1 / 0 for _ in "x"), 1) as items:
        with pytest.raises(ZeroDivisionError):
            next(items)


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_who_leaves_early_ends_the_thread_and_closes_the_iterator(taken, in_time):
    closed = []

    def endless():
        try:
            while True:
                yield 1
        finally:
            closed.append(threading.current_thread().name)

    with in_time(1), read_ahead(endless(), 2) as items:
        for _ in range(taken):
            next(items)
    assert threads() == []
    # One that was never begun has nothing to close.
    assert closed == ["read_ahead"] or (taken == 0 and closed == [])


def test_an_error_of_the_consumer_ends_the_thread():
    with pytest.raises(KeyError), read_ahead(iter(range(99)), 2) as items:
        next(items)
        raise KeyError
    assert threads() == []
