"""``make test-odoo``: Odoo's own tests of ``stock``, with the addon installed."""

import os
import subprocess

from . import databases, ports, process, test_log
from .console import say, step
from .environment import prepared
from .lock import alone, preparing
from .paths import ADDON, PROJECT

_DATABASE = "stock_sync_test_odoo"


def test_odoo() -> int:
    """Run them; the log has each failure.

    :raise Stop: something is missing or fails before the tests
    """
    with alone("test", "Another command runs the tests"), prepared() as runtime:
        with preparing():
            databases.stock_template(runtime)
            databases.copy(runtime, databases.STOCK, _DATABASE)
            databases.install(runtime, _DATABASE, [ADDON])
        log = process.log_file(_DATABASE)
        with step("Odoo runs its own tests of stock"), log.open("w") as output:
            code = subprocess.run(
                runtime.command(
                    _DATABASE,
                    "--update=stock",
                    "--test-tags=/stock",
                    f"--http-port={ports.free()}",
                    "--stop-after-init",
                ),
                cwd=PROJECT,
                env={**os.environ, **runtime.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        text = log.read_text(errors="replace")
        problems = test_log.problems(text, skips_allowed=True)
        say(test_log.summary(text))
        for problem in problems:
            say(f"{problem} (log: {process.shown(log)})")
        return 1 if problems or code else 0
