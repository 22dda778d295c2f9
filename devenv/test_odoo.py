"""``make test-odoo``: Odoo's own tests of ``stock``, with the addon installed."""

from . import databases, run_odoo, side_by_side
from .environment import prepared
from .lock import alone, preparing
from .paths import ADDON

_DATABASE = "stock_sync_test_odoo"


def test_odoo() -> int:
    """Run them; the log has each failure.

    :raise Stop: something is missing or fails before the tests
    """
    with alone("test", "Another command runs the tests"), prepared() as runtime:
        with preparing():
            template = databases.with_addons(runtime, databases.STOCK, ADDON)
            databases.copy(runtime, template, _DATABASE)
        program = run_odoo.program(
            *(runtime, _DATABASE, "Odoo runs its own tests of stock"),
            *("--update=stock", "--test-tags=/stock"),
        )
        [ended] = side_by_side.run(
            [program], at_once=1, environment=runtime.environment
        )
        outcome = run_odoo.judged(ended, skips_allowed=True, warnings_allowed=True)
        return 1 if outcome.code or ended.code else 0
