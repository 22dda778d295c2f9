import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.base_sync_api.client import MappingError, Paging
from odoo.addons.base_sync_api.client.codecs import strict_json
from odoo.addons.base_sync_api.client.errors import ClientError
from odoo.addons.base_sync_api.client.expression import (
    MISSING,
    Expression,
    _Functions,
)
from odoo.addons.stock_sync_api.client import Mapping
from odoo.addons.stock_sync_api.client.mapping import Mapper


def evaluate(text, document):
    return Expression(text).get(strict_json.loads(document.encode()))


@pytest.mark.parametrize(
    ("text", "document", "result"),
    [
        # Numbers of the answer are text; they compare as the numbers they are.
        ("a == `1`", '{"a": 1}', True),
        ("a == `1`", '{"a": 1.0}', True),
        ("a == `0`", '{"a": 0.00}', True),
        ("a == `1.50`", '{"a": 1.5}', True),
        ("a == `1`", '{"a": true}', False),
        ("a == `true`", '{"a": 1}', False),
        ("a == `true`", '{"a": true}', True),
        ("a == `1`", '{"a": "1"}', True),
        ("a == '1'", '{"a": 1}', True),
        ("a == `1`", '{"a": "x"}', False),
        ("a == `1`", '{"a": null}', False),
        ("a != `1`", '{"a": 1}', False),
        ("a != `1`", '{"a": "x"}', True),
        ("a == b", '{"a": 1, "b": 1.0}', True),
        ("a == 'IN'", '{"a": "IN"}', True),
        ("a > `9`", '{"a": 10}', True),
        ("a > `9`", '{"a": "10"}', True),
        ("`9` < a", '{"a": 10}', True),
        ("a >= `10`", '{"a": 10.0}', True),
        ("a < b", '{"a": 9, "b": 10}', True),
        ("a < b", '{"a": "9", "b": "10"}', False),  # texts, as JMESPath has it
        ("a > `0`", '{"a": "x"}', None),
        ("a > `0`", '{"a": null}', None),
        ("[?a == `1`].b", '[{"a": 1, "b": 2}, {"a": 0, "b": 3}]', ["2"]),
        ("contains(@, `1`)", "[0, 1.0]", True),
        ("contains(@, 'b')", '"abc"', True),
        # Our functions
        ("items(@)", '{"a": 1, "b": {}}', [["a", "1"], ["b", {}]]),
        ("items(@)", "{}", []),
        ("items(a)", "{}", None),
        ("total(@)", '[0.1, "0.2", -1]', "-0.7"),
        ("total(@)", "[]", "0"),
        ("total(@)", "[1, null]", None),
        ("total([*].a)", '[{"a": 12345678901.25}, {"a": 0.75}]', "12345678902.00"),
        ("total(a)", "{}", None),
        ("sum(@)", "[0.1, 0.2]", "0.3"),
        ("difference(a, b)", '{"a": 10, "b": "2.5"}', "7.5"),
        ("difference(a, `1`)", '{"a": 10}', "9"),
        ("difference(a, b)", '{"a": 10}', None),
        (
            "children(@, 'c')",
            '[{"id": 1, "c": [{"q": 2}, 3]}, {"c": null}, {}, 4]',
            [{"q": "2", "parent": {"id": "1", "c": [{"q": "2"}, "3"]}}],
        ),
        ("children(a, 'c')", "{}", None),
        (
            "leaves(@)",
            '{"a": {"x": 1, "y": null}, "b": {"x": [2]}}',
            [
                {"path": ["a", "x"], "value": "1"},
                {"path": ["a", "y"], "value": None},
                {"path": ["b", "x"], "value": ["2"]},
            ],
        ),
        ("leaves(a)", "{}", None),
        ("join('-', [a, b])", '{"a": "x", "b": 7}', "x-7"),
        ("to_number(a)", '{"a": "12.50"}', "12.50"),
        ("to_number(a)", '{"a": "x"}', None),
        ("length(@)", "[1, 2]", "2"),
        ("`1.5`", "{}", "1.5"),
    ],
)
def test_an_expression_understands_numbers_that_are_text(text, document, result):
    assert evaluate(text, document) == result


