"""Each preset against the running mock API: the same stock whichever shape it has."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from local_api import KEY

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
    :param untracked: what is said of a product of which the API keeps no stock
    """

    preset: str
    prefix: str = ""
    values: dict = field(default_factory=dict)
    locations: tuple = ()
    parameters: dict = field(default_factory=dict)
    has_delta: bool = False
    has_ids: bool = False
    untracked: str = "not_managed"


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
    Shape("amazon", "/amazon", has_ids=True, untracked="not_in_answer"),
    Shape(
        "woocommerce",
        "/woocommerce/wp-json/wc/v3",
        {"auth_username": "ck_1"},
        has_ids=True,
    ),
    Shape(
        "square",
        "/square",
        locations=("loc-1", "loc-2"),
        has_delta=True,
        has_ids=True,
        untracked="not_in_answer",
    ),
    Shape(
        "bigcommerce",
        "/bigcommerce/v3",
        locations=("1", "2"),
        has_ids=True,
        untracked="not_in_answer",
    ),
    Shape(
        "commercetools",
        "/commercetools/my-project",
        {
            "auth_username": "my-client",
            "oauth_token_url": "{url}/commercetools/oauth/token",
        },
        locations=("loc-1", "loc-2"),
        untracked="not_in_answer",
    ),
    Shape("ebay", "/ebay"),
    Shape(
        "adobe",
        "/adobe/rest/V1",
        locations=("loc-1", "loc-2"),
        untracked="invalid_quantity",
    ),
]
#: presets whose API's list shows all that it knows
SHOWS_ALL = {"globalshop", "shopify"}


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

    state = "done" if shape.untracked == "not_managed" else "partial"
    assert (run.state, run.error_code) == (state, False)
    assert without_unmanaged(shop.stock()) == api.stock()
    assert shop.stock()["3"] == 0.0
    assert shop.products["3"].sync_binding_ids.error_code == shape.untracked
    assert not shop.backend.unmatched_count
    assert run.api_calls > 1

    # A second run changes nothing.
    moves = shop.moves()
    run = shop.sync()
    assert (run.state, run.changed, run.unchanged) == (state, 0, len(QUANTITIES) - 1)
    assert shop.moves() == moves

    # A change in the store arrives with the scheduled action.
    api.set({"5": "77.25", "60": "0"})
    run = shop.scheduled_sync()
    assert (run.trigger, run.changed) == ("cron", 2)
    assert run.delta == shape.has_delta
    assert run.state == ("done" if shape.has_delta else state)
    if shape.has_delta:
        assert run.received == 2
    assert without_unmanaged(shop.stock()) == api.stock()


@every_shape
def test_products_can_be_asked_about_one_by_one(shop, serve, connect, shape):
    api = serve(QUANTITIES)
    connect(api, shape, request_mode="item")
    shop.bind(["1", "3", "7", "8"])

    state = "done" if shape.untracked == "not_managed" else "partial"
    assert shop.sync_chosen(["1", "3", "7"]).state == state
    stock = shop.stock()
    assert (stock["1"], stock["3"], stock["8"]) == (12.5, 0.0, 0.0)
    assert stock["7"] == api.stock()["7"]

    assert shop.sync().state == state
    assert shop.stock()["8"] == api.stock()["8"]


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.has_ids))
def test_products_can_be_asked_about_several_at_once(shop, serve, connect, shape):
    api = serve(QUANTITIES)
    connect(api, shape, request_mode="ids", **SMALL_PAGES)
    shop.bind(QUANTITIES)

    run = shop.sync()

    assert run.state == ("done" if shape.untracked == "not_managed" else "partial")
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

    assert run.state == ("done" if shape.untracked == "not_managed" else "partial")
    assert {
        (number, external_id): quantity
        for number, room in enumerate(rooms, 1)
        for external_id, quantity in without_unmanaged(shop.stock(room)).items()
    } == api.stock_by_location()


#: a lamp; an umbrella of which no stock is kept; a shirt whose sizes S and M have a
#: stock of their own, while L and XL share the shirt's; a cap whose size has none
KINDS = {
    "10": "5",
    "11": None,
    "20": "20",
    "21": "7",
    "22": "0",
    "23": None,
    "24": None,
    "30": None,
    "31": None,
}
PARENTS = {"21": "20", "22": "20", "23": "20", "24": "20", "31": "30"}
#: what is in Odoo before, and the ID of a product that the other system never had
BEFORE = dict.fromkeys((*KINDS, "gone"), 40.0)
#: only these have a quantity that is one product's
KNOWN = {"10": 5.0, "21": 7.0, "22": 0.0}
EXPECTED = {**BEFORE, **KNOWN}


