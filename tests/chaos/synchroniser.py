"""Synchronises one backend whenever it is told to.

``python synchroniser.py DATABASE BACKEND``. Each line that comes in starts a
synchronisation as the web client does; its answer is a line of JSON: the transaction's
beginning and end, how often Odoo had to try, and the number of changes.
"""

import json
import logging
import sys
import time

from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config


def main(database: str, backend: str) -> None:
    config.parse_config([], setup_logging=False)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    registry = Registry(database)
    for _line in sys.stdin:
        print(json.dumps(synchronise(registry, int(backend))), flush=True)


def synchronise(registry: Registry, flow_id: int) -> tuple[float, float, int, int]:
    starts = []
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        backend = env["sync.flow"].browse(flow_id)

        def attempt() -> int:
            starts.append(time.time())
            return env["stock.sync.service"].sync_flow(backend).changed

        changed = retrying(attempt, env)
    return starts[-1], time.time(), len(starts), changed


if __name__ == "__main__":
    main(*sys.argv[1:])
