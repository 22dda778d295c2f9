"""Which tests of addons there are: a new addon has its row here."""

from typing import NamedTuple

from . import databases
from .paths import ADDON, BASE_ADDON, PROJECT, QUEUE_ADDON

# A test with this tag needs the modules of the full database.
FULL_TAG = "stock_sync_full"


class Suite(NamedTuple):
    """An addon's tests, as Odoo runs them when it installs the addon.

    :param template: the database in which it does
    :param without: a tag of tests that need more than that database has
    """

    template: str
    addon: str
    without: str = ""

    @property
    def database(self) -> str:
        """Name of the database for the tests."""
        return f"{self.addon}_test_{self.template.rpartition('_')[2]}"

    @property
    def tags(self) -> str:
        """What Odoo's ``--test-tags`` selects it by."""
        return f"/{self.addon}" + (f",-{self.without}" if self.without else "")


#: The longest first, as they run side by side. The first one of an addon is also where
#: pytest runs its tests.
SUITES = (
    Suite(databases.FULL, ADDON),
    Suite(databases.STOCK, ADDON, without=FULL_TAG),
    Suite(databases.STOCK, QUEUE_ADDON),
    Suite(databases.BASE, BASE_ADDON),
)

#: Odoo has run them all by then: these show that they run through pytest too, one with
#: a browser among them.
THROUGH_PYTEST = (
    f"{ADDON}/tests/test_button.py",
    f"{ADDON}/tests/test_tour.py",
    f"{QUEUE_ADDON}/tests/test_channel.py",
)


def has_tests(addon: str) -> bool:
    return (PROJECT / addon / "tests").is_dir()


def template_of(addon: str) -> str:
    """The database in which pytest runs an addon's tests."""
    return next(suite.template for suite in SUITES if suite.addon == addon)