@pytest.mark.parametrize(
    ("text", "document", "found"),
    [
        ("a", '{"a": null}', None),
        ("a", "{}", MISSING),
        ("a", "[]", MISSING),
        ("a", "null", MISSING),
        ("a.b", '{"a": {"b": null}}', None),
        ("a.b", '{"a": {}}', MISSING),
        ("a.b", '{"a": null}', MISSING),
        ("a.b.c", '{"a": {"b": {"c": 1}}}', "1"),
        ('"a b"', '{"a b": 1}', "1"),
        ("@", "null", None),
        ("a || b", "{}", None),  # JMESPath does not tell
    ],
)
def test_a_plain_path_tells_null_from_nothing(text, document, found):
    assert Expression(text).find(strict_json.loads(document.encode())) == found


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a.", 2),
        ("a[", 2),
        ("a b", 2),
        ("a &", 2),
        ("'open", 0),
        ("", None),
        ("nonsense(@)", 0),
        ("a && nonsense(@)", 5),
        ("length(@, @)", 0),
        ("length()", 0),
        ("(" * 10_000, None),
    ],
)
def test_what_does_not_compile_is_told_with_its_place(text, position):
    with pytest.raises(MappingError) as caught:
        Expression(text, "rows")
    assert caught.value.field == "rows"
    assert caught.value.position == position or position is None
    assert caught.value.message and "\n" not in caught.value.message


def test_the_settings_say_which_of_their_expressions_does_not_compile():
    Mapping(filter="status == `1`", levels="children(@, 'x')").check()
    Paging("page", next="a", pages="header:X-Pages", total="a.b").check()
    for settings, field in (
        (Mapping(quantity="a."), "quantity"),
        (Mapping(success="nope()"), "success"),
        (Paging(total="a["), "total"),
        (Paging(next="["), "next"),
    ):
        with pytest.raises(MappingError) as caught:
            settings.check()
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("starts_with(a, 'x')", "{}"),
        ("items(@)", "[1]"),
        ("leaves(@)", "[1]"),
        ("children(@, 'c')", "{}"),
        ("join('-', @)", "[null]"),
        ("total(@)", "[true]"),
        ("difference(a, `1`)", '{"a": "x"}'),
        ("sort_by(@, &a)", "[{}, {}]"),
        ("abs(@)", '"1"'),
        ("abs(@)", "1e999"),
        ("max(@)", '[1, "2"]'),
        ("sort(@)", '["1", 2]'),
        ("max_by(@, &a)", '[{"a": 1}, {"a": "2"}]'),
        ("avg(@)", "[1, null]"),
        ("length(@)", "12"),
        ("reverse(@)", "12"),
    ],
)
def test_an_expression_that_fails_on_an_answer_is_a_typed_error(text, document):
    with pytest.raises(ClientError) as caught:
        evaluate(text, document)
    assert caught.value.code in ("invalid_response", "invalid_quantity")


