"""The addon, as the scheduled action runs it: called again until all is done."""

from typing import Any

from odoo import SUPERUSER_ID, api

from ..task import Task


def run(registry: Any, task: Task) -> int:
    before = _last_run_id(registry)
    while not _trigger(registry):
        pass
    with registry.cursor() as cr:
        runs = api.Environment(cr, SUPERUSER_ID, {})["sync.run"]
        return sum(runs.search([("id", ">", before)]).mapped("api_calls"))


def _trigger(registry: Any) -> bool:
    """Call the scheduled action once; whether it is done."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env.ref("stock_sync_api.ir_cron_stock_sync").method_direct_trigger()
        cr.commit()
        return not env["sync.run"].search_count(
            [("state", "in", ["planning", "applying"])]
        )


def _last_run_id(registry: Any) -> int:
    with registry.cursor() as cr:
        runs = api.Environment(cr, SUPERUSER_ID, {})["sync.run"]
        return runs.search([], order="id desc", limit=1).id or 0
