"""Flows with a schedule of their own, in the hands of a real server's scheduler.

Of the kind that is the example of docs/contributing.md, in a database without stock.
"""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from odoo_database import copied
from scheduled_odoo import ScheduledOdoo

from devenv import databases
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import EXAMPLE_ADDON

#: fourteen hours before UTC: another day most of the time
ZONE = "Pacific/Kiritimati"

_SET_UP = """
from datetime import timedelta
from zoneinfo import ZoneInfo
from odoo import fields

cron = env.ref("base_sync_api.ir_cron_sync")
env["ir.cron"].search([("id", "!=", cron.id)]).active = False
cron.nextcall = fields.Datetime.now() + timedelta(days=1)
env.ref("base.USD").active = True

# A minute that begins in at least fifteen seconds.
soon = (fields.Datetime.now() + timedelta(seconds=75)).replace(second=0)
local = soon.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(%(zone)r))
common = {
    "preset_id": env.ref("base_sync_api_example.preset_rates").id,
    "base_url": %(url)r,
}
timed, by_interval, with_action = env["sync.flow"].create(
    [
        {
            **common,
            "name": "At a time",
            "schedule_by": "times",
            "schedule_times": f"{local:%%H:%%M}",
            "schedule_tz": %(zone)r,
        },
        {
            **common,
            "name": "At an interval",
            "schedule_by": "interval",
            "schedule_number": 1,
            "schedule_unit": "minutes",
        },
        {**common, "name": "With the action"},
    ]
)
result = [timed.id, by_interval.id, with_action.id, str(soon)]
"""
_RUNS = "SELECT state, trigger, received, start_date FROM sync_run"
_WAKE_UPS = """
    SELECT DISTINCT call_at
      FROM ir_cron_trigger
      JOIN ir_model_data data ON data.res_id = cron_id
     WHERE data.module = 'base_sync_api' AND data.name = 'ir_cron_sync'
  ORDER BY call_at
"""


class _Rates(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"rates": [{"code": "USD", "rate": 1.08}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def rates() -> Iterator[str]:
    """The address of an API of currency rates."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Rates) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def odoo(runtime: Runtime, tmp_path: Path) -> Iterator[ScheduledOdoo]:
    with preparing():
        template = databases.with_addons(runtime, databases.BASE, EXAMPLE_ADDON)
    with copied(runtime, template, "stock_sync_schedule") as name:
        yield ScheduledOdoo(runtime, name, tmp_path)


def test_each_flow_runs_when_its_own_time_comes(
    odoo: ScheduledOdoo, rates: str
) -> None:
    *flows, soon = odoo.shell(_SET_UP % {"zone": ZONE, "url": rates})
    timed, by_interval, with_action = flows
    due = datetime.fromisoformat(soon)

    def runs_of(flow: int) -> list[tuple[object, ...]]:
        return odoo.query(f"{_RUNS} WHERE flow_id = {flow} ORDER BY id")

    with odoo.serving():
        odoo.wait_for(lambda: runs_of(by_interval))
        assert runs_of(timed) == []
        odoo.wait_for(lambda: runs_of(timed) and len(runs_of(by_interval)) > 1)
        odoo.wait_for(lambda: odoo.query(f"{_RUNS} WHERE state != 'done'") == [])

    [(state, trigger, rows, start)] = runs_of(timed)
    assert (state, trigger, rows) == ("done", "cron", 1)
    assert due <= start < due + timedelta(seconds=5)
    assert len(runs_of(with_action)) == 1, "and not with each of the others"
    assert {row[:3] for row in odoo.query(_RUNS)} == {("done", "cron", 1)}
    [interval, tomorrow] = [at for [at] in odoo.query(_WAKE_UPS)]
    assert tomorrow == due + timedelta(days=1)
    assert interval < tomorrow
    assert odoo.problems() == []