@pytest.fixture
def connect_kinds(shop, serve, connect):
    """A backend whose API has all kinds of products, and Odoo stock of each."""

    def connect_kinds(shape, **values):
        api = serve(KINDS, parents=PARENTS)
        connect(api, shape, guard_zero_percent=100, guard_change_percent=100, **values)
        shop.bind(BEFORE)
        shop.set_stock(BEFORE)
        return api

    return connect_kinds


def kinds_of(shape):
    """GlobalShop has no variants: what is a parent elsewhere is a product there."""
    return {**EXPECTED, "20": 20.0} if shape.preset == "globalshop" else EXPECTED


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.preset not in SHOWS_ALL))
def test_nothing_is_emptied_that_the_list_cannot_show(shop, connect_kinds, shape):
    connect_kinds(shape, missing_policy="zero")

    shop.sync()
    assert shop.stock() == kinds_of(shape)

    moves, states = shop.moves(), shop.states(BEFORE)
    shop.sync()
    shop.scheduled_sync()
    assert (shop.stock(), shop.moves()) == (kinds_of(shape), moves)
    assert shop.states(BEFORE) == states


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.preset in SHOWS_ALL))
def test_what_is_gone_from_a_list_that_shows_all_is_set_to_zero(
    shop, connect_kinds, shape
):
    connect_kinds(shape, missing_policy="zero")

    shop.sync()

    stock = shop.stock()
    assert stock.pop("gone") == 0.0
    left_alone = ("11", "23", "24", "31")
    assert {i: stock[i] for i in left_alone} == dict.fromkeys(left_alone, 40.0)
    assert {i: stock[i] for i in KNOWN} == KNOWN


@every_shape
def test_the_button_says_the_same_as_the_list(shop, connect_kinds, shape):
    connect_kinds(shape)
    shop.sync()
    stock, states = shop.stock(), shop.states(BEFORE)
    assert stock == kinds_of(shape)

    for external_id in BEFORE:
        shop.sync_chosen([external_id])

    assert shop.stock() == stock
    by_button = shop.states(BEFORE)
    assert {i: by_button[i][0] for i in by_button} == {i: states[i][0] for i in states}


@every_shape
def test_one_by_one_each_kind_is_right_or_left_alone(shop, connect_kinds, shape):
    connect_kinds(shape, request_mode="item", missing_policy="zero")

    shop.sync()

    assert shop.stock() == kinds_of(shape)


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.has_ids))
def test_several_at_once_each_kind_is_right_or_left_alone(shop, connect_kinds, shape):
    connect_kinds(shape, request_mode="ids", missing_policy="zero")

    shop.sync()

    expected = dict(EXPECTED)
    if shape.preset == "woocommerce":  # its variations can only be found by their SKU
        expected.update({"21": 40.0, "22": 40.0})
    assert shop.stock() == expected


@pytest.mark.parametrize("request_mode", ["list", "ids", "item"])
def test_woocommerce_s_variations_can_be_read_by_their_sku(
    shop, connect_kinds, request_mode
):
    [shape] = [shape for shape in SHAPES if shape.preset == "woocommerce"]
    connect_kinds(
        shape,
        request_mode=request_mode,
        external_id_path="sku",
        ids_param="sku",
        item_path="/products?sku={external_id}",
        item_rows_path="[]",
        missing_policy="zero",
    )

    run = shop.sync()

    assert shop.stock() == EXPECTED
    assert request_mode != "ids" or run.api_calls == 1


def test_a_variation_that_shares_the_parent_s_stock_is_not_managed(shop, connect_kinds):
    [shape] = [shape for shape in SHAPES if shape.preset == "woocommerce"]
    api = connect_kinds(shape)

    run = shop.sync()

    assert shop.states(["21", "22", "23", "24", "31"]) == {
        "21": ("ok", False),
        "22": ("ok", False),
        "23": ("ok", "not_managed"),
        "24": ("ok", "not_managed"),
        "31": ("ok", "not_managed"),
    }
    assert shop.states(["20"]) == {"20": ("error", "not_in_answer")}
    assert shop.states(["gone"]) == {"gone": ("error", "product_not_found")}
    paths = [request["path"] for request in api.requests()]
    asked = [path.rpartition("/")[2] for path in paths if "/products/" in path]
    assert sorted(asked) == ["20", "21", "22", "23", "24", "30", "31", "gone"]
    assert run.api_calls == len(paths)


def test_a_sale_that_moves_no_time_arrives_with_the_next_scheduled_run(
    shop, serve, connect
):
    [shape] = [shape for shape in SHAPES if shape.preset == "woocommerce"]
    api = serve({"10": "20"})
    connect(api, shape)
    shop.bind(["10"])
    shop.scheduled_sync()
    assert shop.stock() == {"10": 20.0}

    api.set({"10": "3"})
    run = shop.scheduled_sync()

    assert (run.state, run.delta) == ("done", False)
    assert shop.stock() == {"10": 3.0}


