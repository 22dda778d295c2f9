"""A database that an earlier version has made, and what it talked with."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from earlier_company import OF_SECOND, PRODUCTS, SECRETS
from local_api import LocalApi, items
from pack_earlier_addons import ARCHIVE

Apis = dict[str, LocalApi]


@pytest.fixture(scope="session")
def earlier_addons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the addons of each earlier version, in one of its name."""
    folder = tmp_path_factory.mktemp("earlier")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def apis() -> Iterator[Apis]:
    """One that works, with an ID that Odoo does not know; one of another company; and
    one that asks to wait.
    """
    quantities = dict.fromkeys([*PRODUCTS, "unknown"], "5")
    apis = {
        "first": LocalApi(items(quantities), api_key=SECRETS["backend"]),
        "second": LocalApi(
            items(dict.fromkeys(OF_SECOND, "9")), api_key=SECRETS["second"]
        ),
        "waiting": LocalApi(items({"W1": "3"}), scenario="status-429:3600"),
    }
    yield apis
    for api in apis.values():
        api.close()
