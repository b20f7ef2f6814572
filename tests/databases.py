"""Databases for the tests, migrated once and as new for each: fixtures that every test can use.

`database` runs a test twice, on SQLite and on PostgreSQL; `postgres_url` and `sqlite_url` are addresses of fresh
migrated databases; `empty_database` runs twice too, on databases that nothing was done to.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serving.store.database import Database
from serving.store.database import sqlite_url as locate_sqlite
from serving.store.migrating import migrate
from tests.lending import Lender
from tests.postgres import NoPostgres, PostgresServer, running_postgres

_TEMPLATE = "migrated"
_URLS = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server for this process of pytest."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except NoPostgres as error:
            if os.environ.get("CI"):
                pytest.fail(f"the tests need PostgreSQL: {error}", pytrace=False)
            pytest.skip(f"NOTHING IS TESTED ON POSTGRESQL: {error}")
        yield server


@pytest.fixture(scope="session")
def postgres_lender(postgres_server: PostgresServer) -> Lender:
    """Who lends migrated databases."""
    _migrate_url(postgres_server.create_database(_TEMPLATE))
    return Lender(postgres_server, _TEMPLATE)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_lender: Lender) -> Iterator[str]:
    """The address of a fresh migrated database on PostgreSQL."""
    name = postgres_lender.take()
    yield postgres_server.url(name)
    postgres_lender.give_back(name)


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database on PostgreSQL."""
    name = f"empty_{next(_NUMBERS)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a migrated SQLite database to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    _migrate_url(locate_sqlite(folder))
    return folder


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh migrated SQLite database."""
    return locate_sqlite(Path(shutil.copytree(sqlite_template, tmp_path / "store")))


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database that is not there yet."""
    return locate_sqlite(tmp_path)


@pytest.fixture(params=_URLS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh migrated database: every test that uses it runs on SQLite and on PostgreSQL."""
    yield from _open(request.getfixturevalue(_URLS[request.param]))


@pytest.fixture(params=_URLS)
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database: every test that uses it runs on SQLite and on PostgreSQL."""
    yield from _open(request.getfixturevalue(f"empty_{_URLS[request.param]}"))


def _open(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


def _migrate_url(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()
