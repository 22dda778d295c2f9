import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.base_sync_api.client import ClientError
from odoo.addons.base_sync_api.client.codecs.strict_json import loads
from odoo.addons.stock_sync_api.client.errors import InvalidQuantity
from odoo.addons.stock_sync_api.client.level import Level
from odoo.addons.stock_sync_api.client.quantity import parse_quantity
from odoo.addons.stock_sync_api.client.stock_api import StockApi, StockApiSettings

#: as the API writes it in its JSON → what it means
ACCEPTED = {
    "50": "50",
    '"50"': "50",
    "0": "0",
    "-0": "0",
    '"-0"': "0",
    "-0.0": "0",
    "0e5": "0",
    "12.5": "12.5",
    '"12.50"': "12.50",
    '".5"': "0.5",
    '"007"': "7",
    "-3": "-3",
    '" 50 "': "50",
    '"\\t50\\r\\n"': "50",
    "1e3": "1000",
    '"1E+3"': "1000",
    "5e-1": "0.5",
    "0.1": "0.1",
    "12345678901": "12345678901",
    '"-12345678901.25"': "-12345678901.25",
    "0.30000000000000004": "0.30000000000000004",
}
#: as the API writes it → as a message shows it
REFUSED = {
    '"1_000"': "1_000",
    '"１２"': "１２",
    '"٣"': "٣",
    '"12,5"': "12,5",
    '"1 000"': "1 000",
    '"1\\u00a0000"': "1�000",
    '"\\u00a050"': "�50",
    '"+5"': "+5",
    '"0x10"': "0x10",
    '"5."': "5.",
    '"."': ".",
    '"-"': "-",
    '"e5"': "e5",
    '"--5"': "--5",
    '"5 pcs"': "5 pcs",
    '"½"': "½",
    '""': "",
    '"   "': "   ",
    '"NaN"': "NaN",
    '"Infinity"': "Infinity",
    '"null"': "null",
    '"5\\u0000"': "5�",
    '"\\ud800"': "�",
    "true": "true",
    "false": "false",
    "[]": "[…]",
    "[50]": "[…]",
    "{}": "{…}",
    "123456789012": "123456789012",
    '"-123456789012"': "-123456789012",
    "1e11": "1e11",
    "1e400": "1e400",
    '"1e9999"': "1e9999",
    "9" * 5000: "9" * 39 + "…",
    '"' + "0" * 65 + '"': "0" * 39 + "…",
}


def parsed(text):
    return parse_quantity(loads(text.encode()))


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_plain_number_is_taken_exactly_as_it_was_sent(text):
    quantity = parsed(text)
    assert str(quantity + 0) == str(Decimal(ACCEPTED[text]) + 0)
    assert not quantity.is_signed() or quantity < 0


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_what_is_not_plainly_a_number_is_refused_and_shown(text):
    with pytest.raises(InvalidQuantity) as caught:
        parsed(text)
    assert caught.value.facts == {"quantity": REFUSED[text]}


def test_null_is_no_quantity_and_not_zero():
    assert parsed("null") is None


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_that_json_does_not_have_are_refused(constant):
    with pytest.raises(ClientError) as caught:
        parsed(constant)
    assert caught.value.code == "invalid_response"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"[-+]?[0-9_.,eE١２ ]{1,15}", fullmatch=True),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(json_values)
def test_any_json_value_is_a_quantity_or_refused(value):
    body = json.dumps({"product_id": "1", "quantity": value}).encode()
    try:
        [level] = StockApi(StockApiSettings("http://127.0.0.1"))._items.parse(body, "1")
    except ClientError as error:
        # An InvalidResponse is for the NaN that Python writes, or a key given twice.
        assert error.code in ("invalid_quantity", "invalid_response")
        shown = error.facts.get("quantity", "")
        assert shown.isprintable() and len(shown) <= 40
    else:
        assert isinstance(level, Level)
        assert level.quantity is None or level.quantity.is_finite()


@given(st.integers(-(10**11) + 1, 10**11 - 1), st.integers(0, 4))
def test_every_quantity_that_odoo_can_hold_survives(units, decimals):
    quantity = Decimal(units).scaleb(-decimals)
    assert parsed(f"{quantity:f}") == quantity
    assert parsed(f'"{quantity:f}"') == quantity
