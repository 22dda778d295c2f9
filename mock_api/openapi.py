"""The API described for machines.

The document is a file written by hand: it is the contract, so it should be read and
changed on its own, and no library has to be kept for three paths. The tests hold the
implementation to it.
"""

import json
from pathlib import Path

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from mock_api.state import current_state

blueprint = Blueprint("openapi", __name__)
_FILE = Path(__file__).with_name("openapi.json")


@blueprint.get("/openapi.json")
def document() -> ResponseReturnValue:
    """Return the OpenAPI document; it asks for a key only where one is set."""
    contract = json.loads(_FILE.read_bytes())
    if not current_state().api_key:
        del contract["security"]
    return jsonify(contract)
