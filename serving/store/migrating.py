"""Bringing a database to the newest revision of the store: empty or older, and by several processes at once."""

import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from serving.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "hotlead_version"
# Any number will do, as long as nothing else in the same database locks it.
_ADVISORY_LOCK = 7_163_548_209
# Each waits as long as SQLite's busy time: ten minutes in all, for somebody else's long migration.
_PATIENCE = 60
# Alembic keeps the running migration in variables of its module.
_ONE_AT_A_TIME = threading.Lock()


class NewerDatabase(ValueError):
    """The database was brought further than this version of Hotlead knows."""


class ForeignDatabase(ValueError):
    """The database belongs to something else."""


def migrate(database: Database) -> None:
    """Bring an empty or older database to the newest revision; do nothing where it is there already.

    Everything happens in one transaction, and one process at a time: whoever comes second waits and finds it done.

    Raises
    ------
    NewerDatabase
        If its revision is one that this version of Hotlead does not know.
    ForeignDatabase
        If it holds tables of something else, or is no SQLite file.
    TimeoutError
        If another process kept an SQLite file to itself for ten minutes.
    """
    if is_current(database):
        return
    with _ONE_AT_A_TIME:
        if not any(_upgrade_in_turn(database) for _ in range(_PATIENCE)):
            raise TimeoutError(
                "another process has been writing to the database for ten minutes: stop it, try again"
            )


def is_current(database: Database) -> bool:
    """Tell whether the database is at the newest revision.

    Raises
    ------
    NewerDatabase, ForeignDatabase
        As `migrate` does.
    """
    try:
        with database.reading() as connection:
            return _find_revision(connection) == newest_revision()
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise ForeignDatabase("the file is no SQLite database: give Hotlead a file of its own") from error
        raise


def newest_revision() -> str:
    """Return the newest revision that this version of Hotlead knows."""
    return max(list_revisions())


def list_revisions() -> list[str]:
    """List the revisions in their order, by the names of their files."""
    return sorted(path.stem.split("_")[1] for path in (MIGRATIONS / "versions").glob("revision_*.py"))


def _upgrade_in_turn(database: Database) -> bool:
    """Upgrade in one transaction that no other migration runs beside; False where another one kept us waiting."""
    try:
        with database.writing() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            if _find_revision(connection) != newest_revision():
                _upgrade(connection)
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


def _find_revision(connection: Connection) -> str | None:
    """Find the revision of a database; None where it is empty."""
    tables = set(inspect(connection).get_table_names())
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")) if VERSION_TABLE in tables else ()
    revisions = [str(row[0]) for row in found]
    if not revisions:
        _refuse_foreign(tables - {VERSION_TABLE})
        return None
    if revisions[0] not in list_revisions():
        raise NewerDatabase(
            f"the database is at revision {revisions[0]} and this Hotlead knows {newest_revision()} as its newest: "
            "install the version that last used it, or restore a backup"
        )
    return revisions[0]


def _refuse_foreign(tables: set[str]) -> None:
    if tables:
        named = ", ".join(sorted(tables)[:3]) + (", …" if len(tables) > 3 else "")
        raise ForeignDatabase(f"the database holds tables of something else ({named}): give Hotlead one of its own")


def _upgrade(connection: Connection) -> None:
    # Alembic takes a quarter of a second to import, and only a database that is behind needs it.
    from alembic import command

    command.upgrade(configure_alembic(connection), "head")


def configure_alembic(connection: Connection) -> "Config":
    """Configure Alembic to work on a connection, inside the transaction that is open there."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
