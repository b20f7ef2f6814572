"""The database: writers lose nothing and take turns, readers see one state, and a commit is on disk."""

import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, text

from serving.store.database import Database, UnusableDatabase
from serving.store.database import sqlite_url as locate_sqlite
from serving.store.edge_tables import secrets
from serving.store.migrating import is_current

_WRITERS, _EACH = 8, 25
_HOLD = """
import sys, time
from sqlalchemy import text
from serving.store.database import Database
with Database(sys.argv[1]).writing() as connection:
    connection.execute(text("INSERT INTO batches (at) VALUES (1)"))
    print("held", flush=True)
    time.sleep(600)
"""


def _add(connection: Connection, at: int = 0) -> None:
    connection.execute(text("INSERT INTO batches (at) VALUES (:at)"), {"at": at})


def _list_moments(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(text("SELECT at FROM batches ORDER BY seq")).scalars())


@pytest.mark.parametrize("shared", [True, False])
def test_writers_lose_no_increment(database, shared):
    """Eight threads that read a counter and write it back 25 times each end at 200, also with a database each."""
    with database.writing() as connection:
        _add(connection)
    url = database.engine.url.render_as_string(hide_password=False)
    writers = [database if shared else Database(url) for _ in range(_WRITERS)]
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(_increment, writers))
    assert _list_moments(database) == [_WRITERS * _EACH]
    for writer in writers:
        writer.close()


def _increment(database: Database) -> None:
    lock = "" if database.is_sqlite else " FOR UPDATE"
    for _ in range(_EACH):
        with database.writing() as connection:
            now = connection.execute(text(f"SELECT at FROM batches{lock}")).scalar_one()
            connection.execute(text("UPDATE batches SET at = :at"), {"at": now + 1})


def test_writers_come_in_the_order_they_asked(sqlite_url):
    """On SQLite whoever asked first writes first, so that nobody waits for ever."""
    database, threads = Database(sqlite_url), []

    def write(number: int) -> None:
        with database.writing() as connection:
            _add(connection, number)

    with database.writing():
        for number in range(_WRITERS):
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
            deadline = time.monotonic() + 10
            while len(database._turns._waiting) <= number and time.monotonic() < deadline:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert _list_moments(database) == list(range(_WRITERS))
    database.close()


def test_a_turn_is_passed_on_by_who_fails(database):
    """A writer that raises leaves nothing, and the next one does not wait for it."""
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database)
    with database.writing() as connection:
        _add(connection, 3)
    assert _list_moments(database) == [3]


def _count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM batches")).scalar_one())


def _write_and_fail(database: Database) -> None:
    with database.writing() as connection:
        _add(connection, 1)
        _add(connection, 2)
        raise ZeroDivisionError


def test_a_reader_sees_one_state(database):
    """What is committed while somebody reads is not seen before they read anew."""
    with database.reading() as reader:
        before = _count(reader)
        with database.writing() as writer:
            _add(writer)
        assert _count(reader) == before
    assert _list_moments(database) == [0]


def test_a_reader_does_not_keep_a_writer(database):
    """An open reading block lets writers commit at once."""
    with database.reading() as reader:
        _count(reader)
        started = time.perf_counter()
        with database.writing() as writer:
            _add(writer)
        assert time.perf_counter() - started < 2


def test_what_is_not_committed_is_not_seen(database):
    """Readers see nothing of a writing block that has not ended."""
    with database.writing() as writer:
        _add(writer)
        assert _list_moments(database) == []
    assert _list_moments(database) == [0]


def test_a_killed_writer_leaves_nothing_and_locks_nobody(database):
    """A process killed inside a writing block leaves no row, and the next writer gets its turn."""
    url = database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", _HOLD, url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        process.kill()
    with database.writing() as connection:
        _add(connection, 2)
    assert _list_moments(database) == [2]


