"""The database that all work on: products, and the addon beside them."""

from pathlib import Path

from devenv import databases, fingerprint, process
from devenv.odoo import Runtime
from devenv.paths import ADDON

_SCRIPT = Path(__file__).with_name("products.py")


def prepare(runtime: Runtime, products: int) -> str:
    """Have it with the addon as it is now, and return its name.

    :raise Stop: it cannot be made
    """
    catalogue = f"stock_sync_bench_products_{products}"
    made = fingerprint.of(databases.stock_template(runtime), _SCRIPT)

    def make_products() -> None:
        with _SCRIPT.open() as stdin:
            process.run(
                runtime.command(catalogue, "shell", "--no-http"),
                what="Making the products",
                log=process.log_file(f"odoo-{catalogue}"),
                environment={**runtime.environment, "PRODUCTS": str(products)},
                stdin=stdin,
            )

    what = f"Making {products:,} products"
    databases.make(runtime, catalogue, made, make_products, what, databases.STOCK)
    name = f"stock_sync_bench_addon_{products}"
    version = fingerprint.of(made, databases.addon_fingerprint())

    def install() -> None:
        databases.install(runtime, name, [ADDON])
        # Copies have what PostgreSQL knows of its tables.
        runtime.server.query("VACUUM ANALYZE;", name)

    what = "Installing the addon beside them"
    databases.make(runtime, name, version, install, what, catalogue)
    return name
