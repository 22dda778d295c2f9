"""JSON with decimal numbers as they are: 12.50 is written 12.50."""

import json
from decimal import Decimal
from typing import Any

from flask.json.provider import JSONProvider


class ExactJSON(JSONProvider):
    """Keys in the order of the documentation, no padding, no float in between."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return dumps(obj)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, **kwargs)


def dumps(value: object) -> str:
    """Return ``value`` as JSON text.

    :raise TypeError: when something in it is no JSON
    """
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)}:{dumps(item)}" for key, item in value.items())
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(dumps, value))}]"
    return json.dumps(value)
