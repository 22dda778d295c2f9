import threading
import time
from contextlib import contextmanager

import pytest
from local_server import answer, document, item, replying

from odoo.addons.base_sync_api.client import Paging
from odoo.addons.base_sync_api.client.pace import Pace
from odoo.addons.stock_sync_api.client import Mapping


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves by hand: ``clock[0] += 1``."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_turns_are_spread_evenly(clock):
    pace = Pace(4)
    assert [pace.reserve() for _ in range(4)] == [0, 0.25, 0.5, 0.75]
    clock[0] += 10
    # A pause saves up no turns.
    assert [pace.reserve() for _ in range(3)] == [0, 0.25, 0.5]


def test_without_a_limit_each_turn_is_now(clock):
    pace = Pace(0)
    assert [pace.reserve() for _ in range(3)] == [0, 0, 0]


def test_threads_share_one_pace():
    pace = Pace(1000)
    turns = []

    def take():
        for _ in range(50):
            turns.append(pace.reserve() + time.monotonic())

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns.sort()
    assert turns[-1] - turns[0] == pytest.approx(0.199, abs=0.02)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_requests_follow_each_other_no_faster_than_allowed(serve, connect, concurrency):
    times = []

    def reply(question):
        times.append(time.monotonic())
        return item(question.path.rpartition("/")[2])

    api = connect(
        serve(replying(reply)),
        concurrency=concurrency,
        settings={"requests_per_second": 20},
    )
    list(api.get_levels(str(number) for number in range(6)))
    times.sort()
    assert times[-1] - times[0] >= 0.25 * 0.9


def test_repeated_attempts_pages_and_redirects_count(serve, connect, monkeypatch):
    turns = []
    monkeypatch.setattr(Pace, "reserve", lambda self: turns.append(1) or 0)
    replies = iter(
        [
            answer(status=503),
            answer(status=307, location="/other"),
            document({"items": [], "next": "c"}),
            document({"items": []}),
        ]
    )
    server = serve(replying(lambda question: next(replies)))
    settings = {
        "list_path": "/stock",
        "mapping": Mapping(),
        "paging": Paging("cursor", "c", next="next"),
    }
    assert len(list(connect(server, settings=settings).pages())) == 2
    assert len(turns) == len(server.requests) == 4


def test_waiting_for_a_turn_is_not_held_against_the_api(serve, connect):
    api = connect(
        serve(replying(lambda question: item(question.path.rpartition("/")[2]))),
        concurrency=4,
        total_timeout=0.2,
        settings={"requests_per_second": 10},
    )
    answers = list(api.get_levels(str(number) for number in range(5)))
    assert all(isinstance(levels, list) for _id, levels in answers)


def test_who_waits_for_a_turn_notices_that_the_client_is_closed(
    serve, connect, in_time
):
    api = connect(serve(item("1")), settings={"requests_per_second": 0.01})
    list(api.get_levels(["1"]))
    closing = threading.Timer(0.1, api.__exit__, (None, None, None))
    closing.start()
    with in_time(1), pytest.raises(RuntimeError, match="closed"):
        list(api.get_levels(["1"]))
    closing.join()


@contextmanager
def shared(waits):
    """Turns of others, too: so many seconds until each; None from then on."""
    waits = iter(waits)
    yield lambda interval: next(waits, None)


def test_turns_that_are_shared_come_when_the_others_leave_one(clock):
    with Pace(4, lambda: shared([0, 7.5])) as pace:
        assert [pace.reserve() for _ in range(2)] == [0, 7.5]


def test_where_nobody_tells_of_the_others_the_own_turns_are_kept(clock):
    with Pace(4, lambda: shared([0, 7.5])) as pace:
        assert [pace.reserve() for _ in range(4)] == [0, 7.5, 7.75, 8]


def test_shared_turns_are_told_the_interval_and_taken_by_one_thread_at_a_time():
    taken, at_once = [], []

    @contextmanager
    def counting():
        def take(interval):
            at_once.append(1)
            taken.append((interval, len(at_once)))
            time.sleep(0.001)
            at_once.pop()
            return 0

        yield take

    with Pace(50, counting) as pace:
        threads = [threading.Thread(target=pace.reserve) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert taken == [(1 / 50, 1)] * 8


def test_shared_turns_are_open_as_long_as_the_client_is(serve, connect):
    events = []

    @contextmanager
    def opened():
        events.append("opened")
        yield lambda interval: events.append("taken") or 0
        events.append("closed")

    settings = {"requests_per_second": 20, "shared_turns": opened}
    with connect(serve(item("1")), settings=settings) as api:
        list(api.get_levels(["1"]))
    assert events == ["opened", "taken", "closed"]
    assert api._transport._pace.reserve() >= 0, "a thread that comes too late"


def test_without_a_limit_no_turns_are_opened(serve, connect):
    settings = {"shared_turns": lambda: pytest.fail("nobody needs them")}
    with connect(serve(item("1")), settings=settings) as api:
        list(api.get_levels(["1"]))
