import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

_END = object()


@contextmanager
def read_ahead(iterable: Iterable[Item], size: int) -> Iterator[Iterator[Item]]:
    """Run an iterator on a thread of its own, a little ahead of who consumes it.

    An error of the iterator is raised where its next item would be. Leaving the
    context closes the iterator and waits for the thread: no longer than the item takes
    that is being made.

    :param size: how many items may lie ready, the one included that is being made
    """
    ready: queue.Queue = queue.Queue()
    free = threading.Semaphore(size)
    left = threading.Event()

    def run():
        iterator = iter(iterable)
        try:
            while True:
                free.acquire()
                if left.is_set():
                    return
                item = next(iterator, _END)
                ready.put((item, None))
                if item is _END:
                    return
        except BaseException as error:
            ready.put((_END, error))
        finally:
            if close := getattr(iterator, "close", None):
                close()

    def items():
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is _END:
                return
            free.release()
            yield item

    thread = threading.Thread(target=run, name="read_ahead", daemon=True)
    thread.start()
    try:
        yield items()
    finally:
        left.set()
        free.release()
        thread.join()
