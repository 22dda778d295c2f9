"""Which quantities are taken, and that their text is kept."""

import pytest
from flask.testing import FlaskClient


def put(client: FlaskClient, written: str) -> tuple[int, str | None]:
    """PUT a quantity as it is written in JSON; return status and kept text."""
    answer = client.put(
        "/stock/1",
        data=f'{{"quantity": {written}}}'.encode(),
        content_type="application/json",
    )
    return answer.status_code, answer.get_json().get("quantity")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"0"', "0"),
        ('"12.5"', "12.5"),
        ('"12.500"', "12.500"),
        ('"-3"', "-3"),
        ('"0.000001"', "0.000001"),
        ('"0.000000"', "0.000000"),
        ('"99999999999.999999"', "99999999999.999999"),
        ('"-99999999999.999999"', "-99999999999.999999"),
        ("50", "50"),
        ("12.50", "12.50"),
        ("0.1", "0.1"),
        ("-0.5", "-0.5"),
        ("99999999999.999999", "99999999999.999999"),
        ("1e3", "1000"),
        ("1e-06", "0.000001"),
        ("1.5E+2", "150"),
    ],
)
def test_a_decimal_quantity_is_taken_and_its_digits_are_kept(
    client: FlaskClient, written: str, kept: str
):
    assert put(client, written) == (200, kept)
    assert client.get("/stock/1").get_json()["quantity"] == kept


@pytest.mark.parametrize(
    "written",
    [
        '""',
        '" 5"',
        '"5\\n"',
        '"+5"',
        '"5."',
        '".5"',
        '"007"',
        '"--5"',
        '"1e3"',
        '"1,000"',
        '"1 000"',
        '"1\\u00a0000"',
        '"1_000"',
        '"12,5"',
        '"0x10"',
        '"five"',
        '"NaN"',
        '"Infinity"',
        '"-inf"',
        '"\\u0665"',  # the Arabic digit five
        '"\\uff15"',  # the full-width digit five
        '"100000000000"',
        '"0.0000001"',
        "NaN",
        "Infinity",
        "true",
        "false",
        "null",
        "[]",
        "[5]",
        "{}",
        "100000000000",
        "0.0000001",
        "1e-7",
        "1e11",
        "1e99",
        "1e400",
        "1e999999999999",
        "1e-999999999999",
    ],
)
def test_anything_else_is_refused_and_not_rounded(client: FlaskClient, written: str):
    before = client.get("/stock/1").json
    assert put(client, written) == (400, None)
    assert client.get("/stock/1").json == before
