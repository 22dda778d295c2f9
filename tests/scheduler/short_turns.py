"""Odoo as ever, but that a scheduled action has a second at a time and not ten.

Called as ``python short_turns.py -m odoo …``: more turns in less time, so that pauses
between them show.
"""

import runpy
import sys

#: seconds
TURN = 1


def main() -> None:
    from odoo.addons.base.models import ir_cron

    ir_cron.MIN_TIME_PER_JOB = TURN
    _script, _option, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


main()
