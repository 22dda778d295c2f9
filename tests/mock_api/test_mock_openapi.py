"""The implementation keeps to its OpenAPI document, whatever it is asked."""

import schemathesis
from flask.testing import FlaskClient
from hypothesis import settings

from mock_api import create_app

KEY = {"X-API-Key": "secret"}

open_api = schemathesis.openapi.from_wsgi("/openapi.json", create_app())
guarded_api = schemathesis.openapi.from_wsgi(
    "/openapi.json", create_app(api_key=KEY["X-API-Key"])
)
repeatable = settings(max_examples=100, derandomize=True, deadline=None, database=None)


@open_api.parametrize()
@repeatable
def test_the_api_keeps_to_its_contract(case: schemathesis.Case):
    case.call_and_validate()


@guarded_api.parametrize()
@repeatable
def test_the_api_with_a_key_keeps_to_its_contract(case: schemathesis.Case):
    case.call_and_validate(headers=KEY)


def test_every_address_of_the_api_is_in_the_document(client: FlaskClient):
    documented = set(client.get("/openapi.json").get_json()["paths"])
    assert documented == {"/stock", "/stock/{product_id}", "/health"}
