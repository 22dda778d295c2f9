"""Which file of the addons leans on which: by what it imports, and by what it calls.

A method of a model is called by its name, so it is looked up by that: a call leads to
the file that defines the method. Where several do, because one addon extends what
another has, it leads to the first of them in the order in which Odoo loads them: who
calls a hook leans on who offers it, and not on who fills it in.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: in the order in which Odoo loads them
ADDONS = ("base_sync_api", "stock_sync_api", "base_sync_api_queue")
_LEFT_OUT = {"tests", "migrations", "__pycache__"}
#: Odoo's own, which a model may extend: who calls them does not call us
_ODOOS = {
    "copy_data",
    "create",
    "default_get",
    "fields_get",
    "try_lock_for_update",
    "unlink",
    "write",
}


def files() -> list[Path]:
    """The Python files of the addons, in the order in which Odoo loads them."""
    found = []
    for addon in ADDONS:
        folder = ROOT / addon
        loaded = _loaded(folder / "models")
        others = sorted(
            path
            for path in folder.rglob("*.py")
            if _LEFT_OUT.isdisjoint(path.relative_to(folder).parts)
            and path not in loaded
            and path.name not in ("__init__.py", "__manifest__.py")
        )
        found += [*others, *loaded] if folder.is_dir() else []
    return found


def _loaded(folder: Path) -> list[Path]:
    init = folder / "__init__.py"
    if not init.exists():
        return []
    nodes = ast.parse(init.read_text()).body
    names = [
        a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names
    ]
    return [folder / f"{name}.py" for name in names]


def arrows() -> dict[Path, set[Path]]:
    """Each file with those that it imports, or whose methods it calls."""
    trees = {path: ast.parse(path.read_text()) for path in files()}
    homes: dict[str, list[Path]] = {}
    for path, tree in trees.items():
        for name in _methods(tree):
            homes.setdefault(name, []).append(path)
    return {
        path: {
            *_imported(path, tree, set(trees)),
            *(
                homes[name][0]
                for name in _called(tree)
                if name in homes and path not in homes[name]
            ),
        }
        - {path}
        for path, tree in trees.items()
    }


def _methods(tree: ast.Module) -> Iterator[str]:
    """The methods of models that others may call: not those of plain classes."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_model(node):
            for child in node.body:
                if isinstance(child, ast.FunctionDef) and child.name not in _ODOOS:
                    yield child.name


def _is_model(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).startswith("models.") for base in node.bases)


def _called(tree: ast.Module) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and not _is_super(node.func.value)
    }


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "super"


def _imported(path: Path, tree: ast.Module, known: set[Path]) -> Iterator[Path]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            folder = path.parents[node.level - 1]
        elif (node.module or "").startswith("odoo.addons."):
            folder = ROOT
        else:
            continue
        parts = (node.module or "").replace("odoo.addons.", "", 1).split(".")
        base = folder.joinpath(*filter(None, parts))
        for candidate in (
            base.with_suffix(".py"),
            *(base / f"{alias.name}.py" for alias in node.names),
        ):
            if candidate in known:
                yield candidate


def circles(graph: dict[Path, set[Path]]) -> list[set[Path]]:
    """The largest groups of files that lead to each other, the largest first."""
    index: dict[Path, int] = {}
    low: dict[Path, int] = {}
    stack: list[Path] = []
    found: list[set[Path]] = []

    def visit(node: Path) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = set(stack[stack.index(node) :])
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(group)

    for node in graph:
        if node not in index:
            visit(node)
    return sorted(found, key=len, reverse=True)
