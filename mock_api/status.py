"""Is it there?"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from mock_api.state import current_state

blueprint = Blueprint("status", __name__)


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Say that the API is up, and with how many products."""
    return jsonify(status="ok", products=len(current_state().store))
