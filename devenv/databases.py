"""Odoo databases: made once, marked when complete, copied for tests.

The mark is the database's comment, so it goes with the database, on whatever server
that is. A database without a mark of this project is never touched.
"""

import re
import shutil
from collections.abc import Callable, Iterable

from . import fingerprint, postgres, process
from .console import Stop, step
from .odoo import Runtime
from .paths import ADDON, ADDONS, EXAMPLE_ADDON, PROJECT, folder_of

_MARK = "made by stock_sync_api/devenv: [{mark}] in {folder}"
_MARKED = re.compile(r"made by stock_sync_api/devenv: \[(.*)\] in (.*)")
# The first one is the default: tests expect English.
_LANGUAGES = "en_US,fr_FR"
BASE = "stock_sync_template_base"
STOCK = "stock_sync_template_stock"
FULL = "stock_sync_template_full"
# Kits and valuation, and what sells from stock.
FULL_MODULES = ("mrp", "stock_account", "sale_stock")

_FAILURES = (" ERROR ", " CRITICAL ", "demo data failed to install")


def base_template(runtime: Runtime) -> str:
    """Have the database with what the base needs, and return its mark."""
    version = fingerprint.of(runtime.odoo.version, _LANGUAGES)

    def fill() -> None:
        install(runtime, BASE, ["mail"], "--load-language", _LANGUAGES)

    make(runtime, BASE, version, fill, "Creating a database")
    return version


def stock_template(runtime: Runtime) -> str:
    """Have the database with stock alone, and return its mark."""
    version = fingerprint.of(base_template(runtime), "stock")

    def fill() -> None:
        install(runtime, STOCK, ["stock"])

    make(runtime, STOCK, version, fill, "Creating a database with stock", BASE)
    return version


def full_template(runtime: Runtime) -> str:
    """Have the database with more modules, and return its mark."""
    version = fingerprint.of(stock_template(runtime), *FULL_MODULES)

    def fill() -> None:
        install(runtime, FULL, FULL_MODULES)

    what = f"Creating a database with {', '.join(FULL_MODULES)}"
    make(runtime, FULL, version, fill, what, STOCK)
    return version


#: what makes each, and returns its mark
_TEMPLATES = {BASE: base_template, STOCK: stock_template, FULL: full_template}


def prepare(runtime: Runtime, template: str) -> str:
    """Have ``BASE``, ``STOCK`` or ``FULL``, and return its mark."""
    return _TEMPLATES[template](runtime)


def with_addons(runtime: Runtime, template: str, *addons: str) -> str:
    """Have a copy of a template with addons as they are now, and return its name."""
    name = f"{template}_{addons[-1]}"
    version = fingerprint.of(prepare(runtime, template), *addons, addon_fingerprint())

    def fill() -> None:
        install(runtime, name, addons)

    what = f"Installing {', '.join(addons)} in {name}"
    make(runtime, name, version, fill, what, template)
    return name


def demo(runtime: Runtime, name: str) -> None:
    """Have the demo database, with the addon as it is now."""
    version = stock_template(runtime)
    wanted = f"{version} {addon_fingerprint()}"
    present = _mark(runtime, name)
    if present and present != wanted and present.split(" ")[0] == version:
        with step(f"Updating the addon in the database {name}"):
            _run(runtime, name, "--update", ADDON)
            _complete(runtime, name, wanted)

    def fill() -> None:
        # Odoo loads demo data only on top of that of the modules it depends on. Ours
        # needs none, and among Odoo's own products nobody would find it.
        runtime.server.query(
            "UPDATE ir_module_module SET demo = true WHERE name IN ('mail', 'stock');",
            name,
        )
        install(runtime, name, [ADDON], "--with-demo")

    make(runtime, name, wanted, fill, f"Creating the demo database {name}", STOCK)


