from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: questions per thread that are sent to the pool before their turn
_AHEAD = 4


def in_order(
    ask: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[tuple[Item, Result]]:
    """Each item with what ``ask`` says about it, in the order of the items.

    The threads go on while the consumer works, but only so far ahead; ``items`` is
    read as far as that, on the consumer's thread. With one thread nothing is ahead:
    each item is asked about when the consumer wants it.
    """
    items = iter(items)
    if threads == 1:
        yield from ((item, ask(item)) for item in items)
        return
    pool = ThreadPoolExecutor(threads)
    pending: deque[tuple[Item, Future[Result]]] = deque()

    def fill(count):
        pending.extend((item, pool.submit(ask, item)) for item in islice(items, count))

    try:
        fill(threads * _AHEAD)
        while pending:
            item, future = pending.popleft()
            result = future.result()
            fill(1)
            yield item, result
    finally:
        # Who stops reading half-way waits for what is under way, and no more.
        pool.shutdown(cancel_futures=True)
