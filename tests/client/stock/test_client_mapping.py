import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from odoo.addons.base_sync_api.client.codecs import strict_json
from odoo.addons.base_sync_api.client.errors import ClientError
from odoo.addons.stock_sync_api.client import Level, Mapping
from odoo.addons.stock_sync_api.client.mapping import Mapper


def read(mapping, document):
    """The levels of a list's answer, and its faults as (id, code, reason)."""
    mapper = Mapper(mapping)
    if not isinstance(document, bytes):
        document = json.dumps(document).encode()
    levels, faults = mapper.read_rows(mapper.rows(strict_json.loads(document)))
    return levels, [(i, error.code, error.facts.get("reason")) for i, error in faults]


def failure(mapping, document):
    with pytest.raises(ClientError) as caught:
        read(mapping, document)
    return caught.value


def utc(*args):
    return datetime(*args)


SHAPES = {
    "GlobalShop": (
        Mapping(),
        b"""{"items": [{"product_id": "123", "quantity": "50",
            "updated_at": "2025-11-20T10:00:00Z"}], "page": 1, "pages": 20}""",
        [Level("123", Decimal(50), None, utc(2025, 11, 20, 10))],
    ),
    "Shopify": (
        Mapping(
            rows="inventory_levels",
            external_id="inventory_item_id",
            quantity="available",
            location="location_id",
        ),
        b"""{"inventory_levels": [{"inventory_item_id": 808950810,
            "location_id": 655441491, "available": 9,
            "updated_at": "2025-10-01T12:00:00-04:00"}]}""",
        [Level("808950810", Decimal(9), "655441491", utc(2025, 10, 1, 16))],
    ),
    "Amazon": (
        Mapping(
            rows="payload.inventorySummaries",
            external_id="sellerSku",
            quantity="inventoryDetails.fulfillableQuantity",
            date="lastUpdatedTime",
        ),
        b"""{"payload": {"inventorySummaries": [{"sellerSku": "SKU-1",
            "totalQuantity": 12, "lastUpdatedTime": "2025-10-01T12:00:00Z",
            "inventoryDetails": {"fulfillableQuantity": 10,
            "reservedQuantity": {"totalReservedQuantity": 2}}}]},
            "pagination": {"nextToken": "abc"}}""",
        [Level("SKU-1", Decimal(10), None, utc(2025, 10, 1, 12))],
    ),
    "Amazon, on hand by a difference": (
        Mapping(
            rows="payload.inventorySummaries",
            external_id="sellerSku",
            quantity="difference(totalQuantity, inventoryDetails.reserved)",
            date="",
        ),
        b"""{"payload": {"inventorySummaries": [{"sellerSku": "SKU-1",
            "totalQuantity": 12, "inventoryDetails": {"reserved": 2}}]}}""",
        [Level("SKU-1", Decimal(10))],
    ),
    "WooCommerce": (
        Mapping(
            rows="@",
            external_id="id",
            quantity="stock_quantity",
            date="date_modified_gmt",
        ),
        b"""[{"id": 799, "sku": "W-1", "manage_stock": true, "stock_quantity": 12,
            "date_modified_gmt": "2025-10-01T12:00:00"},
            {"id": 800, "sku": "W-2", "manage_stock": false, "stock_quantity": null,
            "date_modified_gmt": "2025-10-01T12:00:00"}]""",
        [
            Level("799", Decimal(12), None, utc(2025, 10, 1, 12)),
            Level("800", None, None, utc(2025, 10, 1, 12)),
        ],
    ),
    "Square": (
        Mapping(
            rows="counts",
            external_id="catalog_object_id",
            location="location_id",
            date="calculated_at",
            filter="state == 'IN_STOCK'",
        ),
        b"""{"counts": [{"catalog_object_id": "W62", "state": "IN_STOCK",
            "location_id": "C6W5", "quantity": "22",
            "calculated_at": "2025-11-16T22:28:01.223Z"},
            {"catalog_object_id": "W62", "state": "SOLD", "location_id": "C6W5",
            "quantity": "7", "calculated_at": "2025-11-16T22:28:01.223Z"}],
            "cursor": "next"}""",
        [Level("W62", Decimal(22), "C6W5", utc(2025, 11, 16, 22, 28, 1, 223000))],
    ),
    "BigCommerce": (
        Mapping(
            rows="data",
            external_id="identity.sku",
            levels="locations",
            quantity="total_inventory_onhand",
            location="location_id",
            date="",
        ),
        b"""{"data": [{"identity": {"sku": "SM-13"}, "locations": [
            {"location_id": 1, "available_to_sell": 10, "total_inventory_onhand": 12},
            {"location_id": 2, "available_to_sell": 0, "total_inventory_onhand": 0}]}],
            "meta": {"pagination": {"current_page": 1, "total_pages": 3}}}""",
        [Level("SM-13", Decimal(12), "1"), Level("SM-13", Decimal(0), "2")],
    ),
    "commercetools": (
        Mapping(
            rows="results",
            external_id="sku",
            quantity="quantityOnStock",
            location="supplyChannel.id",
            date="lastModifiedAt",
        ),
        b"""{"limit": 100, "offset": 0, "count": 2, "total": 2, "results": [
            {"sku": "CT-1", "version": 4, "quantityOnStock": 10,
            "availableQuantity": 9, "supplyChannel": {"id": "ch-1"},
            "lastModifiedAt": "2025-10-01T12:00:00.000Z"},
            {"sku": "CT-1", "version": 1, "quantityOnStock": 3,
            "lastModifiedAt": "2025-10-01T12:00:00.000Z"}]}""",
        [
            Level("CT-1", Decimal(10), "ch-1", utc(2025, 10, 1, 12)),
            Level("CT-1", Decimal(3), None, utc(2025, 10, 1, 12)),
        ],
    ),
    "eBay": (
        Mapping(
            rows="inventoryItems",
            external_id="sku",
            quantity="availability.shipToLocationAvailability.quantity",
            date="",
        ),
        b"""{"inventoryItems": [{"sku": "E-1", "availability":
            {"shipToLocationAvailability": {"quantity": 50}}}], "total": 200,
            "limit": 25, "next": "/sell/inventory/v1/inventory_item?offset=25"}""",
        [Level("E-1", Decimal(50))],
    ),
    "Adobe Commerce": (
        Mapping(
            external_id="sku",
            quantity="status == `0` && '0' || quantity",
            location="source_code",
            date="",
        ),
        b"""{"items": [
            {"sku": "24-MB01", "source_code": "default", "quantity": 100.0,
            "status": 1},
            {"sku": "24-MB02", "source_code": "default", "quantity": 7.0,
            "status": 0}],
            "total_count": 2}""",
        [
            Level("24-MB01", Decimal("100.0"), "default"),
            Level("24-MB02", Decimal(0), "default"),
        ],
    ),
    "a map by id": (
        Mapping(rows="items(stock)", external_id="[0]", quantity="[1].qty", date=""),
        b"""{"stock": {"A-1": {"qty": 5}, "A-2": {"qty": 0}}}""",
        [Level("A-1", Decimal(5)), Level("A-2", Decimal(0))],
    ),
    "two levels of maps": (
        Mapping(
            rows="leaves(stock)",
            external_id="path[1]",
            location="path[0]",
            quantity="value",
            date="",
        ),
        b"""{"stock": {"PARIS": {"A-1": 5, "A-2": 1.5}, "LYON": {"A-1": 0}}}""",
        [
            Level("A-1", Decimal(5), "PARIS"),
            Level("A-2", Decimal("1.5"), "PARIS"),
            Level("A-1", Decimal(0), "LYON"),
        ],
    ),
    "bins in warehouses, summed": (
        Mapping(
            rows="children(warehouses, 'articles')",
            external_id="no",
            location="join('/', [parent.code, area])",
            quantity="total(bins[].qty)",
            date="parent.at",
        ),
        b"""{"warehouses": [{"code": "W1", "at": 1759320000, "articles": [
            {"no": 7, "area": 3, "bins": [{"qty": 1}, {"qty": "2.5"}]}]}]}""",
        [Level("7", Decimal("3.5"), "W1/3", utc(2025, 10, 1, 12))],
    ),
    "a status inside a 200": (
        Mapping(rows="result.rows", success="status == 'ok'", date=""),
        b"""{"status": "ok", "result": {"rows": [
            {"product_id": "1", "quantity": 5}]}}""",
        [Level("1", Decimal(5))],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_understood_by_configuration_alone(shape):
    mapping, document, expected = SHAPES[shape]
    mapping.check()
    levels, faults = read(mapping, document)
    assert levels == expected
    assert [str(level.quantity) for level in levels] == [
        str(level.quantity) for level in expected
    ]
    assert faults == []


def test_a_text_from_the_answer_is_plain_text():
    [level], _faults = read(*SHAPES["Shopify"][:2])
    assert type(level.external_id) is type(level.location_code) is str


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"product_id": "2"}, ("2", "invalid_response", "missing")),
        ({"product_id": "2", "quantity": "many"}, ("2", "invalid_quantity", None)),
        ({"product_id": "2", "quantity": True}, ("2", "invalid_quantity", None)),
        (
            {"product_id": "2", "quantity": 1, "place": {}},
            ("2", "invalid_response", "bad_location"),
        ),
        (
            {"product_id": "2", "quantity": 1, "place": "a\x00"},
            ("2", "invalid_response", "bad_location"),
        ),
        ({"quantity": 1}, (None, "invalid_response", "missing")),
        ({"product_id": None, "quantity": 1}, (None, "invalid_response", "bad_id")),
        ({"product_id": True, "quantity": 1}, (None, "invalid_response", "bad_id")),
        ({"product_id": {}, "quantity": 1}, (None, "invalid_response", "bad_id")),
        *(
            (
                {"product_id": external_id, "quantity": 1},
                (None, "invalid_response", why),
            )
            for external_id, why in (
                ("", "bad_id_empty"),
                (" \t", "bad_id_empty"),
                (1.0, "bad_id_number"),
                (1e30, "bad_id_number"),
                ("a\nb", "bad_id_character"),
                ("a\tb", "bad_id_character"),
                ("\ud800", "bad_id_character"),
                ("x" * 300, "bad_id_long"),
            )
        ),
        ([], (None, "invalid_response", "missing")),
        (None, (None, "invalid_response", "missing")),
        ("text", (None, "invalid_response", "missing")),
    ],
)
def test_a_row_that_says_nothing_usable_leaves_its_neighbours_alone(row, fault):
    mapper = Mapper(Mapping(location="place"))
    good = [{"product_id": i, "quantity": i} for i in ("1", "3")]
    rows = strict_json.loads(json.dumps([good[0], row, good[1]]).encode())
    levels, [(external_id, error)] = mapper.read_rows(rows)
    assert [level.external_id for level in levels] == ["1", "3"]
    assert (external_id, error.code, error.facts.get("reason")) == fault
    assert error.facts["row"] == 2


