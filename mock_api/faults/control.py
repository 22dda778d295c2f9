"""``/control``: switch scenarios on and off, see which requests came in.

- ``GET /control/scenarios``: all scenarios, with one line on each
- ``PUT /control/scenario`` with ``{"name": "status-429:5"}``: from now on;
  ``"times": 2`` for so many requests only, ``"path": "/stock/1"`` for paths that start
  like this
- ``GET /control/scenario``: the one that is on, or null; ``DELETE``: none from now on
- ``GET /control/requests``: how many requests came in, and the last 1,000, with secrets
  masked; ``DELETE``: forget them

No scenario ever touches these addresses. With a key, they ask for it.
"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from mock_api.arguments import check_whole_number, json_object
from mock_api.auth import require_api_key
from mock_api.faults.scenario import SCENARIOS, BadScenario
from mock_api.state import current_state
from mock_api.strict_json import JsonNumber

MAX_TIMES = 1_000_000

blueprint = Blueprint("control", __name__, url_prefix="/control")
blueprint.before_request(require_api_key)


@blueprint.get("/scenarios")
def scenarios() -> ResponseReturnValue:
    """List all scenarios."""
    return jsonify(
        scenarios=[
            {"name": one.name, "argument": one.argument, "description": one.description}
            for one in SCENARIOS.values()
        ]
    )


@blueprint.get("/scenario")
def shown_scenario() -> ResponseReturnValue:
    """Tell which scenario is on."""
    return jsonify(scenario=current_state().switch.shown())


@blueprint.put("/scenario")
def set_scenario() -> ResponseReturnValue:
    """Switch to a scenario."""
    body = json_object()
    if not {"name"} <= set(body) <= {"name", "times", "path"}:
        raise BadRequest('the body must be {"name": …, "times": …, "path": …}')
    name, times, path = body["name"], body.get("times"), body.get("path", "")
    if type(name) is not str or type(path) is not str:  # nor the text of a number
        raise BadRequest("name and path must be texts")
    if times is not None:
        if not isinstance(times, JsonNumber):
            raise BadRequest("times must be a number")
        times = check_whole_number("times", times, 1, 1, MAX_TIMES)
    try:
        current_state().switch.set(name, times=times, path=path)
    except BadScenario as error:
        raise BadRequest(str(error)) from None
    return shown_scenario()


@blueprint.delete("/scenario")
def clear_scenario() -> ResponseReturnValue:
    """Switch every scenario off."""
    current_state().switch.clear()
    return shown_scenario()


@blueprint.get("/requests")
def received_requests() -> ResponseReturnValue:
    """Tell which requests came in."""
    state = current_state()
    return jsonify(state.received.shown(state.api_key))


@blueprint.delete("/requests")
def forget_requests() -> ResponseReturnValue:
    """Forget which requests came in."""
    current_state().received.clear()
    return "", 204
