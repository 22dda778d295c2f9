"""Running Odoo."""

from dataclasses import dataclass
from pathlib import Path

from . import venv
from .odoo_source import Odoo
from .paths import ODOO_DATA, OTHER_ADDONS, PROJECT, STATE
from .postgres_server import Server

_CONFIGURATION = STATE / "odoo.conf"


@dataclass(frozen=True)
class Runtime:
    """Odoo in the virtual environment, with a server for its databases."""

    odoo: Odoo
    server: Server

    @property
    def environment(self) -> dict[str, str]:
        """For processes that use the database or Odoo."""
        return {**self.server.environment, "ODOO_RC": str(_CONFIGURATION)}

    def command(self, database: str, *arguments: str) -> list[str | Path]:
        """Odoo's command line for a database; a first argument may be a command."""
        return [venv.PYTHON, "-m", "odoo", *arguments, "-d", database]

    def filestore(self, database: str) -> Path:
        return ODOO_DATA / "filestore" / database


def configure() -> None:
    """Write Odoo's configuration. Where the databases are is in the environment."""
    ODOO_DATA.mkdir(exist_ok=True)
    _CONFIGURATION.write_text(
        "\n".join(
            [
                "[options]",
                f"addons_path = {PROJECT},{OTHER_ADDONS / 'odoo' / 'addons'}",
                f"data_dir = {ODOO_DATA}",
                "http_interface = 127.0.0.1",
                "list_db = False",
                "max_cron_threads = 1",
                "",
            ]
        )
    )