def test_null_is_no_stock_kept_and_absence_is_a_fault():
    rows = [{"product_id": "1", "quantity": None}, {"product_id": "2"}]
    levels, faults = read(Mapping(), {"items": rows})
    assert levels == [Level("1", None)]
    assert faults == [("2", "invalid_response", "missing")]


def test_spaces_around_an_id_are_no_part_of_it():
    levels, _faults = read(Mapping(), {"items": [{"product_id": " 1 ", "quantity": 1}]})
    assert levels[0].external_id == "1"


@pytest.mark.parametrize(
    ("external_id", "reason", "shown"),
    [
        (123.0, "bad_id_number", "123.0"),
        ("A\tB", "bad_id_character", "A�B"),
        ("x" * 300, "bad_id_long", "x" * 40 + "…"),
    ],
)
def test_ids_that_all_have_one_fault_are_told_with_it(external_id, reason, shown):
    rows = [{"product_id": external_id, "quantity": 1}] * 2
    error = failure(Mapping(), {"items": rows})
    assert (error.facts["reason"], error.facts["id"]) == (reason, shown)


def test_a_filter_that_fails_on_every_row_is_told_as_such():
    mapping = Mapping(filter="starts_with(state, 'IN')")
    rows = [{"product_id": "1", "quantity": 1}, {"product_id": "2", "quantity": 1}]
    error = failure(mapping, {"items": rows})
    assert error.facts["reason"] == "expression"
    assert error.facts["name"] == mapping.filter


