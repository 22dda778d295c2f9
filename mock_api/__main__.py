"""``python -m mock_api``."""

import sys

from mock_api.cli import main

sys.exit(main())
