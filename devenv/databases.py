"""Odoo databases: made once, marked when complete, copied for tests.

The mark is the database's comment, so it goes with the database, on whatever server
that is. A database without a mark of ours is never touched.
"""

import shutil
from collections.abc import Iterable

from . import fingerprint, process
from .console import Stop, step
from .odoo import Runtime
from .paths import ADDON, PROJECT

_MARK = "made by stock_sync_api/devenv:"
# The first one is the default: tests expect English.
_LANGUAGES = "en_US,fr_FR"
STOCK = "stock_sync_template_stock"
FULL = "stock_sync_template_full"
# Kits and valuation, and what sells from stock.
FULL_MODULES = ("mrp", "stock_account", "sale_stock")


def templates(runtime: Runtime) -> None:
    """Have the two databases that tests copy: with stock alone, and with more.

    :raise Stop: Odoo or PostgreSQL fails
    """
    version = fingerprint.of(runtime.odoo.version, _LANGUAGES)
    if _new(runtime, STOCK, version):
        with step("Creating a database with stock"):
            install(runtime, STOCK, ["stock"], "--load-language", _LANGUAGES)
            _complete(runtime, STOCK, version)
    full = fingerprint.of(version, *FULL_MODULES)
    if _new(runtime, FULL, full, template=STOCK):
        with step(f"Creating a database with {', '.join(FULL_MODULES)}"):
            install(runtime, FULL, FULL_MODULES)
            _complete(runtime, FULL, full)


def demo(runtime: Runtime, name: str) -> None:
    """Have the demo database, with the addon as it is now."""
    version = fingerprint.of(runtime.odoo.version, _LANGUAGES)
    addon = addon_fingerprint()
    wanted = f"{version} {addon}"
    present = _mark(runtime, name)
    if present == wanted:
        return
    if present and present.split(" ")[0] == version:
        with step(f"Updating the addon in the database {name}"):
            _run(runtime, name, "--update", ADDON)
            _complete(runtime, name, wanted)
    elif _new(runtime, name, wanted):
        with step(f"Creating the demo database {name}"):
            install(
                runtime, name, [ADDON], "--with-demo", "--load-language", _LANGUAGES
            )
            _complete(runtime, name, wanted)


def with_addon(runtime: Runtime, template: str) -> str:
    """A template that has the addon too, made again when the addon changes."""
    name = f"{template}_addon"
    base = _mark(runtime, template)
    wanted = fingerprint.of(f"{base} {addon_fingerprint()}")
    if _new(runtime, name, wanted, template=template):
        with step("Installing the addon in a test database"):
            install(runtime, name, [ADDON])
            _complete(runtime, name, wanted)
    return name


def copy(runtime: Runtime, template: str, name: str) -> None:
    """Copy a database and its files, in place of an older copy."""
    _drop(runtime, name)
    _create(runtime, name, template)
    files = runtime.filestore(template)
    if files.is_dir():
        shutil.copytree(files, runtime.filestore(name))


def install(
    runtime: Runtime, name: str, modules: Iterable[str], *arguments: str
) -> None:
    _run(runtime, name, "--init", ",".join(modules), *arguments)


def addon_fingerprint() -> str:
    """Changes with anything in the addon that its installation may depend on."""
    folder = PROJECT / ADDON
    files = fingerprint.files_in(folder, without=["tests", "static", "client"])
    names = [str(path.relative_to(folder)) for path in files]
    return fingerprint.of(*names, *files)


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
        if " ERROR " in line or " CRITICAL " in line:
            raise Stop(f"Odoo: {line.split(': ', 1)[-1]} (log: {process.shown(log)})")


def _new(runtime: Runtime, name: str, wanted: str, template: str | None = None) -> bool:
    """Whether the database had to be created, and now has to be filled."""
    if _mark(runtime, name) == wanted:
        return False
    if template:
        copy(runtime, template, name)
    else:
        _drop(runtime, name)
        _create(runtime, name, "template0")
        # As Odoo does in the databases that it creates itself.
        runtime.server.query("CREATE EXTENSION IF NOT EXISTS pg_trgm;", name)
    return True


def _mark(runtime: Runtime, name: str) -> str | None:
    """What a database was marked with, empty while incomplete, None without one.

    :raise Stop: it is not a database of ours
    """
    answer = runtime.server.query(
        "SELECT 'found ' || coalesce(shobj_description(oid, 'pg_database'), '')"
        f" FROM pg_database WHERE datname = '{name}';"
    )
    if not answer:
        return None
    mark = answer.removeprefix("found").strip()
    if not mark.startswith(_MARK):
        raise Stop(f"The database {name} was not made by this command: rename it.")
    return mark.removeprefix(_MARK).strip()


def _drop(runtime: Runtime, name: str) -> None:
    if _mark(runtime, name) is not None:
        runtime.server.query(f'DROP DATABASE "{name}" WITH (FORCE);')
    shutil.rmtree(runtime.filestore(name), ignore_errors=True)


def _create(runtime: Runtime, name: str, template: str) -> None:
    collation = "LC_COLLATE 'C' ENCODING 'UTF8'" if template == "template0" else ""
    # Faster than through the log, which is the default.
    runtime.server.query(
        f'CREATE DATABASE "{name}" TEMPLATE "{template}" {collation}'
        " STRATEGY file_copy;"
    )
    _complete(runtime, name, "")


def _complete(runtime: Runtime, name: str, mark: str) -> None:
    runtime.server.query(f"""COMMENT ON DATABASE "{name}" IS '{_MARK} {mark}';""")
