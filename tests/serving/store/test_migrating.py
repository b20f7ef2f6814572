"""Migrations: they end at the tables, alone or in company, killed or not, and touch nobody else's database."""

import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.types import TypeEngine

from serving.store import columns, migrating
from serving.store import database as databases
from serving.store.database import Database
from serving.store.migrating import ForeignDatabase, NewerDatabase, is_current, migrate
from serving.store.migrations import rendering
from serving.store.tables import metadata
from tests.serving.store.schemas import read_schema

_MIGRATE = """
import sys
from serving.store.database import Database
from serving.store.migrating import migrate
migrate(Database(sys.argv[1]))
"""
_MIGRATE_AT_A_WORD = """
import sys
import alembic.command
from serving.store.database import Database
from serving.store.migrating import is_current, migrate
database = Database(sys.argv[1])
assert not is_current(database)
print("ready", flush=True)
sys.stdin.readline()
migrate(database)
"""
_DIE_AT = """
import os, sys
from sqlalchemy import event
from serving.store.database import Database
from serving.store.migrating import migrate
database, left = Database(sys.argv[1]), [int(sys.argv[2])]
@event.listens_for(database.engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    left[0] -= statement.startswith(("\\nCREATE", "CREATE", "INSERT", "UPDATE"))
    if left[0] == 0:
        os.kill(os.getpid(), 9)
migrate(database)
"""


def _start(program: str, database: Database, *words: str) -> "subprocess.Popen[str]":
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", program, url, *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _list_tables(database: Database) -> list[str]:
    with database.reading() as connection:
        return inspect(connection).get_table_names()


def _assert_complete(database: Database) -> None:
    """Assert that every table that a revision creates is there, whatever the tables of today are."""
    written = "".join(path.read_text("utf-8") for path in migrating.MIGRATIONS.glob("versions/*.py"))
    assert is_current(database)
    assert set(re.findall(r'create_table\(\s*"(\w+)"', written)) == {*_list_tables(database)} - {"hotlead_version"}


def test_migrations_end_at_the_tables(empty_database):
    """After a migration Alembic finds nothing that the tables and the database differ by (else: make migration)."""
    assert not is_current(empty_database)
    migrate(empty_database)
    _assert_complete(empty_database)
    with empty_database.reading() as connection:
        options = {"compare_type": True, "version_table": migrating.VERSION_TABLE}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_migrations_build_what_the_tables_would(empty_database):
    """Columns, collations, orders, indexes and constraints are those that the tables make by themselves."""
    migrate(empty_database)
    with empty_database.reading() as connection:
        migrated = read_schema(connection)
    with empty_database.writing() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    with empty_database.reading() as connection:
        assert migrated == read_schema(connection)
    assert len(migrated) > 40


def test_revisions_know_every_type_of_the_store():
    """The types that a drafted revision defines for itself are the store's own of today."""
    types = {name: kind for name, kind in vars(columns).items() if isinstance(kind, TypeEngine)}
    drafting, made = SimpleNamespace(imports=set()), {"sa": sqlalchemy}
    assert {name: rendering.render_item("type", kind, drafting) for name, kind in types.items()} == {
        name: name for name in types
    }
    exec("\n".join(drafting.imports), made)
    assert {name: _describe(made[name]) for name in types} == {
        name: _describe(kind) for name, kind in types.items()
    }


def _describe(kind: "TypeEngine[Any]") -> str:
    return f"{kind!r} {dict(kind._variant_mapping)!r}"


def test_what_is_older_is_brought_further_with_its_rows(empty_database):
    """A database at the first revision comes to the newest and keeps what it holds."""
    with empty_database.writing() as connection:
        command.upgrade(migrating.configure_alembic(connection), "0001")
        connection.execute(text("INSERT INTO batches (at) VALUES (7)"))
    assert not is_current(empty_database)
    migrate(empty_database)
    _assert_complete(empty_database)
    with empty_database.reading() as connection:
        assert connection.execute(text("SELECT at FROM batches")).scalars().all() == [7]


def test_a_current_database_is_left_alone(database):
    """Migrating what is current neither writes nor waits for a writer, and takes no time."""
    second = Database(database.engine.url.render_as_string(hide_password=False))
    with database.writing() as connection:
        connection.execute(text("INSERT INTO batches (at) VALUES (7)"))
        started = time.perf_counter()
        migrate(second)
        assert time.perf_counter() - started < 0.3
    second.close()