def test_a_commit_on_sqlite_is_on_disk(sqlite_url):
    """Every connection writes ahead and waits for the disk: NORMAL may lose the last commits in a power cut."""
    database, full = Database(sqlite_url), 2
    for block in (database.reading, database.writing):
        with block() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == full
    database.close()


def test_the_log_ahead_does_not_grow_without_end(sqlite_url):
    """SQLite's log grows behind an open reader alone; once nobody reads, it is written over from its beginning."""
    database = Database(sqlite_url)
    log = Path(f"{database.engine.url.database}-wal")
    with database.reading() as reader:
        _count(reader)
        behind_a_reader = [_fill(database, log) for _ in range(2)]
    after = [_fill(database, log) for _ in range(4)]
    assert behind_a_reader[1] > 1.5 * behind_a_reader[0]
    assert max(after) <= 1.2 * behind_a_reader[1]
    database.close()


def _fill(database: Database, log: Path) -> int:
    """Write some three megabytes and return the length of the log."""
    rows = [{"name": f"{number}", "value": bytes(4_000)} for number in range(100)]
    for _ in range(8):
        with database.writing() as connection:
            connection.execute(insert(secrets), rows)
        with database.writing() as connection:
            connection.execute(delete(secrets))
    return log.stat().st_size


def test_a_second_process_waits_for_its_turn(sqlite_url):
    """A writer of another process, or of another Database, is waited for."""
    first, second = Database(sqlite_url), Database(sqlite_url)
    with ThreadPoolExecutor(1) as pool:
        with first.writing() as connection:
            _add(connection, 1)
            waiting = pool.submit(_write_and_commit, second)
            time.sleep(0.1)
            assert not waiting.done()
        waiting.result(timeout=30)
    assert _list_moments(first) == [1, 2]
    first.close()
    second.close()


def _write_and_commit(database: Database) -> None:
    with database.writing() as connection:
        _add(connection, 2)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "is no database address"),
        ("hotlead.db", "is no database address"),
        ("mysql://localhost/leads", "must begin with sqlite:/// or postgresql://"),
        ("oracle+oracledb://localhost/leads", "must begin with sqlite:/// or postgresql://"),
        ("sqlite+nothing:///leads.db", "is no database address"),
        ("postgresql+nothing://localhost/leads", "is no database address"),
    ],
)
def test_an_unusable_address_is_named_without_being_repeated(url, message):
    """An address that cannot be used is refused in one plain line, which does not repeat what may be a password."""
    with pytest.raises(UnusableDatabase, match=r"^HOTLEAD_DATABASE_URL [^\n]+$") as refused:
        Database(url)
    assert message in str(refused.value)
    assert not url or url not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_of_postgresqls_schemes_will_do(scheme):
    """The schemes that hosting companies write all mean the one driver."""
    database = Database(f"{scheme}://somebody@localhost/leads")
    assert database.engine.url.drivername == "postgresql+psycopg"
    assert not database.is_sqlite


def test_the_default_database_lies_in_the_home(tmp_path, monkeypatch):
    """The default address names a file in the home, absolute wherever we stand."""
    monkeypatch.chdir(tmp_path)
    assert locate_sqlite(Path("home")) == f"sqlite:///{tmp_path / 'home' / 'hotlead.db'}"


def test_a_backup_of_a_busy_database_is_one_state(sqlite_url, tmp_path):
    """VACUUM INTO, which the manual tells for backups, copies what is committed, and no more."""
    database, copy = Database(sqlite_url), tmp_path / "copy.db"
    with database.writing() as connection:
        _add(connection, 1)
    with database.writing() as connection, closing(sqlite3.connect(database.engine.url.database or "")) as tool:
        _add(connection, 2)
        tool.execute("VACUUM INTO ?", (str(copy),))
    restored = Database(f"sqlite:///{copy}")
    assert _list_moments(restored) == [1]
    assert is_current(restored)
    restored.close()
    database.close()
