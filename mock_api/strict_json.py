"""JSON without Python's leniency, and with the numbers as they were written."""

import json
from typing import NoReturn


class JsonNumber(str):
    """The text of a JSON number; what was a JSON text is a plain ``str``."""

    __slots__ = ()


def parse_json(data: bytes) -> object:
    """Return what ``data`` holds.

    :raise ValueError: when it is not UTF-8 or not JSON, with a sentence for people
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_int=JsonNumber,
            parse_float=JsonNumber,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    except RecursionError:
        raise ValueError("not JSON: too deeply nested") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name} is no JSON number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("not clear: a key is there twice in one object")
    return result
