"""Running Odoo."""

from dataclasses import dataclass
from pathlib import Path

from . import venv
from .odoo_source import Odoo
from .paths import ODOO_DATA, OTHER_ADDONS, PROJECT, STATE, TEST_ADDONS
from .postgres_server import Server

_CONFIGURATION = STATE / "odoo.conf"
_ADDONS_PATH = f"{PROJECT},{OTHER_ADDONS / 'odoo' / 'addons'}"


@dataclass(frozen=True)
class Runtime:
    """Odoo in the virtual environment, with a server for its databases.

    :param testing: whether it finds the addons that are for tests alone, too
    """

    odoo: Odoo
    server: Server
    testing: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """For processes that use the database or Odoo."""
        environment = {**self.server.environment, "ODOO_RC": str(_CONFIGURATION)}
        if self.testing:
            environment["ODOO_ADDONS_PATH"] = f"{_ADDONS_PATH},{TEST_ADDONS}"
        return environment

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
                f"addons_path = {_ADDONS_PATH}",
                f"data_dir = {ODOO_DATA}",
                "http_interface = 127.0.0.1",
                "list_db = False",
                "max_cron_threads = 1",
                "",
            ]
        )
    )
