import itertools
import threading
import time
from contextlib import closing

import pytest
from asking import level_of
from local_server import answer, item

from odoo.addons.base_sync_api.client import ClientError
from odoo.addons.base_sync_api.client.outage import Outage

IDS = [str(i) for i in range(40)]


def echo(reply=item, before=lambda external_id: None):
    """Answer about whatever product is asked for, on any number of connections."""

    def script(peer):
        while head := peer.read_request():
            external_id = head.split(b" ")[1].rsplit(b"/", 1)[1].decode()
            before(external_id)
            peer.send(reply(external_id))

    return script


def codes(levels):
    return [getattr(answer, "code", "level") for _id, answer in levels]


@pytest.mark.parametrize("concurrency", [1, 2, 8, 100])
def test_answers_come_in_the_order_of_the_ids(serve, connect, concurrency):
    server = serve(
        echo(
            lambda external_id: item(external_id, int(external_id)),
            before=lambda external_id: time.sleep(int(external_id) % 3 / 200),
        )
    )
    api = connect(server, concurrency=concurrency)
    levels = list(api.get_levels(iter(IDS)))
    assert [external_id for external_id, _level in levels] == IDS
    assert [level.quantity for _id, [level] in levels] == [int(i) for i in IDS]
    assert api.calls == len(server.requests) == len(IDS)
    assert server.connections <= min(concurrency, len(IDS))


def test_nothing_is_asked_about_nothing(connect):
    assert list(connect("http://127.0.0.1:9", concurrency=4).get_levels([])) == []


@pytest.mark.parametrize("concurrency", [1, 4])
def test_only_so_many_requests_are_under_way_at_once(serve, connect, concurrency):
    under_way, most = set(), []

    def before(external_id):
        under_way.add(external_id)
        most.append(len(under_way))
        time.sleep(0.01)
        under_way.discard(external_id)

    server = serve(echo(before=before))
    list(connect(server, concurrency=concurrency).get_levels(IDS))
    assert max(most) == concurrency


def test_one_bad_product_does_not_stop_its_neighbours(serve, connect):
    replies = {
        "3": answer(status=404),
        "5": answer(b"<html>"),
        "7": item("8"),
        "9": answer(status=500),
        "11": item("11", "many"),
    }
    server = serve(echo(lambda i: replies.get(i) or item(i)))
    api = connect(server, concurrency=4)
    answers = dict(api.get_levels(IDS))
    assert {i: error.code for i, error in answers.items() if i in replies} == {
        "3": "product_not_found",
        "5": "invalid_response",
        "7": "product_mismatch",
        "9": "http_error",
        "11": "invalid_quantity",
    }
    assert sum(isinstance(level, list) for level in answers.values()) == 35
    assert api.gave_up is None


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize(
    ("status", "code"), [(401, "auth_failed"), (403, "auth_failed")]
)
def test_nothing_is_asked_after_the_credentials_were_refused(
    serve, connect, concurrency, status, code
):
    def before(external_id):
        if int(external_id) > 8:
            time.sleep(0.2)  # the refusal comes first

    def reply(external_id):
        return answer(status=status) if external_id == "8" else item(external_id)

    server = serve(echo(reply, before))
    api = connect(server, concurrency=concurrency)
    levels = list(api.get_levels(IDS))
    assert [external_id for external_id, _answer in levels] == IDS
    assert codes(levels)[-20:] == [code] * 20
    assert api.gave_up.code == code
    assert api.calls <= 9 + concurrency
    assert len([i for i in server.paths if i == "/stock/8"]) == 1
    # Nor by the same client later.
    assert codes(api.get_levels(["1"])) == [code]
    assert api.calls <= 9 + concurrency


def test_nothing_is_asked_while_the_api_wants_a_pause(serve, connect):
    server = serve(echo(lambda i: answer(status=429, retry_after="3600")))
    api = connect(server)
    assert codes(api.get_levels(IDS)) == ["rate_limited"] * 40
    assert api.calls == 1
    assert api.gave_up.facts["retry_after"] == 3600