#: each function of the table, with what it gives on numbers of an answer
FUNCTIONS = {
    "abs": [("abs(@)", "-12.50", "12.50"), ("abs(`-3`)", "0", "3")],
    "avg": [
        ("avg(@)", "[0.1, 0.2]", "0.15"),
        ("avg(@)", "[]", None),
        ("avg(@)", "[12345678901.25, 12345678901.75]", "12345678901.50"),
    ],
    "ceil": [("ceil(@)", "1.2", "2"), ("ceil(@)", "-0.5", "0")],
    "children": [("children(@, 'c')[].q", '[{"c": [{"q": 2}]}]', ["2"])],
    "contains": [
        ("contains(@, `10`)", "[9, 10.0]", True),
        ("contains(@, `[1]`)", "[[1.0]]", True),
    ],
    "difference": [("difference(@, `0.1`)", "0.3", "0.2")],
    "ends_with": [("ends_with(@, '23')", "123", True)],
    "floor": [("floor(@)", "12.9", "12"), ("floor(@)", "-0.5", "-1")],
    "items": [("items(@)", '{"a": 10}', [["a", "10"]]), ("items(@)", "[]", [])],
    "join": [("join('-', @)", "[1, 2]", "1-2")],
    "keys": [("keys(@)", '{"a": 10}', ["a"]), ("keys(@)", "[]", [])],
    "leaves": [
        ("leaves(@)[].value", '{"a": {"b": 10}}', ["10"]),
        ("leaves(@)", "[]", []),
    ],
    "length": [("length(@)", "[1, 2]", "2"), ("length(@) > `9`", '"0123456789"', True)],
    "map": [("map(&q, @)", '[{"q": 2}, {}]', ["2", None])],
    "max": [
        ("max(@)", "[9, 10, 1e1, 2.5]", "10"),
        ("max(@)", '["9", "10"]', "9"),  # texts
        ("max(@)", "[]", None),
    ],
    "max_by": [("max_by(@, &q).q", '[{"q": 9}, {"q": 10}]', "10")],
    "merge": [('merge(@, `{"b": 2}`)', '{"a": 1}', {"a": "1", "b": "2"})],
    "min": [("min(@)", "[9, 10, -0.5]", "-0.5"), ("min(@)", "[10, 9.0]", "9.0")],
    "min_by": [("min_by(@, &q).q", '[{"q": 9}, {"q": 10}]', "9")],
    "not_null": [("not_null(a, b)", '{"b": 10}', "10")],
    "reverse": [("reverse(@)", "[1, 2]", ["2", "1"])],
    "sort": [("sort(@)", "[10, 9, 1.5]", ["1.5", "9", "10"])],
    "sort_by": [
        ("sort_by(@, &q)[].q", '[{"q": 10}, {"q": 9}]', ["9", "10"]),
        ("sort_by(@, &q)[0].q", '[{"q": "b"}, {"q": "a"}]', "a"),
        ("sort_by(@, &q)", "[]", []),
    ],
    "starts_with": [("starts_with(@, '12')", "123", True)],
    "sum": [("sum(@)", "[0.1, 0.2]", "0.3")],
    "to_array": [("to_array(@)", "10", ["10"])],
    "to_number": [("to_number(@)", '"1.50"', "1.50"), ("to_number(@)", "7", "7")],
    "to_string": [
        ("to_string(@)", "1.50", "1.50"),
        (
            "to_string(@)",
            '{"a": [1.50, "2", null, true]}',
            '{"a":[1.50,"2",null,true]}',
        ),
    ],
    "total": [("total(@)", "[0.1, 0.2]", "0.3")],
    "type": [
        ("type(@)", "10", "number"),
        ("type(@)", '"10"', "string"),
        ("type(`10`)", "{}", "number"),
        ("[*].type(@)", "[null, true, [], {}]", ["null", "boolean", "array", "object"]),
    ],
    "values": [("values(@)", '{"a": 10}', ["10"])],
}


def test_every_function_that_saving_accepts_is_tried():
    assert FUNCTIONS.keys() == _Functions.FUNCTION_TABLE.keys()


@pytest.mark.parametrize(
    ("text", "document", "result"),
    [case for each in FUNCTIONS.values() for case in each],
)
def test_every_function_takes_the_numbers_of_an_answer(text, document, result):
    found = evaluate(text, document)
    assert found == result
    assert not isinstance(found, int | float) or isinstance(found, bool)


