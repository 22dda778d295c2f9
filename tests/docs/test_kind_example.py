"""The example of docs/contributing.md is real, whole and small."""

import re

from devenv.paths import EXAMPLE_ADDON, PROJECT, folder_of

EXAMPLE = folder_of(EXAMPLE_ADDON)
PAGE = (PROJECT / "docs" / "contributing.md").read_text()
FILES = [
    path
    for path in sorted(EXAMPLE.rglob("*"))
    if path.suffix in (".py", ".xml", ".csv")
    and "tests" not in path.relative_to(EXAMPLE).parts
]


def section():
    return re.search(r"^## A kind of your own.*?(?=^## )", PAGE, re.M | re.S)[0]


def snippets():
    """The indented blocks, without the indentation that all their lines have."""
    blocks = re.findall(r"(?:^ {4}.*\n(?:\n(?= {4}))?)+", section(), re.M)
    return [re.sub(r"^ {4}", "", block, flags=re.M) for block in blocks]


def test_the_example_has_less_than_150_lines():
    assert sum(len(path.read_text().splitlines()) for path in FILES) < 150


def test_all_code_of_the_page_is_from_the_example():
    sources = [path.read_text() for path in FILES]
    code = [block for block in snippets() if not block.startswith("make test")]
    assert len(code) >= 10
    for block in code:
        assert any(block in source for source in sources), block


def test_lines_of_the_page_are_no_longer_than_they_may_be():
    assert [line for line in section().splitlines() if len(line.encode()) > 120] == []


def test_nobody_finds_the_example_by_accident():
    assert not (PROJECT / EXAMPLE_ADDON).exists()
    assert EXAMPLE.parent != PROJECT
