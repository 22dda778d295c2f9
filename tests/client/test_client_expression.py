import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.stock_sync_api.client import Mapping, MappingError, Paging, strict_json
from odoo.addons.stock_sync_api.client.errors import ClientError
from odoo.addons.stock_sync_api.client.expression import MISSING, Expression


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
        ("items(@)", "[]"),
        ("children(@, 'c')", "{}"),
        ("join('-', @)", "[null]"),
        ("total(@)", "[true]"),
        ("difference(a, `1`)", '{"a": "x"}'),
        ("sort_by(@, &a)", "[{}, {}]"),
        ("abs(@)", "1"),
    ],
)
def test_an_expression_that_fails_on_an_answer_is_a_typed_error(text, document):
    with pytest.raises(ClientError) as caught:
        evaluate(text, document)
    assert caught.value.code in ("invalid_response", "invalid_quantity")


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