def test_one_bad_level_is_a_fault_beside_the_good_ones():
    mapping = Mapping(levels="at", location="place")
    good = {"product_id": "1", "at": [{"place": "A", "quantity": 1}]}
    bad = {
        "product_id": "2",
        "at": [{"place": "A", "quantity": 1}, {"place": "B", "quantity": "?"}],
    }
    none = {"product_id": "3", "at": []}
    null = {"product_id": "4", "at": None}
    levels, faults = read(mapping, {"items": [good, bad, none, null]})
    assert levels == [Level("1", Decimal(1), "A"), Level("2", Decimal(1), "A")]
    assert [fault[:2] for fault in faults] == [
        ("2", "invalid_quantity"),
        ("4", "invalid_response"),
    ]


def test_a_fault_says_which_location_it_is_about():
    mapping = Mapping(location="place")
    rows = b'[{"product_id": 1, "place": "B", "quantity": 1e999}, {"product_id": 2}]'
    _levels, faults = Mapper(mapping).read_rows(strict_json.loads(rows))
    assert [error.facts["location_code"] for _id, error in faults] == ["B", None]


def test_the_time_of_a_level_comes_before_that_of_its_row():
    mapping = Mapping(levels="at", date="t")
    row = {
        "product_id": "1",
        "t": "2025-01-01T00:00:00Z",
        "at": [{"quantity": 1}, {"quantity": 1, "t": "2025-02-01T00:00:00Z"}],
    }
    levels, _faults = read(mapping, {"items": [row]})
    assert [level.date.month for level in levels] == [1, 2]


