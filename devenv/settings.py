"""What a user can choose, from the environment (``make demo PORT=8070``)."""

import os
import re
from pathlib import Path

from .console import Stop


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Stop(f"{variable}={text} is not a port: choose a number up to 65535.")
    return int(text)


def odoo_port() -> int:
    return _port("PORT", 8069)


def mock_port() -> int:
    return _port("MOCK_PORT", 5000)


def demo_database() -> str:
    """Name of the demo database.

    :raise Stop: the name would need quoting in some places
    """
    name = os.environ.get("DB_NAME") or "stock_sync_demo"
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", name):
        raise Stop(f"DB_NAME={name}: use lower case letters, digits and underscores.")
    return name


def odoo_home() -> Path | None:
    """The Odoo that the user has, if any."""
    path = os.environ.get("ODOO_HOME")
    return Path(path).expanduser().resolve() if path else None


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