def make(
    runtime: Runtime,
    name: str,
    version: str,
    fill: Callable[[], None],
    what: str,
    template: str | None = None,
) -> None:
    """Have a database, made anew where it is incomplete or of another version.

    :param version: what it is marked with once it is complete
    :param fill: called when the database exists and has to be filled
    :param what: said while it is filled
    :param template: a database to copy; by default an empty one
    """
    if _mark(runtime, name) == version:
        return
    if template:
        copy(runtime, template, name)
    else:
        drop(runtime, name)
        _create(runtime, name, "template0")
        # As Odoo does in the databases that it creates itself.
        runtime.server.query("CREATE EXTENSION IF NOT EXISTS pg_trgm;", name)
    with step(what):
        fill()
        _complete(runtime, name, version)


def copy(runtime: Runtime, template: str, name: str) -> None:
    """Copy a database and its files, in place of an older copy."""
    drop(runtime, name)
    _create(runtime, name, template)
    files = runtime.filestore(template)
    if files.is_dir():
        shutil.copytree(files, runtime.filestore(name))


def install(
    runtime: Runtime, name: str, modules: Iterable[str], *arguments: str
) -> None:
    _run(runtime, name, "--init", ",".join(modules), *arguments)


def addon_fingerprint() -> str:
    """Changes with anything in the addons that their installation may depend on."""
    folders = [*(PROJECT / addon for addon in ADDONS), folder_of(EXAMPLE_ADDON)]
    files = {
        path: str(path.relative_to(folder.parent))
        for folder in folders
        for path in fingerprint.files_in(folder, without=["tests", "static", "client"])
    }
    return fingerprint.of(*files.values(), *files)


def _run(runtime: Runtime, name: str, *arguments: str) -> None:
    log = process.log_file(f"odoo-{name}")
    process.run(
        runtime.command(name, *arguments, "--stop-after-init", "--no-http"),
        what=f"Odoo, in the database {name},",
        log=log,
        environment=runtime.environment,
    )
    # Odoo goes on after some failures, among them one of the demo data.
    for line in log.read_text(errors="replace").splitlines():
        if any(sign in line for sign in _FAILURES):
            raise Stop(f"Odoo: {line.split(': ', 1)[-1]} (log: {process.shown(log)})")


def _mark(runtime: Runtime, name: str) -> str | None:
    """What a database was marked with, empty while incomplete, None without one.

    :raise Stop: it is not a database of this project
    """
    answer = runtime.server.query(
        "SELECT 'found ' || coalesce(shobj_description(oid, 'pg_database'), '')"
        f" FROM pg_database WHERE datname = '{name}';"
    )
    if not answer:
        return None
    found = _MARKED.fullmatch(answer.removeprefix("found "))
    if not found:
        raise Stop(f"The database {name} was not made by this command: rename it.")
    if found[2] != str(PROJECT) and postgres.users_own():
        raise Stop(
            f"The database {name} belongs to {found[2]}: drop it, or stay there."
        )
    # Its files may be gone, or be elsewhere after the project was moved.
    there = found[2] == str(PROJECT) and runtime.filestore(name).is_dir()
    return found[1] if there else ""


def drop(runtime: Runtime, name: str) -> None:
    """Drop a database, if it is there, and its files.

    :raise Stop: it is not one of this project
    """
    if _mark(runtime, name) is not None:
        runtime.server.query(f'DROP DATABASE "{name}" WITH (FORCE);')
    shutil.rmtree(runtime.filestore(name), ignore_errors=True)


def _create(runtime: Runtime, name: str, template: str) -> None:
    collation = "LC_COLLATE 'C' ENCODING 'UTF8'" if template == "template0" else ""
    runtime.server.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {collation};')
    _complete(runtime, name, "")


def _complete(runtime: Runtime, name: str, mark: str) -> None:
    comment = _MARK.format(folder=PROJECT, mark=mark).replace("'", "''")
    runtime.server.query(f"""COMMENT ON DATABASE "{name}" IS '{comment}';""")
