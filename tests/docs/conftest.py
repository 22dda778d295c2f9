"""The addon and the mock API are imported from here, without a database."""

import sys
from pathlib import Path

import odoo.addons

PROJECT = Path(__file__).resolve().parents[2]
odoo.addons.__path__.append(str(PROJECT))
sys.path.insert(0, str(PROJECT))
