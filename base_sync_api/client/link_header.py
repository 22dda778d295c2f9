"""The ``Link`` header (RFC 8288).

Read here: what ``requests`` has for it cuts at each comma, and urllib3 has nothing.
"""

import re

_SPACE = r"[ \t\r\n]*"  # line breaks, too: a header may be folded
_TARGET = re.compile(rf"{_SPACE}<([^<>]*)>{_SPACE}")
_PARAMETER = re.compile(
    rf";{_SPACE}(?:([^\s=;,\"<>]+){_SPACE}"
    rf"(?:={_SPACE}(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"<>]*)))?)?{_SPACE}",
    re.DOTALL,
)
_COMMAS = re.compile(r"[ \t\r\n,]*")


def parse_links(value: str) -> list[tuple[str, dict[str, str]]]:
    """Each link of the header: its target, and its parameters by their small names.

    :raise ValueError: for what is no such header
    """
    links = []
    position = _COMMAS.match(value).end()
    while position < len(value):
        target = _TARGET.match(value, position)
        if not target:
            raise ValueError("no target")
        position = target.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(value, position):
            position = parameter.end()
            name, quoted, token = parameter.groups()
            if quoted is not None:
                token = re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
            if name:  # of several of one name the first counts (RFC 8288, 3.3)
                parameters.setdefault(name.lower(), (token or "").strip())
        links.append((target[1].strip(), parameters))
        if position < len(value) and value[position] != ",":
            raise ValueError("neither a parameter nor another link")
        position = _COMMAS.match(value, position).end()
    return links


def next_target(value: str) -> str | None:
    """Where the next page is; None where the header says that there is none.

    :raise ValueError: for a header that does not say plainly which it is
    """
    targets = set()
    for target, parameters in parse_links(value):
        if "rel" not in parameters:
            raise ValueError("a link without a relation")
        if "next" in parameters["rel"].strip("'").lower().split():
            if "anchor" in parameters:
                raise ValueError("what comes next after another page")
            targets.add(target)
    if len(targets) > 1:
        raise ValueError("two next pages")
    return targets.pop() if targets else None
