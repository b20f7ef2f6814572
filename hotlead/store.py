"""The store that verbs work on: PostgreSQL by ``HOTLEAD_DATABASE_URL``, or a SQLite file in the home."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.store.database import Database

_URL = "HOTLEAD_DATABASE_URL"


class NoStore(LookupError):
    """There is no store in this home to work on."""


class UnreachableStore(ConnectionError):
    """The database does not answer."""


def find_url(home: Path) -> str:
    """Return the address of the store's database."""
    from serving.store.database import sqlite_url

    return os.environ.get(_URL) or sqlite_url(home)


def has_store(home: Path) -> bool:
    """Tell whether there is a store to look into; a server elsewhere counts as one."""
    return bool(os.environ.get(_URL)) or (home / "hotlead.db").exists()


@contextmanager
def open_store(home: Path) -> Iterator["Database"]:
    """Open the store, brought to the newest revision, until the block ends; make it where there is none.

    Raises
    ------
    UnreachableStore
        If the database does not answer.
    UnusableDatabase, NewerDatabase, ForeignDatabase
        If it is none of ours.
    """
    from sqlalchemy.exc import InterfaceError, OperationalError

    from serving.store.database import Database
    from serving.store.migrating import migrate

    if not os.environ.get(_URL):
        _make_file(home)
    database = Database(find_url(home))
    try:
        migrate(database)
        yield database
    except (OperationalError, InterfaceError) as error:
        raise UnreachableStore(f"the database does not answer: see {_URL}, or the disk under {home}") from error
    finally:
        database.close()


@contextmanager
def open_filled_store(home: Path) -> Iterator["Database"]:
    """Open the store as `open_store` does, but make none where there is none.

    Raises
    ------
    NoStore
        If there is none.
    """
    if not has_store(home):
        raise NoStore(f"there is no store in {home}: name the home with --home, or the database with {_URL}")
    with open_store(home) as database:
        yield database


def _make_file(home: Path) -> None:
    """Make the file of a new store for its owner alone: secrets of senders that sign will be in it."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "hotlead.db").touch(mode=0o600)