def test_a_current_database_needs_no_alembic(sqlite_url):
    """A start on a current database imports nothing of Alembic, whose import takes longer than the rest."""
    program = _MIGRATE + "print([name for name in sys.modules if name.startswith(('alembic', 'mako'))])"
    told = subprocess.run([sys.executable, "-c", program, sqlite_url], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_many_processes_may_migrate_at_once(empty_database):
    """Four processes that find the same empty database all succeed, and it is whole."""
    processes = [_start(_MIGRATE_AT_A_WORD, empty_database) for _ in range(4)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in processes] == [""] * 4
    _assert_complete(empty_database)


@pytest.mark.parametrize("statement", [1, 3, 17, 30, 44])
def test_what_was_killed_half_way_starts_again(empty_database, statement):
    """A migration killed by kill -9 at any statement leaves nothing, and the next one succeeds."""
    process = _start(_DIE_AT, empty_database, str(statement))
    _, complaint = process.communicate()
    assert process.returncode == -signal.SIGKILL, complaint
    assert _list_tables(empty_database) == []
    migrate(empty_database)
    _assert_complete(empty_database)


def test_a_newer_database_is_refused(database):
    """A revision that we do not know is answered by one plain line, and by is_current too."""
    with database.writing() as connection:
        connection.execute(text("UPDATE hotlead_version SET version_num = '9999'"))
    for refuse in (migrate, is_current):
        with pytest.raises(NewerDatabase, match=r"^the database is at revision 9999 and .* knows \d{4} .*backup$"):
            refuse(database)


@pytest.mark.parametrize("table", ["alembic_version", "leads", "customers"])
def test_somebody_elses_database_is_refused(empty_database, table):
    """Tables without our version table are somebody else's, even where they are named like ours."""
    with empty_database.writing() as connection:
        connection.execute(text(f"CREATE TABLE {table} (id INTEGER)"))
    for refuse in (migrate, is_current):
        with pytest.raises(ForeignDatabase, match=rf"^the database holds tables of something else \({table}\)"):
            refuse(empty_database)
    assert _list_tables(empty_database) == [table]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    """A file of something else is refused in one plain line and left as it is."""
    path = tmp_path / "hotlead.db"
    path.write_bytes(b"id,email\n" * 1_000)
    with pytest.raises(ForeignDatabase, match=r"^the file is no SQLite database"):
        migrate(Database(f"sqlite:///{path}"))
    assert path.read_bytes() == b"id,email\n" * 1_000


def test_a_migration_outwaits_a_long_writer(empty_sqlite_url, monkeypatch):
    """A migration waits for a writer who takes longer than SQLite's own patience."""
    monkeypatch.setattr(databases, "_PRAGMAS", (*databases._PRAGMAS, "PRAGMA busy_timeout=20"))
    waiting, writing = Database(empty_sqlite_url), Database(empty_sqlite_url)
    with writing.writing():
        thread = threading.Thread(target=migrate, args=(waiting,))
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive()
    thread.join()
    _assert_complete(waiting)
    waiting.close()
    writing.close()


def test_a_migration_does_not_wait_for_ever(empty_sqlite_url, monkeypatch):
    """A writer who never ends is named in one plain line."""
    monkeypatch.setattr(databases, "_PRAGMAS", (*databases._PRAGMAS, "PRAGMA busy_timeout=5"))
    waiting, writing = Database(empty_sqlite_url), Database(empty_sqlite_url)
    with writing.writing(), pytest.raises(TimeoutError, match=r"^another process"):
        migrate(waiting)
    waiting.close()
    writing.close()


def test_threads_may_migrate_databases_of_their_own(tmp_path):
    """Migrations of several databases in one process do not mix."""
    made = [Database(f"sqlite:///{tmp_path / str(number)}.db") for number in range(6)]
    threads = [threading.Thread(target=migrate, args=(database,)) for database in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in made:
        _assert_complete(database)
        database.close()


def test_the_folder_may_have_any_name(tmp_path, empty_sqlite_url, monkeypatch):
    """A per cent sign in the path of the installation, which Alembic's settings would read, does no harm."""
    folder = tmp_path / "100% ours"
    folder.symlink_to(migrating.MIGRATIONS)
    monkeypatch.setattr(migrating, "MIGRATIONS", folder)
    database = Database(empty_sqlite_url)
    migrate(database)
    _assert_complete(database)
    database.close()
