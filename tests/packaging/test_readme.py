"""README.rst and the description page say what the fragments in readme/ say."""

import re
from html import unescape

import pytest

from devenv.paths import ADDONS, PROJECT

FRAGMENTS = [
    path
    for addon in ADDONS
    for path in sorted((PROJECT / addon / "readme").glob("*.md"))
]


def _words(text: str) -> str:
    """Without markup, so that Markdown, RST and HTML can be compared."""
    text = re.sub(r"^\s*\d+\.\s", " ", text, flags=re.MULTILINE)
    return " ".join(re.findall(r"\w+", text))


@pytest.mark.parametrize(
    "fragment", FRAGMENTS, ids=lambda path: str(path.relative_to(PROJECT))
)
def test_each_fragment_is_in_both(fragment) -> None:
    addon = fragment.parents[1]
    words = _words(fragment.read_text())
    assert words in _words((addon / "README.rst").read_text())
    page = (addon / "static" / "description" / "index.html").read_text()
    assert words in _words(unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("addon", ADDONS)
def test_there_are_fragments(addon: str) -> None:
    names = {path.stem for path in FRAGMENTS if path.parents[1].name == addon}
    assert names >= {"DESCRIPTION", "CONFIGURE", "USAGE"}
