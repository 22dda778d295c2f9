"""Backends, runs and what belongs to them are the base's from now on.

The base is installed by then, and empty. It knows no kind of record, nor what was there
before it: so this is here.
"""

from pathlib import Path

from odoo.modules.module import load_script
from odoo.orm.registry import Registry


def migrate(cr, version):
    names, tables, models, texts = (
        load_script(str(Path(__file__).with_name(f"{name}.py")), name)
        for name in ("names", "tables", "models", "texts")
    )
    tables.move(cr, names)
    models.move(cr, names)
    texts.move(cr, names)
    registry = Registry(cr.dbname)
    registry.clear_all_caches()  # among them: whether a table has rows
    registry.init_models(cr, tables.MOVED, {"module": "base_sync_api"}, install=False)