@pytest.mark.parametrize(
    "document", [{}, {"items": {}}, {"items": ""}, {"error": "busy"}, [1], "x", 0]
)
def test_an_answer_without_a_list_is_no_empty_catalogue(document):
    error = failure(Mapping(), document)
    assert (error.facts["reason"], error.facts["name"]) == ("no_rows", "items")


@pytest.mark.parametrize("document", [{"items": []}, {"items": None}, [], None])
def test_an_empty_list_is_an_empty_catalogue_however_it_is_written(document):
    assert read(Mapping(), document) == ([], [])


@pytest.mark.parametrize("rows", ["items(stock)", "stock.*", "values(stock)"])
def test_an_empty_array_in_place_of_an_object_is_an_empty_catalogue(rows):
    assert read(Mapping(rows=rows), {"stock": []}) == ([], [])


def test_rows_of_which_none_has_an_id_are_those_of_another_api():
    rows = [{"id": 1, "quantity": 1}, {"id": 2, "quantity": 1}]
    assert failure(Mapping(), {"items": rows}).facts["reason"] == "mapping"
    # Whatever is filtered out says nothing about it.
    mapping = Mapping(filter="id == `9`")
    assert read(mapping, {"items": rows}) == ([], [])
    mapping = Mapping(filter="id == `2`")
    assert failure(mapping, {"items": rows}).facts["reason"] == "mapping"


@pytest.mark.parametrize("status", [None, False, "ok", "true", 1, {}, [True], "absent"])
def test_what_is_not_true_is_no_success(status):
    document = {"items": []} | ({} if status == "absent" else {"success": status})
    error = failure(Mapping(success="success"), document)
    assert (error.code, error.facts["reason"]) == ("invalid_response", "no_success")


def test_an_answer_whose_expression_fails_is_told_row_by_row():
    mapping = Mapping(quantity="length(quantity)")
    rows = [{"product_id": "1", "quantity": [1, 2]}, {"product_id": "2", "quantity": 5}]
    levels, faults = read(mapping, {"items": rows})
    assert levels == [Level("1", Decimal(2))]
    assert faults == [("2", "invalid_response", "expression")]


# One product


def read_item(mapping, document, external_id="1"):
    body = json.dumps(document).encode()
    return Mapper(mapping).read_item(strict_json.loads(body), external_id)


