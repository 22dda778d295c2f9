"""Where things are. All that is created stays in one folder, ``STATE``."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BASE_ADDON = "base_sync_api"
ADDON = "stock_sync_api"
QUEUE_ADDON = "base_sync_api_queue"
ADDONS = (BASE_ADDON, ADDON, QUEUE_ADDON)

#: for tests and as an example of docs/contributing.md; on no addons path but theirs
EXAMPLE_ADDON = "base_sync_api_example"
TEST_ADDONS = PROJECT / "tests" / "addons"

STATE = PROJECT / ".devenv"
LOGS = STATE / "log"
VENV = STATE / "venv"
DOWNLOADED_ODOO = STATE / "odoo"
ODOO_DATA = STATE / "data"
OTHER_ADDONS = STATE / "addons"


def folder_of(addon: str) -> Path:
    return (TEST_ADDONS if addon == EXAMPLE_ADDON else PROJECT) / addon
