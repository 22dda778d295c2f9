"""Who knows whom: stock's client the base's, not the other way, and no circles."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = {
    addon: PROJECT / addon / "client" for addon in ("base_sync_api", "stock_sync_api")
}
FILES = [path for root in PACKAGES.values() for path in sorted(root.rglob("*.py"))]
#: "Location" is a header of HTTP
_STOCK = re.compile(r"(?i:stock|quantit|product|warehouse|\blevels?\b)|\blocations?\b")


def module_name(path):
    name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module_name(path): path for path in FILES}


def imported(path):
    """The modules of the two packages that a file imports."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            name = ".".join([*base, *filter(None, [node.module])])
            name = name.removeprefix("odoo.addons.")
            for alias in node.names:
                inner = f"{name}.{alias.name}"
                yield inner if inner in MODULES else name
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def circle(graph):
    """Some modules of which each imports the next; None where there are none."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        path.append(name)
        for other in graph.get(name, ()):
            if found := visit(other):
                return found
        done.add(path.pop())
        return None

    return next(filter(None, map(visit, graph)), None)


@pytest.mark.parametrize("addon", PACKAGES)
def test_no_file_of_the_client_imports_itself_in_a_circle(addon):
    inside = {name for name in MODULES if name.startswith(f"{addon}.client")}
    graph = {name: inside.intersection(imported(MODULES[name])) for name in inside}
    # A package's own face shows its files; they do not look at it.
    assert circle(graph) is None
    assert sum(map(len, graph.values())) > len(graph) / 2


def test_a_circle_would_be_found():
    assert circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]


def test_the_base_does_not_know_who_stands_on_it():
    for path in PACKAGES["base_sync_api"].rglob("*.py"):
        others = [name for name in imported(path) if "sync_api" in name]
        assert all(name.startswith("base_sync_api.client") for name in others), path


def test_the_base_has_no_word_of_stock():
    found = [
        f"{path.name}: {line.strip()}"
        for path in PACKAGES["base_sync_api"].rglob("*.py")
        for line in path.read_text().splitlines()
        if _STOCK.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("addon", PACKAGES)
def test_no_file_of_the_client_needs_odoo_or_its_addons(addon):
    for path in PACKAGES[addon].rglob("*.py"):
        names = [name for name in imported(path) if name.split(".")[0] == "odoo"]
        assert names == [], path


def test_the_client_is_imported_where_odoos_own_addons_are_not():
    code = (
        "import sys, odoo.addons; odoo.addons.__path__[:] = [sys.argv[1]];"
        "import odoo.addons.stock_sync_api.client, odoo.addons.base_sync_api.client;"
        "print([n for n in sys.modules if n.startswith('odoo.addons.')"
        " and n.split('.')[2] not in ('base_sync_api', 'stock_sync_api')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(PROJECT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
