"""README.rst and the description page say what the fragments in readme/ say."""

import re
from html import unescape

import pytest
from odoo_database import ADDON, ROOT

FRAGMENTS = sorted((ROOT / ADDON / "readme").glob("*.md"))


def _words(text: str) -> str:
    """Without markup, so that Markdown, RST and HTML can be compared."""
    text = re.sub(r"^\s*\d+\.\s", " ", text, flags=re.MULTILINE)
    return " ".join(re.findall(r"\w+", text))


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda path: path.name)
def test_each_fragment_is_in_both(fragment) -> None:
    words = _words(fragment.read_text())
    assert words in _words((ROOT / ADDON / "README.rst").read_text())
    page = (ROOT / ADDON / "static" / "description" / "index.html").read_text()
    assert words in _words(unescape(re.sub(r"<[^>]+>", " ", page)))


def test_there_are_fragments() -> None:
    assert {path.stem for path in FRAGMENTS} >= {"DESCRIPTION", "CONFIGURE", "USAGE"}
