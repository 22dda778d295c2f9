"""``python -m benchmarks``."""

import sys

from benchmarks.cli import main

if __name__ == "__main__":  # not in the processes that are spawned
    sys.exit(main())
