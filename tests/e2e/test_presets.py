"""Each preset against the running mock API: the same stock whichever shape it has."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from mock_stock import KEY

from mock_api.store import utc_now

#: more than a page in each shape, with what is unusual at the beginning
QUANTITIES = {
    "1": "12.5",
    "2": "0",
    "3": None,
    "4": "99999",
    **{str(number): str(number * 7 % 90 + 1) for number in range(5, 61)},
}
SMALL_PAGES = {"page_size": 20}


@dataclass(frozen=True)
class Shape:
    """How the mock serves an API, and what a person enters beside the preset.

    :param prefix: below the mock's address
    :param values: other fields; ``{url}`` stands for the mock's address
    :param locations: the codes of the first two locations, where there are any
    :param parameters: values for parameters of the preset
    :param has_delta: whether it can be asked for what has changed
    :param has_ids: whether it can be asked about several products at once
    """

    preset: str
    prefix: str = ""
    values: dict = field(default_factory=dict)
    locations: tuple = ()
    parameters: dict = field(default_factory=dict)
    has_delta: bool = False
    has_ids: bool = False


SHAPES = [
    Shape("globalshop", values={"auth_type": "api_key"}, has_delta=True),
    Shape(
        "shopify",
        "/shopify/admin/api/2026-10",
        locations=("1", "2"),
        parameters={"location_ids": "1,2"},
        has_delta=True,
        has_ids=True,
    ),
    Shape("amazon", "/amazon", has_delta=True, has_ids=True),
    Shape(
        "woocommerce",
        "/woocommerce/wp-json/wc/v3",
        {"auth_username": "ck_1"},
        has_delta=True,
        has_ids=True,
    ),
    Shape(
        "square", "/square", locations=("loc-1", "loc-2"), has_delta=True, has_ids=True
    ),
    Shape("bigcommerce", "/bigcommerce/v3", locations=("1", "2"), has_ids=True),
    Shape(
        "commercetools",
        "/commercetools/my-project",
        {
            "auth_username": "my-client",
            "oauth_token_url": "{url}/commercetools/oauth/token",
        },
        locations=("loc-1", "loc-2"),
    ),
    Shape("ebay", "/ebay"),
    Shape("adobe", "/adobe/rest/V1", locations=("loc-1", "loc-2")),
]


def named(shapes):
    return [pytest.param(shape, id=shape.preset) for shape in shapes]


every_shape = pytest.mark.parametrize("shape", named(SHAPES))


@pytest.fixture
def connect(shop):
    """Make the backend as a person does: a preset, an address, a secret."""

    def connect(api, shape, **values):
        preset = shop.env.ref(f"stock_sync_api.preset_{shape.preset}")
        more = {name: text.format(url=api.url) for name, text in shape.values.items()}
        shop.connect(
            api.url + shape.prefix,
            preset_id=preset.id,
            secret_input=KEY,
            requests_per_second=0,  # what a vendor allows does not matter here
            **more,
            **values,
        )
        for row in shop.backend.parameter_ids:
            row.value = shape.parameters.get(row.name, row.value)

    return connect


def without_unmanaged(stock):
    """Less the product that the API keeps no stock of."""
    return {
        external_id: stock[external_id] for external_id in stock if external_id != "3"
    }


@every_shape
def test_the_same_stock_arrives_whichever_shape_it_has(shop, serve, connect, shape):
    api = serve(QUANTITIES)
    connect(api, shape, **SMALL_PAGES)
    shop.bind(QUANTITIES)

    run = shop.sync()

    assert (run.state, run.error_code) == ("done", False)
    assert without_unmanaged(shop.stock()) == api.stock()
    assert shop.stock()["3"] == 0.0
    assert shop.products["3"].sync_binding_ids.error_code == "not_managed"
    assert not shop.backend.unmatched_count
    assert run.api_calls > 1

    # A second run changes nothing.
    moves = shop.moves()
    run = shop.sync()
    assert (run.state, run.changed, run.unchanged) == ("done", 0, len(QUANTITIES) - 1)
    assert shop.moves() == moves

    # A change in the store arrives with the scheduled action.
    api.set({"5": "77.25", "60": "0"})
    run = shop.scheduled_sync()
    assert (run.state, run.trigger, run.changed) == ("done", "cron", 2)
    assert run.delta == shape.has_delta
    assert run.received == (2 if shape.has_delta else len(QUANTITIES))
    assert without_unmanaged(shop.stock()) == api.stock()


@every_shape
def test_products_can_be_asked_about_one_by_one(shop, serve, connect, shape):
    api = serve(QUANTITIES)
    connect(api, shape, request_mode="item")
    shop.bind(["1", "3", "7", "8"])

    assert shop.sync_chosen(["1", "3", "7"]).state == "done"
    stock = shop.stock()
    assert (stock["1"], stock["3"], stock["8"]) == (12.5, 0.0, 0.0)
    assert stock["7"] == api.stock()["7"]

    assert shop.sync().state == "done"
    assert shop.stock()["8"] == api.stock()["8"]


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.has_ids))
def test_products_can_be_asked_about_several_at_once(shop, serve, connect, shape):
    api = serve(QUANTITIES)
    connect(api, shape, request_mode="ids", **SMALL_PAGES)
    shop.bind(QUANTITIES)

    run = shop.sync()

    assert run.state == "done"
    assert run.api_calls <= len(QUANTITIES) / 10
    assert without_unmanaged(shop.stock()) == api.stock()


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.locations))
def test_each_location_gets_its_own(shop, serve, connect, shape):
    api = serve(QUANTITIES, locations=2)
    connect(api, shape)
    shop.bind(QUANTITIES)

    run = shop.sync()
    assert (run.state, run.error_code) == ("failed", "unknown_location")
    assert not any(shop.stock().values())

    rooms = [shop.add_location("Room 1"), shop.add_location("Room 2")]
    for code, room in zip(shape.locations, rooms, strict=True):
        shop.backend.location_map_ids = [(0, 0, {"code": code, "location_id": room.id})]
    run = shop.sync()

    assert run.state == "done"
    assert {
        (number, external_id): quantity
        for number, room in enumerate(rooms, 1)
        for external_id, quantity in without_unmanaged(shop.stock(room)).items()
    } == api.stock_by_location()


@every_shape
def test_a_wrong_key_is_refused_and_nothing_is_touched(shop, serve, connect, shape):
    connect(serve(QUANTITIES), shape)
    shop.backend.secret_input = "another key"
    shop.bind(["1", "7"])

    run = shop.sync()

    assert (run.state, run.error_code) == ("failed", "auth_failed")
    assert not any(shop.stock().values())


def test_a_token_that_has_expired_is_fetched_again(shop, serve, connect):
    [shape] = [shape for shape in SHAPES if shape.preset == "commercetools"]
    api = serve(QUANTITIES)
    connect(api, shape)
    shop.bind(QUANTITIES)
    shop.sync()
    api.clock = lambda: utc_now() + timedelta(days=30)

    run = shop.sync()

    assert (run.state, run.changed) == ("done", 0)
    tokens = [r for r in api.requests() if r["path"] == "/commercetools/oauth/token"]
    assert len(tokens) == 2


def test_every_preset_is_tested(shop):
    presets = shop.env["stock.sync.preset"].search([])
    assert {
        xmlid.partition(".preset_")[2] for xmlid in presets.get_external_id().values()
    } == {shape.preset for shape in SHAPES}
