"""Answers that do not come from the application."""

import json

from werkzeug.wrappers import Response


def error_answer(status: int, sentence: str) -> Response:
    """Return an error as the application gives them."""
    return Response(
        json.dumps({"error": sentence}), status, mimetype="application/json"
    )