ROW = {"product_id": "1", "quantity": 5}
OTHER = {"product_id": "2", "quantity": 6}


@pytest.mark.parametrize(
    ("mapping", "document"),
    [
        (Mapping(), ROW),
        (Mapping(item_rows="[]"), [ROW]),
        (Mapping(item_rows="data"), {"data": ROW}),
        (Mapping(item_rows="data"), {"data": [ROW]}),
        (Mapping(item_rows="data"), {"data": [OTHER, ROW]}),
        (Mapping(external_id=""), {"quantity": 5}),
        (Mapping(external_id="product_id"), {"product_id": 1, "quantity": 5}),
        (
            Mapping(item_rows="[]", filter="quantity == `5`"),
            [ROW, {**ROW, "quantity": 9}],
        ),
        (Mapping(success="ok"), {**ROW, "ok": True}),
    ],
)
def test_one_product_has_a_row_or_several(mapping, document):
    assert read_item(mapping, document) == [Level("1", Decimal(5))]


def test_one_product_may_have_several_levels():
    mapping = Mapping(levels="at", location="place")
    at = [{"place": "A", "quantity": 1}, {"place": "B", "quantity": 2}]
    levels = read_item(mapping, {"product_id": "1", "at": at})
    assert [(level.location_code, level.quantity) for level in levels] == [
        ("A", 1),
        ("B", 2),
    ]


@pytest.mark.parametrize(
    ("mapping", "document", "code", "reason"),
    [
        (Mapping(item_rows="data"), {"data": []}, "not_in_answer", None),
        (Mapping(filter="no"), ROW, "not_in_answer", None),
        (Mapping(), [ROW], "invalid_response", "not_an_object"),
        (Mapping(item_rows="[]"), [OTHER], "product_mismatch", None),
        (Mapping(item_rows="data"), {"data": [OTHER]}, "product_mismatch", None),
        (Mapping(item_rows="data"), {}, "invalid_response", "no_rows"),
        (Mapping(item_rows="data"), {"data": 5}, "invalid_response", "not_an_object"),
        (Mapping(success="ok"), ROW, "invalid_response", "no_success"),
        (Mapping(external_id=""), {}, "invalid_response", "missing"),
    ],
)
def test_an_answer_that_is_not_about_the_product_is_refused(
    mapping, document, code, reason
):
    with pytest.raises(ClientError) as caught:
        read_item(mapping, document)
    assert (caught.value.code, caught.value.facts.get("reason")) == (code, reason)


# Times


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ('"2025-10-01T12:00:00Z"', utc(2025, 10, 1, 12)),
        ('"2025-10-01T12:00:00+02:00"', utc(2025, 10, 1, 10)),
        ('"2025-10-01T12:00:00.5-0330"', utc(2025, 10, 1, 15, 30, 0, 500000)),
        ('"2025-10-01T12:00"', utc(2025, 10, 1, 12)),
        ('"20251001T120000Z"', utc(2025, 10, 1, 12)),
        ('"2025-10-01 12:00:00"', utc(2025, 10, 1, 12)),
        ('"2025-10-01T12:00:00.123456789Z"', utc(2025, 10, 1, 12, 0, 0, 123456)),
        ("1759320000", utc(2025, 10, 1, 12)),
        ("1759320000123", utc(2025, 10, 1, 12, 0, 0, 123000)),
        ("9999999999", None),  # ahead of us
        ("null", None),
    ],
)
def test_times_of_many_forms_are_naive_utc(text, date):
    body = b'{"items": [{"product_id": "1", "quantity": 1, "updated_at": %s}]}'
    [level], _faults = read(Mapping(), body % text.encode())
    assert level.date == date


def test_a_time_far_ahead_counts_as_not_given():
    now = datetime.now(timezone.utc)
    rows = [
        {
            "product_id": "1",
            "quantity": 1,
            "updated_at": (now + timedelta(minutes=minutes)).isoformat(),
        }
        for minutes in (5, 15)
    ]
    levels, _faults = read(Mapping(), {"items": rows})
    assert [level.date is None for level in levels] == [False, True]
