"""Where things are. All that is created stays in one folder, ``STATE``."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BASE_ADDON = "base_sync_api"
ADDON = "stock_sync_api"
QUEUE_ADDON = "base_sync_api_queue"
ADDONS = (BASE_ADDON, ADDON, QUEUE_ADDON)

STATE = PROJECT / ".devenv"
LOGS = STATE / "log"
VENV = STATE / "venv"
DOWNLOADED_ODOO = STATE / "odoo"
ODOO_DATA = STATE / "data"
OTHER_ADDONS = STATE / "addons"
