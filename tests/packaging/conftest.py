"""Copies of a database with stock, which is made once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from odoo_database import NewDatabase, OdooDatabase, query


@pytest.fixture(scope="session")
def stock_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OdooDatabase]:
    """Stock alone, in English and French, from an Odoo that knows no addon of ours."""
    folder = tmp_path_factory.mktemp("odoo")
    database = OdooDatabase(f"stock_sync_packaging_{os.getpid()}", folder, addons=())
    query("postgres", f'CREATE DATABASE "{database.name}" TEMPLATE template0')
    try:
        database.install("stock", "--load-language=en_US,fr_FR")
        yield database
    finally:
        _drop(database.name)


@pytest.fixture
def new_database(stock_database: OdooDatabase, tmp_path: Path) -> Iterator[NewDatabase]:
    """Copy the database with stock; dropped after the test."""
    names: list[str] = []

    def create(**options: object) -> OdooDatabase:
        name = f"{stock_database.name}_{len(names)}"
        query("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{stock_database.name}"')
        names.append(name)
        return OdooDatabase(name, tmp_path, **options)  # type: ignore[arg-type]

    yield create
    for name in names:
        _drop(name)


def _drop(name: str) -> None:
    query("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
