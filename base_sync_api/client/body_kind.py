"""What a body looks like, whatever its header says."""

import re

#: what begins a page for people; anything else in angle brackets is XML
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<!?"
    rb"(?:doctype\s+html|html|head|body|title|meta|link|script|style|center|div|span|p|"
    rb"h[1-6]|br|hr|b|pre|table|form|a)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
#: as much of a body as it takes to see what it is
_BEGINNING = 4096


def looks_like_html(body: bytes) -> bool:
    """Whether it is a page for people."""
    return bool(_HTML.match(body[:_BEGINNING]))


def kind_of(body: bytes) -> str:
    """What a body is that was to be something else: html, xml or csv; "" for others."""
    if looks_like_html(body):
        return "html"
    if _MARKUP.match(body):
        return "xml"
    return "csv" if _looks_like_csv(body) else ""


def _looks_like_csv(body: bytes) -> bool:
    """Lines that are divided by the same sign, equally often."""
    text = body[:_BEGINNING].decode("utf-8-sig", "replace")
    if text.lstrip().startswith(("{", "[")):
        return False
    lines = [line for line in text.splitlines()[:5] if line.strip()]
    if len(body) > _BEGINNING:
        lines = lines[:-1] or lines  # the last one may be cut
    return len(lines) > 1 and any(
        len({line.count(sign) for line in lines}) == 1 and sign in lines[0]
        for sign in ";,\t|"
    )
