"""Prepares a machine for this project and runs the commands of the Makefile.

Only the standard library is used, since this is what installs everything else.
"""

import sys

# Before the other modules, whose syntax an older Python does not know.
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        f"Python {sys.version_info[0]}.{sys.version_info[1]} does not run this: "
        "choose 3.11 to 3.13 with PYTHON=, e.g. make demo PYTHON=python3.12."
    )
