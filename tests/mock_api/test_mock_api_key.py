"""Who may ask for stock when a key is set."""

import pytest
from flask.testing import FlaskClient

from mock_api import create_app
from mock_api.state import State

KEY = "sésame"
KEY_IN_A_HEADER = KEY.encode().decode("latin-1")


@pytest.fixture
def guarded() -> FlaskClient:
    return create_app(api_key=KEY).test_client()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "wrong"},
        {"X-API-Key": KEY_IN_A_HEADER + "x"},
        {"Authorization": KEY_IN_A_HEADER},
        {"Authorization": f"Basic {KEY_IN_A_HEADER}"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
    ],
)
def test_without_the_key_a_request_for_stock_is_401(
    guarded: FlaskClient, headers: dict[str, str]
):
    answers = [
        guarded.get("/stock", headers=headers),
        guarded.get("/stock/1", headers=headers),
        guarded.get("/stock/unknown", headers=headers),
        guarded.put("/stock/1", headers=headers, json={"quantity": "1"}),
        guarded.get("/page/products", headers=headers),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert list(answer.get_json()) == ["error"]
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="stock API"'


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": KEY_IN_A_HEADER},
        {"Authorization": f"Bearer {KEY_IN_A_HEADER}"},
        {"Authorization": f"bearer  {KEY_IN_A_HEADER}"},
    ],
)
def test_with_the_key_in_either_header_stock_is_served(
    guarded: FlaskClient, headers: dict[str, str]
):
    assert guarded.get("/stock", headers=headers).status_code == 200
    assert guarded.get("/stock/1", headers=headers).status_code == 200
    assert guarded.get("/page/products", headers=headers).status_code == 200
    answer = guarded.put("/stock/1", headers=headers, json={"quantity": "3"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/health", "/openapi.json", "/static/page.js"])
def test_what_holds_no_stock_stays_open(guarded: FlaskClient, path: str):
    assert guarded.get(path).status_code == 200


def test_the_key_is_not_shown_when_the_state_is_printed():
    app = create_app(api_key="secret-key")
    assert isinstance(app.extensions["mock_api"], State)
    assert "secret-key" not in repr(app.extensions)


def test_the_contract_asks_for_a_key_only_where_one_is_set(
    client: FlaskClient, guarded: FlaskClient
):
    assert "security" not in client.get("/openapi.json").get_json()
    assert guarded.get("/openapi.json").get_json()["security"]
