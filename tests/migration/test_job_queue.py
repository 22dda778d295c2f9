"""A database with ``stock_sync_api_queue``, which has another name since."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from new_database import NewDatabase, forget_addons, open_database
from odoo_database import OdooDatabase, copied

from devenv import databases
from devenv.console import Stop
from devenv.lock import preparing
from devenv.odoo import Runtime
from devenv.paths import OTHER_ADDONS, PROJECT

OLD = "stock_sync_api_queue"
NEW = "base_sync_api_queue"
VERSION = "19.0.3.0.0"

_USE = """
from datetime import datetime
backend = env.ref("stock_sync_api.backend_default")
backend.write({"base_url": "http://127.0.0.1:9", "request_timeout": 1})
later = datetime(2100, 1, 1)
other = backend.copy({"name": "Other"})
backend._enqueue_sync()
env["queue.job"].search([]).state = "done"
backend._enqueue_sync()
backend._enqueue_sync(later)
other._enqueue_sync(later)
env.ref("stock_sync_api_queue.channel_stock_sync").removal_interval = 3
env.ref("stock_sync_api_queue.job_function_sync_job").retry_pattern = {"1": 77}
result = [backend.id, other.id]
"""
_LOOK = """
from odoo.addons.queue_job.job import Job
flows = env["sync.flow"].browse(%s)
jobs = flows._get_sync_jobs()
form = flows.get_views([(False, "form")])["views"]["form"]["arch"]
done = jobs.filtered(lambda job: job.state == "done")
waiting = jobs.filtered(lambda job: job.state == "pending")
function = env.ref("base_sync_api_queue.job_function_sync_job")
result = {
    "channels": flows.mapped("queue_channel"),
    "parent": env.ref("base_sync_api_queue.channel_sync").removal_interval,
    "function": [function.name, function.retry_pattern, function.channel],
    "shown": form.count('name="queue_channel"'),
    "jobs": sorted([job.state, str(job.eta), job.records.name] for job in jobs),
    "keys": len(set(waiting.mapped("identity_key"))),
}
flows[0]._wake()
result["one job at once"] = len(flows[0]._get_sync_jobs(["pending"]))
job = Job.load(env, waiting.filtered(lambda job: not job.eta).uuid)
result["did"] = job.perform()
result["configured"] = job.job_config.allow_commit
result["new"] = flows[0].copy({"name": "New"}).queue_channel
"""
_NAMES = f"""
    SELECT 'module', name || ' ' || state FROM ir_module_module
     WHERE name IN ('{OLD}', '{NEW}')
    UNION ALL
    SELECT 'depends', dep.name FROM ir_module_module_dependency dep
      JOIN ir_module_module module ON module.id = dep.module_id
     WHERE module.name = '{NEW}'
    UNION ALL
    SELECT 'xmlid', module || '.' || name FROM ir_model_data
     WHERE module = '{OLD}' OR name = 'module_{OLD}'
    UNION ALL
    SELECT 'channel', id || ' ' || complete_name FROM queue_job_channel
"""


@pytest.fixture
def new_database(runtime: Runtime, tmp_path: Path) -> Iterator[NewDatabase]:
    with preparing():
        databases.prepare(runtime, databases.STOCK)
    with copied(runtime, databases.STOCK, "stock_sync_renamed") as name:
        forget_addons(runtime, name)
        yield partial(open_database, runtime, name, tmp_path)


@pytest.fixture
def before(new_database: NewDatabase, earlier_addons: Path) -> OdooDatabase:
    """The database as the earlier version has left it."""
    database = new_database(with_others(earlier_addons / VERSION))
    database.install(OLD)
    return database


def with_others(*folders: Path) -> str:
    """A path of addons, with OCA's among them."""
    return ",".join(map(str, [*folders, OTHER_ADDONS / "odoo" / "addons"]))


def test_jobs_channels_and_settings_stay(
    before: OdooDatabase, new_database: NewDatabase
) -> None:
    first, other = before.shell(_USE)
    names = before.query(_NAMES)
    channels = {text for kind, text in names if kind == "channel"}
    assert len(channels) == 4

    after = new_database(with_others(PROJECT))
    assert all(f"module {OLD}: " in warning for warning in after.upgrade("all"))
    assert sorted(after.query(_NAMES)) == sorted(
        [
            ("module", f"{NEW} installed"),
            ("depends", "base_sync_api"),
            ("depends", "queue_job"),
            *(("channel", channel) for channel in channels),
        ]
    )
    found = after.shell(_LOOK % [first, other])
    later = "2100-01-01 00:00:00"
    name, other_name = "GlobalShop", "Other"
    assert found == {
        "channels": [f"root.stock_sync.backend_{id_}" for id_ in (first, other)],
        "parent": 3,
        "function": ["<sync.flow>._sync_job", {"1": 77}, "root.stock_sync"],
        "shown": 1,
        "jobs": [
            ["done", "False", name],
            ["pending", later, name],
            ["pending", later, other_name],
            ["pending", "False", name],
        ],
        "keys": 3,
        "one job at once": 2,
        "did": "There was nothing to do.",
        "configured": True,
        "new": f"root.stock_sync.flow_{other + 1}",
    }
    assert after.upgrade(NEW) == []


def test_folder_of_the_old_name_stops_the_upgrade_until_it_is_removed(
    before: OdooDatabase,
    new_database: NewDatabase,
    earlier_addons: Path,
    tmp_path: Path,
) -> None:
    left = tmp_path / "left"
    shutil.copytree(earlier_addons / VERSION / OLD, left / OLD)
    with pytest.raises(Stop, match=f"Remove the folder {OLD}"):
        new_database(with_others(PROJECT, left)).upgrade("stock_sync_api")
    assert before.query("SELECT count(*) FROM stock_sync_backend") == [(1,)]
    assert ("module", f"{OLD} installed") in before.query(_NAMES)

    after = new_database(with_others(PROJECT))
    after.upgrade("stock_sync_api")
    assert ("module", f"{NEW} installed") in after.query(_NAMES)
    assert after.query("SELECT count(*) FROM sync_flow") == [(1,)]