def test_adobe_s_in_stock_with_zero_is_said_and_left_alone(shop, connect_kinds):
    [shape] = [shape for shape in SHAPES if shape.preset == "adobe"]
    connect_kinds(shape)

    shop.sync()

    assert shop.states(["11"]) == {"11": ("error", "invalid_quantity")}
    message = shop.products["11"].sync_binding_ids.error_message
    assert "in stock with 0" in message

    # Who has the stock of all products managed takes the number as it is.
    shop.backend.quantity_path = "quantity"
    shop.sync()
    assert shop.stock()["11"] == 0.0


@every_shape
def test_a_quantity_below_zero_is_refused_and_said(shop, serve, connect, shape):
    connect(serve({"10": "-3"}), shape)
    shop.bind(["10"])
    shop.put("10", 40)

    run = shop.sync()

    assert run.state == "failed"
    assert shop.stock() == {"10": 40.0}
    assert shop.states(["10"]) == {"10": ("error", "invalid_quantity")}


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.locations))
def test_an_answer_about_one_product_names_the_locations(shop, serve, connect, shape):
    api = serve({"10": "9"}, locations=2)
    connect(api, shape)
    shop.bind(["10"])
    rooms = [shop.add_location("Room 1"), shop.add_location("Room 2")]
    for code, room in zip(shape.locations, rooms, strict=True):
        shop.backend.location_map_ids = [(0, 0, {"code": code, "location_id": room.id})]

    shop.sync_chosen(["10"])

    assert [shop.stock(room)["10"] for room in rooms] == [5.0, 4.0]


def test_shopify_s_location_that_is_not_asked_about_is_not_emptied(
    shop, serve, connect
):
    [shape] = [shape for shape in SHAPES if shape.preset == "shopify"]
    connect(serve({"10": "9"}, locations=2), shape, missing_policy="zero")
    shop.backend.write({"guard_zero_percent": 100, "guard_change_percent": 100})
    shop.bind(["10"])
    rooms = [shop.add_location("Room 1"), shop.add_location("Room 2")]
    for code, room in zip(shape.locations, rooms, strict=True):
        shop.backend.location_map_ids = [(0, 0, {"code": code, "location_id": room.id})]
    shop.sync()
    assert [shop.stock(room)["10"] for room in rooms] == [5.0, 4.0]

    shop.backend.parameter_ids.value = "1"
    run = shop.sync()

    assert (run.state, run.line_ids.error_code) == ("partial", "not_in_answer")
    assert [shop.stock(room)["10"] for room in rooms] == [5.0, 4.0]


#: what each preset sends for its list to come in a stable order; others have a cursor
ORDER = {
    "woocommerce": {"orderby": "id", "order": "asc"},
    "commercetools": {"sort": "id asc"},
    "adobe": {
        "searchCriteria[sortOrders][0][field]": "source_item_id",
        "searchCriteria[sortOrders][0][direction]": "ASC",
    },
}


@pytest.mark.parametrize("shape", named(s for s in SHAPES if s.preset in ORDER))
def test_each_page_is_asked_for_in_a_stable_order(shop, serve, connect, shape):
    api = serve(QUANTITIES)
    connect(api, shape, **SMALL_PAGES)
    shop.bind(QUANTITIES)

    shop.sync()

    asked = [
        dict(request["query"])
        for request in api.requests()
        if request["path"].endswith(shop.backend.list_path)
    ]
    pages = [query for query in asked if shop.backend.page_size_param in query]
    assert len(pages) > 2
    assert all(ORDER[shape.preset].items() <= query.items() for query in pages)


def test_each_preset_says_what_it_does_not_cover(shop):
    presets = shop.env["sync.preset"].search([])
    partial = presets.filtered(lambda preset: preset.values.get("list_is_partial"))
    assert len(partial) == len(SHAPES) - len(SHOWS_ALL)
    for preset in partial:
        assert "Nothing that is missing is set to zero" in preset.limits, preset.name
    assert "location_ids" in shop.env.ref("stock_sync_api.preset_shopify").limits


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
    shop.bind(without_unmanaged(QUANTITIES))
    shop.sync()
    api.clock = lambda: utc_now() + timedelta(days=30)

    run = shop.sync()

    assert (run.state, run.changed) == ("done", 0)
    tokens = [r for r in api.requests() if r["path"] == "/commercetools/oauth/token"]
    assert len(tokens) == 2


def test_every_preset_is_tested(shop):
    presets = shop.env["sync.preset"].search([])
    assert {
        xmlid.partition(".preset_")[2] for xmlid in presets.get_external_id().values()
    } == {shape.preset for shape in SHAPES}