def test_the_first_reason_to_give_up_is_the_one_that_counts(serve, connect):
    both = threading.Barrier(2)

    def before(external_id):
        both.wait(2)
        time.sleep(0.1 * int(external_id))

    reply = {"0": answer(status=401), "1": answer(status=429, retry_after="3600")}
    api = connect(serve(echo(reply.get, before)), concurrency=2)
    assert codes(api.get_levels(["0", "1"])) == ["auth_failed", "rate_limited"]
    assert api.gave_up.code == "auth_failed"


@pytest.mark.parametrize("concurrency", [1, 4])
def test_an_outage_is_certain_after_several_failures_in_a_row(
    serve, connect, concurrency
):
    server = serve(echo(lambda i: answer(status=503)))
    api = connect(server, concurrency=concurrency, max_attempts=1)
    assert codes(api.get_levels(IDS)) == ["http_error"] * 40
    assert Outage.LIMIT <= api.calls <= Outage.LIMIT + concurrency - 1
    assert api.gave_up.facts["status"] == 503


@pytest.mark.parametrize("good", [item, lambda i: answer(status=404)])
def test_an_answer_shows_that_there_is_no_outage(serve, connect, good):
    every = Outage.LIMIT
    server = serve(
        echo(lambda i: answer(status=503) if (int(i) + 1) % every else good(i))
    )
    api = connect(server, max_attempts=1)
    list(api.get_levels(IDS))
    assert api.calls == len(IDS)
    assert api.gave_up is None


def test_many_threads_agree_on_when_an_outage_is_certain(connect):
    outage = Outage()
    error = ClientError()
    error.systemic = True
    certain = []

    def fail():
        certain.extend(outage.is_certain_after(error) for _ in range(1000))

    threads = [threading.Thread(target=fail) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert certain.count(False) == Outage.LIMIT - 1


def test_who_stops_reading_half_way_waits_only_for_what_is_under_way(serve, connect):
    server = serve(echo(before=lambda i: time.sleep(0.02)))
    api = connect(server, concurrency=4)
    levels = api.get_levels(IDS)
    next(levels)
    levels.close()
    asked = api.calls
    assert asked < 20
    time.sleep(0.1)
    assert api.calls == asked
    assert not [t for t in threading.enumerate() if "ThreadPool" in t.name]


def test_a_client_closed_under_way_asks_for_nothing_more(serve, connect):
    server = serve(echo(before=lambda i: time.sleep(0.02)))
    api = connect(server, concurrency=4)
    levels = api.get_levels(IDS)
    next(levels)
    api.__exit__(None, None, None)
    asked = api.calls
    time.sleep(0.2)
    assert api.calls == asked
    with pytest.raises(RuntimeError, match="closed"):
        list(levels)


def test_more_threads_than_connections_still_get_their_answers(serve, connect):
    server = serve(echo(before=lambda i: time.sleep(0.02)))
    api = connect(server, concurrency=2)
    quantities = []

    def ask(external_id):
        quantities.append(level_of(api, external_id).quantity)

    threads = [threading.Thread(target=ask, args=(i,)) for i in IDS[:10]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert quantities == [50] * 10


def test_cookies_do_not_trip_over_threads(serve, connect):
    number = itertools.count()

    def reply(external_id):
        cookie = f"\r\nSet-Cookie: n{next(number)}=1; Path=/\r\n".encode()
        return item(external_id).replace(b"\r\n", cookie, 1)

    api = connect(serve(echo(reply)), concurrency=8)
    assert codes(api.get_levels(str(i) for i in range(300))) == ["level"] * 300


@pytest.mark.parametrize("concurrency", [1, 4])
def test_ids_are_taken_only_a_little_ahead_of_the_answers(serve, connect, concurrency):
    taken = itertools.count()

    def endless():
        while True:
            yield str(next(taken))

    api = connect(serve(echo()), concurrency=concurrency)
    with closing(api.get_levels(endless())) as levels:
        answered = [
            external_id for external_id, _levels in itertools.islice(levels, 50)
        ]
    assert answered == [str(number) for number in range(50)]
    assert next(taken) <= 50 + 4 * concurrency


def test_requests_go_on_while_the_consumer_works(serve, connect):
    asked = threading.Semaphore(0)
    api = connect(serve(echo(before=lambda i: asked.release())), concurrency=2)
    with closing(api.get_levels(IDS)) as levels:
        next(levels)
        for _ in range(8):
            assert asked.acquire(timeout=5)
