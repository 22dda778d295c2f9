"""Reading the guides: their tables, sections and cells."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
CONNECT = DOCS / "connect-your-api.md"
CONNECT_FR = DOCS / "fr" / "connecter-votre-api.md"
MOCK = DOCS / "mock-api.md"


def tables(text):
    """Each table of a text: a list of rows, without the heading."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        _heading, _line, *rows = block.splitlines()
        found.append([cells(row) for row in rows])
    return found


def table(page, heading):
    """The rows of the only table of a page whose heading begins with these words."""
    text = page.read_text()
    [start] = re.finditer(rf"^\| {heading} \|", text, re.MULTILINE)
    return tables(text[start.start() :])[0]


def cells(row):
    return [
        cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]
    ]


def plain(cell):
    """A cell without its backticks."""
    double = re.fullmatch(r"``(.*)``", cell)
    return double[1].strip() if double else cell.strip("`")