@pytest.mark.parametrize(
    ("text", "document", "result"),
    [
        ('@ == `[1, {"a": 2}]`', '[1.0, {"a": 2.0}]', True),
        ("@ == `[1, 2]`", "[1]", False),
        ('@ == `{"a": 1}`', '{"a": 1.0}', True),
        ('@ == `{"a": 1}`', '{"b": 1.0}', False),
        ("@ != `[1]`", "[1.0]", False),
        ("@ > `0.1`", "0.10000000000000000001", True),
        ("max(@) == `10`", "[9, 10]", True),
        ("abs(@) > `9`", "-10", True),
        ("length(@) == `2`", "[1, 2]", True),
    ],
)
def test_comparisons_with_a_literal_go_by_value(text, document, result):
    assert evaluate(text, document) is result


# How much an expression may make

ROWS = json.dumps({"items": [{"product_id": "1", "quantity": 5}] * 64})
DOUBLING = "items | " + " | ".join(["[@, @][]"] * 20)


@pytest.mark.parametrize(
    "text",
    [
        DOUBLING,
        "items | " + " | ".join(["[@, @]"] * 25),
        "items | " + " | ".join(["{a: @, b: @}"] * 25),
        "items | " + " | ".join(["[@, @]"] * 25) + "[*]" * 25 + ".nothing",
        "items | " + " | ".join(["[@, @]"] * 25) + " | to_string(@)",
        " | ".join(["join('0123456789', [to_string(@), to_string(@)])"] * 25),
        "items | " + " | ".join(["{a: @, b: @}"] * 25) + " | leaves(@)",
        "items | " + " | ".join(["[@, @]"] * 25) + " | @ == [@][]",
        "items | " + " | ".join(["{a: @, b: @} | [a, b][]"] * 20),
        "[{c: items}] | "
        + " | ".join(["[@, @][]"] * 9)
        + " | [{c: @}] | children(@, 'c') | children(@, 'c') | [].parent.c[].c[]",
    ],
)
def test_an_expression_that_makes_much_of_little_meets_a_limit(text):
    content = strict_json.loads(ROWS.encode())
    tracemalloc.start()
    try:
        with pytest.raises(ClientError) as caught:
            Expression(text).get(content)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.facts == {"reason": "too_much", "name": text}
    assert peak < 60 * 2**20


@pytest.mark.parametrize(
    "text",
    [
        "items[?quantity > `0`]",
        "items[].{id: product_id, levels: [quantity, quantity]}",
        "items[].[product_id, quantity] | [?[1] == `5`]",
        "sort_by(items, &quantity)",
        "items[].levels[][]",
        "children(items, 'levels')",
        "items[].leaves(@)[]",
        "to_string(@)",
        "join(',', items[].text)",
    ],
)
def test_a_large_answer_is_no_reason_to_stop(text):
    row = {"product_id": "1", "quantity": 5, "levels": [{"a": 1}] * 5, "text": "x" * 99}
    document = json.dumps({"items": [row] * 20_000}).encode()
    assert Expression(text).get(strict_json.loads(document))


def test_one_row_that_is_too_much_does_not_cost_the_time_of_all():
    mapping = Mapping(quantity="[" + DOUBLING.removeprefix("items | ") + "] | [0]")
    mapper = Mapper(mapping)
    with pytest.raises(ClientError) as caught:
        mapper.read_rows(strict_json.loads(ROWS.encode())["items"])
    assert caught.value.facts["reason"] == "too_much"


def test_leaves_of_very_deep_objects_are_found():
    value = 1
    for _ in range(5000):
        value = {"a": value}
    [leaf] = Expression("leaves(@)").get(value)
    assert len(leaf["path"]) == 5000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
TEXTS = ["a.b", "a > b", "a == b", "a[?b > `0`]", "items(@)", "leaves(@)", "total(@)"]
TEXTS += ["children(@, 'a')", "difference(a, b)", "join(a, b)", "contains(a, b)"]
TEXTS += ["to_number(a)"]


@given(st.sampled_from(TEXTS), json_values)
def test_any_answer_gives_a_value_or_a_typed_error(text, value):
    try:
        evaluate(text, json.dumps(value))
    except ClientError as error:
        assert error.code in ("invalid_response", "invalid_quantity")
