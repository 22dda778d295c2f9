"""How scenarios are switched on and off, and what is told of requests."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from shape_readers import CREDENTIALS, TOKEN, basic

import mock_api
from mock_api import create_app
from mock_api.faults.scenario import SCENARIOS, BadScenario

KEY = "sésame/1"
README = Path(mock_api.__file__).with_name("README.md")


def put(client: FlaskClient, **body: object) -> int:
    return client.put("/control/scenario", json=body).status_code


def statuses(client: FlaskClient, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


def test_all_scenarios_are_listed_with_one_line_each(client: FlaskClient):
    listed = client.get("/control/scenarios").get_json()["scenarios"]
    assert [one["name"] for one in listed] == list(SCENARIOS)
    for one in listed:
        assert one["description"]
        assert "\n" not in one["description"]


def test_every_scenario_is_in_the_readme():
    text = README.read_text()
    for name in SCENARIOS:
        if not name.startswith("status-"):
            assert f"`{name}" in text, name


def test_a_scenario_lasts_until_it_is_switched_off(client: FlaskClient):
    assert put(client, name="status-503:5") == 200
    assert statuses(client, "/stock", "/stock/1", "/ebay/x") == [503] * 3
    shown = client.get("/control/scenario").get_json()
    assert shown == {"scenario": {"name": "status-503:5", "times": None, "path": ""}}
    assert client.delete("/control/scenario").get_json() == {"scenario": None}
    assert statuses(client, "/stock", "/stock/1") == [200] * 2


def test_a_scenario_can_be_for_some_requests_only(client: FlaskClient):
    put(client, name="status-500", times=2)
    assert statuses(client, "/stock", "/stock", "/stock") == [500, 500, 200]
    assert client.get("/control/scenario").get_json() == {"scenario": None}


def test_a_scenario_can_be_for_some_paths_only(client: FlaskClient):
    put(client, name="status-500", times=1, path="/stock/1")
    assert statuses(client, "/stock", "/stock/2", "/stock/1") == [200, 200, 500]


def test_another_scenario_takes_the_place_of_the_first(client: FlaskClient):
    put(client, name="status-500", times=5)
    put(client, name="status-404")
    assert statuses(client, "/stock") == [404]


def test_switching_to_a_scenario_starts_it_from_its_beginning(client: FlaskClient):
    def storm() -> list[int]:
        put(client, name="storm")
        return statuses(client, *["/stock/1"] * 50)

    assert storm() == storm()


def test_a_request_can_choose_its_own_scenario(client: FlaskClient):
    put(client, name="status-500", times=1)
    own = {"X-Mock-Scenario": "status-404"}
    assert client.get("/stock", headers=own).status_code == 404
    assert statuses(client, "/stock", "/stock") == [500, 200]


def test_a_scenario_is_on_from_the_start_when_the_application_is_told():
    assert statuses(create_app(scenario="status-502").test_client(), "/stock") == [502]
    with pytest.raises(BadScenario):
        create_app(scenario="unheard-of")


def test_no_scenario_touches_the_pages_of_the_mock_itself(client: FlaskClient):
    put(client, name="status-500")
    own = ["/", "/health", "/openapi.json", "/page/products", "/static/page.js"]
    assert statuses(client, *own, "/control/scenario") == [200] * 6


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "unheard-of"},
        {"name": 5},
        {"name": "nan:1"},
        {"name": "truncated:-1"},
        {"name": "truncated:1.5"},
        {"name": "storm:2"},
        {"name": "status-429:later"},
        {"name": "total-lies:wide"},
        {"name": "nan", "times": 0},
        {"name": "nan", "times": "1"},
        {"name": "nan", "times": True},
        {"name": "nan", "path": 1},
        {"name": "nan", "more": 1},
    ],
)
def test_a_scenario_that_makes_no_sense_is_400_and_changes_nothing(
    client: FlaskClient, body: dict[str, object]
):
    put(client, name="status-409")
    assert put(client, **body) == 400
    assert statuses(client, "/stock") == [409]


def test_a_request_that_asks_for_an_unknown_scenario_is_told_so(client: FlaskClient):
    answer = client.get("/stock", headers={"X-Mock-Scenario": "unheard-of"})
    assert answer.status_code == 400
    assert "unheard-of" in answer.get_json()["error"]


def test_requests_are_told_as_they_came_in(client: FlaskClient):
    client.get(
        "/stock/a%2Fb?x=1&x=2&empty=", headers={"X-Any": "é".encode().decode("l1")}
    )
    client.post("/square/v2/nothing", json={"limit": 1})
    client.get("/health")
    body = client.get("/control/requests").get_json()
    assert body["count"] == 2
    first, second = body["requests"]
    assert first["method"] == "GET"
    assert first["target"] == "/stock/a%2Fb?x=1&x=2&empty="
    assert first["path"] == "/stock/a/b"
    assert first["query"] == [["x", "1"], ["x", "2"], ["empty", ""]]
    assert first["headers"]["X-Any"] == "é"
    assert first["scenario"] is None
    assert (second["method"], second["body"]) == ("POST", '{"limit":1}')


def test_requests_tell_their_scenario_and_can_be_forgotten(client: FlaskClient):
    client.get("/stock", headers={"X-Mock-Scenario": "status-429:7"})
    put(client, name="nan")
    client.get("/stock")
    requests = client.get("/control/requests").get_json()["requests"]
    assert [one["scenario"] for one in requests] == ["status-429:7", "nan"]
    assert client.delete("/control/requests").status_code == 204
    assert client.get("/control/requests").get_json() == {"count": 0, "requests": []}


def test_the_last_1000_requests_are_kept_and_all_are_counted(client: FlaskClient):
    for number in range(1001):
        client.get(f"/stock/{number}")
    body = client.get("/control/requests").get_json()
    assert (body["count"], len(body["requests"])) == (1001, 1000)
    assert body["requests"][0]["path"] == "/stock/1"


@pytest.mark.parametrize("shape", CREDENTIALS)
def test_no_secret_is_told_of_a_request(shape: str):
    client = create_app(api_key="opensesame").test_client()
    headers = CREDENTIALS[shape](client, "opensesame")
    client.get("/stock", headers=headers)
    text = client.get("/control/requests", headers={"X-API-Key": "opensesame"}).text
    assert "***" in text
    for value in ("opensesame", *headers.values(), basic("opensesame")):
        assert value not in text


def test_the_key_is_masked_wherever_it_stands(client: FlaskClient):
    guarded = create_app(api_key=KEY).test_client()
    guarded.get("/stock/s%C3%A9same%2F1?note=s%C3%A9same%2F1&a=b")
    guarded.post(TOKEN, data={"client_secret": "other", "x": "kept"})
    shown = {"X-API-Key": KEY.encode().decode("latin-1")}
    text = guarded.get("/control/requests", headers=shown).text
    first, second = guarded.get("/control/requests", headers=shown).get_json()[
        "requests"
    ]
    assert first["target"] == "/stock/***?note=***&a=b"
    assert first["path"] == "/stock/***"
    assert first["query"] == [["note", "***"], ["a", "b"]]
    assert second["body"] == "client_secret=***&x=kept"
    assert "other" not in text


def test_credentials_are_masked_and_their_scheme_is_told():
    client = create_app().test_client(use_cookies=False)
    headers = {"Authorization": "Bearer abc", "Cookie": "a=b", "X-Auth-Token": "abc"}
    client.get("/stock?access_token=abc&page=1&client_secret=abc", headers=headers)
    (request,) = client.get("/control/requests").get_json()["requests"]
    assert request["headers"]["Authorization"] == "Bearer ***"
    assert request["headers"]["Cookie"] == "***"
    assert request["headers"]["X-Auth-Token"] == "***"
    assert request["target"] == "/stock?access_token=***&page=1&client_secret=***"
    assert dict(request["query"])["access_token"] == "***"
    assert dict(request["query"])["page"] == "1"


def test_with_a_key_control_asks_for_it():
    client = create_app(api_key="opensesame").test_client()
    assert put(client, name="nan") == 401
    for path in ("/control/scenario", "/control/scenarios", "/control/requests"):
        assert client.get(path).status_code == 401
        shown = {"X-API-Key": "opensesame"}
        assert client.get(path, headers=shown).status_code == 200
