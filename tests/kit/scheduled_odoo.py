"""A database whose servers run our scheduled action when they are told to, only."""

import time
from collections.abc import Callable
from typing import Any

from served_odoo import ServedOdoo

OPEN = "SELECT id, state FROM sync_run WHERE state IN ('planning', 'applying')"

_CRON = "SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_stock_sync'"
_OURS_ALONE = f"""
    UPDATE ir_cron SET active = (id = ({_CRON})),
                       nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'
"""
_TRIGGER = f"""
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT res_id, now() AT TIME ZONE 'UTC' - interval '1 second'
      FROM ({_CRON}) AS cron
     WHERE NOT EXISTS (SELECT FROM ir_cron_trigger WHERE cron_id = res_id)
"""
_PHASE = """
    SELECT CASE WHEN EXISTS (SELECT FROM stock_sync_run_line line
                              WHERE line.run_id = run.id AND line.state = 'applied')
                THEN 'half applied'
                WHEN run.complete THEN 'planned'
                WHEN run.received > 0 THEN 'half read'
                ELSE 'begun' END
      FROM sync_run run WHERE run.state IN ('planning', 'applying')
"""
_IDLE = f"""
    SELECT NOT EXISTS (SELECT FROM ir_cron_trigger WHERE cron_id = ({_CRON}))
"""


class ScheduledOdoo(ServedOdoo):
    """No other scheduled action runs once :meth:`leave_only_ours` was called."""

    def leave_only_ours(self) -> None:
        """From now on no other scheduled action runs, and ours where it is told to."""
        self.query(_OURS_ALONE)

    def trigger(self) -> None:
        """Have the scheduled action run, unless it is going to anyway."""
        self.query(_TRIGGER)

    def last_run(self) -> int:
        return self.query("SELECT coalesce(max(id), 0) FROM sync_run")[0][0]

    def phase(self) -> str:
        """How far the run under way has come, in what is committed."""
        return (self.query(_PHASE) or [("over",)])[0][0]

    def wait_for_open_run(self, after: int) -> None:
        self.wait_for(lambda: self.query(f"{OPEN} AND id > {after}"))

    def wait_for_work(self) -> None:
        """Wait until a server that has just started runs the scheduled action."""
        calls = "SELECT count(*) FROM ir_cron_progress"
        before = self.query(calls)
        self.wait_for(lambda: self.query(calls) != before)

    def settle(self) -> None:
        """Wait until nothing is left to do."""
        self.wait_for(self._is_idle)
        if self.query(OPEN):
            # Odoo leaves an action out once that was killed three times in a row.
            self.trigger()
            self.wait_for(self._is_idle)
        assert self.query(OPEN) == []

    def _is_idle(self) -> bool:
        return self.query(_IDLE) == [(True,)]

    def synchronise(self) -> float:
        """Have the scheduled action run to its end.

        :return: how many seconds it took from when it began
        """
        last = self.last_run()
        self.trigger()
        self.wait_for(lambda: self.last_run() > last)
        start = time.monotonic()
        self.settle()
        return time.monotonic() - start

    def wait_for(self, condition: Callable[[], Any]) -> None:
        """Wait as ever, and have the server look at once whether there is work."""

        def met() -> Any:
            found = condition()
            if not found:
                # Again and again: a server that is starting does not listen yet.
                self.query(
                    f"SELECT pg_notify('cron_trigger', '{self.name}')", maintenance=True
                )
            return found

        super().wait_for(met)
