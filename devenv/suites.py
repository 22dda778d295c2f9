"""Which tests of addons there are: a new addon has its row here."""

from typing import NamedTuple

from . import databases
from .paths import ADDON, BASE_ADDON, EXAMPLE_ADDON, QUEUE_ADDON

# A test with this tag needs the modules of the full database.
FULL_TAG = "stock_sync_full"
# One of another addon, with this tag, needs our stock_sync_api.
STOCK_TAG = "with_stock_sync_api"


class Suite(NamedTuple):
    """An addon's tests, as Odoo runs them when it installs the addon.

    :param template: the database in which it does
    :param without: a tag of tests that need more than that database has
    :param beside: another addon of ours, which is installed with it
    """

    template: str
    addon: str
    without: str = ""
    beside: str = ""

    @property
    def database(self) -> str:
        """Name of the database for the tests."""
        return f"{self.addon}_test_{self.template.rpartition('_')[2]}"

    @property
    def addons(self) -> list[str]:
        """What is installed."""
        return [self.beside, self.addon] if self.beside else [self.addon]

    @property
    def tags(self) -> str:
        """What Odoo's ``--test-tags`` selects it by."""
        return f"/{self.addon}" + (f",-{self.without}" if self.without else "")


#: The longest first, as they run side by side. The first one of an addon is also where
#: pytest runs its tests.
SUITES = (
    Suite(databases.FULL, ADDON),
    Suite(databases.STOCK, ADDON, without=FULL_TAG),
    Suite(databases.STOCK, QUEUE_ADDON, beside=ADDON),
    Suite(databases.BASE, QUEUE_ADDON, without=STOCK_TAG),
    Suite(databases.BASE, BASE_ADDON),
    Suite(databases.BASE, EXAMPLE_ADDON),
)

#: Odoo has run them all by then: these show that they run through pytest too, one with
#: a browser among them.
THROUGH_PYTEST = (
    f"{ADDON}/tests/test_button.py",
    f"{ADDON}/tests/test_tour.py",
    f"{QUEUE_ADDON}/tests/test_channel.py",
)


def suite_of(addon: str) -> Suite:
    """The one in whose database pytest runs an addon's tests, too."""
    return next(suite for suite in SUITES if suite.addon == addon)
