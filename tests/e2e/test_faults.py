"""Every fault that the mock API can show, against a backend with short limits."""

import socket
import time
from copy import copy
from datetime import timedelta

import pytest
from faults import EACH, FAULTS, RIGHT, UNTOUCHED
from live_odoo import undone, undone_again
from local_api import KEY
from shop import Shop

from mock_api.store import utc_now

QUANTITIES = {str(number): str(number * 10) for number in range(1, 13)}
#: on the first page, in the middle, and last
CHANGES = {"1": "15", "6": "55", "12": "125"}

SHAPES = {
    "globalshop": ("", {"auth_type": "api_key"}),
    "shopify": ("/shopify/admin/api/2026-10", {}),
    "commercetools": (
        "/commercetools/my-project",
        {
            "auth_username": "my-client",
            "oauth_token_url": "{url}/commercetools/oauth/token",
        },
    ),
}
LIMITS = {
    "request_timeout": 1,
    "max_attempts": 1,
    "max_answer_mb": 1,
    "concurrency": len(QUANTITIES),
    "requests_per_second": 0,
    "page_size": 4,
    "max_pages": 20,
}
#: seconds that a run may take: its deadline, and what Odoo itself needs on a slow day
PATIENCE = 6


@pytest.fixture(scope="module")
def filled(registry):
    """A shop with the products, for all tests of this file."""
    with undone(registry) as env:
        shop = Shop(env)
        shop.connect("http://127.0.0.1:9")
        shop.bind(QUANTITIES)
        yield shop


@pytest.fixture
def shop(filled):
    with undone_again(filled.env):
        yield copy(filled)


@pytest.fixture
def start(shop, serve):
    """Connect to a mock API and have its stock; then the stock changes there."""

    def start(mode, shape="globalshop", **values):
        api = serve(QUANTITIES)
        prefix, more = SHAPES[shape]
        preset = shop.env.ref(f"stock_sync_api.preset_{shape}")
        more = {name: text.format(url=api.url) for name, text in more.items()}
        shop.backend.write(
            {"base_url": api.url + prefix, "preset_id": preset.id, **LIMITS, **more}
        )
        shop.backend.write({"secret_input": KEY, "request_mode": mode, **values})
        assert shop.sync().state == "done"
        api.set(CHANGES)
        if shape == "commercetools":
            api.clock = lambda: utc_now() + timedelta(days=30)  # ends the first token
        if shape == "globalshop":
            moment = utc_now()
            api.clock = lambda: moment  # rates: all requests are within one second
        return api

    return start


def check(shop, api, scenario, expected):
    """A run under the scenario ends as expected, and one after it makes all well."""
    before, meant = shop.stock(), api.stock()
    api.misbehave(scenario)
    started = time.monotonic()

    run = shop.sync()

    assert time.monotonic() - started < PATIENCE
    after = shop.stock()
    codes = {line.error_code for line in run.line_ids if line.error_code}
    code = run.error_code or "/".join(sorted(codes))
    assert (run.state, code) == (expected.state, expected.code)
    if expected.stock == EACH:
        changed = {name for name in after if after[name] != before[name]}
        assert all(after[name] == meant[name] for name in changed)
        assert 0 < len(changed) < len(CHANGES)
    else:
        assert after == {UNTOUCHED: before, RIGHT: meant}[expected.stock]
    for text in (run.message, *run.line_ids.mapped("error_message")):
        assert KEY not in (text or "")
    hosts = {request["headers"]["Host"] for request in api.requests()}
    assert hosts == {api.url.removeprefix("http://")}

    api.behave()
    run = shop.go_on(run) if run.resume_date else shop.sync()

    assert (run.state, run.error_code) == ("done", False)
    assert shop.stock() == meant


@pytest.mark.parametrize("fault", [pytest.param(f, id=f.scenario) for f in FAULTS])
def test_a_fault_while_the_list_is_read(shop, start, fault):
    api = start("list", fault.shape)
    check(shop, api, fault.scenario, fault.list)


@pytest.mark.parametrize("fault", [pytest.param(f, id=f.scenario) for f in FAULTS])
def test_a_fault_while_products_are_asked_about(shop, start, fault):
    # Of requests that are sent together, chance decides which are answered.
    is_counted = fault.scenario.startswith(("rate-limit", "storm"))
    together = {"concurrency": 1} if is_counted else {}
    api = start("item", fault.shape, **together)
    check(shop, api, fault.scenario, fault.item)


@pytest.mark.parametrize("mode", ["list", "item"])
@pytest.mark.parametrize(
    "scenario", ["no-answer", "status-429:1", "status-502", "status-503", "status-504"]
)
def test_what_passes_is_tried_again(shop, start, mode, scenario):
    api = start(mode, max_attempts=2, request_timeout=5)
    api.misbehave(scenario, times=1)

    run = shop.sync()

    assert run.state == "done"
    assert shop.stock() == api.stock()


@pytest.mark.parametrize("status", [401, 403, 500])
def test_what_does_not_pass_is_not_tried_again(shop, start, status):
    api = start("list", max_attempts=3)
    api.misbehave(f"status-{status}")

    assert shop.sync().api_calls == 1


def test_after_a_wish_to_be_left_alone_the_scheduled_action_waits(shop, start):
    api = start("list")
    api.misbehave("status-429:huge")
    run = shop.scheduled_sync()
    assert (run.state, run.error_code) == ("planning", False)
    api.behave()
    requests = len(api.requests())

    assert not shop.scheduled_sync()
    assert len(api.requests()) == requests
    assert shop.go_on(run).state == "done"
    assert shop.stock() == api.stock()


def test_a_key_never_follows_a_redirect_inside_the_machine(shop, start):
    api = start("list")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        api.misbehave(f"redirect-loopback:{listener.getsockname()[1]}")

        shop.sync()

        with pytest.raises(BlockingIOError):
            listener.accept()


def test_an_empty_catalogue_empties_no_shelf_even_where_missing_means_zero(shop, start):
    api = start("list", missing_policy="zero")
    before = shop.stock()
    api.misbehave("empty-catalogue")

    run = shop.sync()

    assert (run.state, run.error_code) == ("failed", "catalogue_lost")
    assert not run.line_ids
    assert shop.stock() == before


def test_an_answer_that_breaks_off_empties_no_shelf(shop, start):
    api = start("list", missing_policy="zero")
    shop.bind(["not in the list"])
    shop.put("not in the list", 5)
    api.misbehave("total-lies:high")

    run = shop.sync()
    assert (run.state, run.error_code) == ("partial", "invalid_response")
    assert shop.stock() == {**api.stock(), "not in the list": 5.0}

    api.behave()
    assert shop.sync().state == "done"
    assert shop.stock() == {**api.stock(), "not in the list": 0.0}


def test_what_is_left_on_a_connection_is_no_answer_to_the_next_question(shop, start):
    api = start("item", concurrency=1)
    api.misbehave("long-body")

    assert shop.sync().state == "done"
    assert shop.stock() == api.stock()
