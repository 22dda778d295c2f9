import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

_END = object()


def _one(_item) -> int:
    return 1


@contextmanager
def read_ahead(
    iterable: Iterable[Item], size: int, weigh: Callable[[Item], int] = _one
) -> Iterator[Iterator[Item]]:
    """Run an iterator on a thread of its own, a little ahead of who consumes it.

    An error of the iterator is raised where its next item would be. Leaving the
    context closes the iterator and waits for the thread: no longer than the item takes
    that is being made.

    :param size: another item is made where less than this lies ready
    :param weigh: what an item counts towards that; 1 each by default
    """
    ready: queue.Queue = queue.Queue()
    change = threading.Condition()
    weight, is_left = 0, False

    def may_go_on():
        return is_left or weight < size

    def run():
        nonlocal weight
        iterator = iter(iterable)
        try:
            while True:
                with change:
                    change.wait_for(may_go_on)
                    if is_left:
                        return
                item = next(iterator, _END)
                if item is _END:
                    ready.put((item, None))
                    return
                with change:
                    weight += weigh(item)
                ready.put((item, None))
        except BaseException as error:
            ready.put((_END, error))
        finally:
            if close := getattr(iterator, "close", None):
                close()

    def items():
        nonlocal weight
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is _END:
                return
            with change:
                weight -= weigh(item)
                change.notify()
            yield item

    thread = threading.Thread(target=run, name="read_ahead", daemon=True)
    thread.start()
    try:
        yield items()
    finally:
        with change:
            is_left = True
            change.notify()
        thread.join()
