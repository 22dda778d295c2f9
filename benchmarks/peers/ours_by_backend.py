"""The addon with a backend after the other, as a queue of jobs would run it.

The scheduled action takes all backends that are due; several processes that share the
backends each start from one.
"""

from typing import Any

from odoo import SUPERUSER_ID, api

from ..task import Task


def run(registry: Any, task: Task) -> int:
    return sum(_sync(registry, flow_id) for flow_id in task.backend_ids)


def _sync(registry: Any, flow_id: int) -> int:
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        cron = env.ref("stock_sync_api.ir_cron_stock_sync")
        # Only in the scheduled action does the addon commit.
        cron, _progress = cron.with_context(cron_id=cron.id)._add_progress()
        cr.commit()
        backend = cron.env["sync.flow"].browse(flow_id)
        engine = cron.env["stock.sync.service"]._engine(backend, backend.user_id)
        started = engine._start_run(backend, "cron")
        while not engine._continue_run(started):
            pass
        cr.commit()
        return int(started.api_calls)
