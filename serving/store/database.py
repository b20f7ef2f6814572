"""The database: SQLite by default, PostgreSQL by its URL; one way to read and one way to write."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

_BUSY_MILLISECONDS = 10_000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # NORMAL may lose the last commits in a power cut, and a commit is a promise here.
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


class UnusableDatabase(ValueError):
    """The database's address is not one that Hotlead can use."""


class UnusableStore(ConnectionError):
    """The database's file is gone, or another has taken its place, while it was in use."""


class Database:
    """A store's database.

    Parameters
    ----------
    url
        ``sqlite:///path`` or ``postgresql+psycopg://…``.

    Raises
    ------
    UnusableDatabase
        If it is neither, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self.engine = _create_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turns = _Turns()
        self._file: tuple[int, int] | None = None
        self._readers = self.engine
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        else:
            # PostgreSQL's usual level shows each statement another state.
            self._readers = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in one transaction that sees one state of the store."""
        with self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in one transaction: committed and durable when the block ends, undone where it raises.

        On SQLite one writer has the whole database from its first statement on, and the writers of this process
        take turns; on PostgreSQL they lock rows, leads before accounts and each in the order of their ids.
        """
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        writers = self.engine.execution_options(hotlead_writes=True)
        with self._turns, writers.begin() as connection:
            self._check_file()
            yield connection
            # What is committed to a file that nobody can open again is lost.
            self._check_file()

    def check(self) -> None:
        """Check that the database can be read, and that it is still the one that was opened.

        Raises
        ------
        UnusableStore
            If its file is not.
        """
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
        self._check_file()

    def _check_file(self) -> None:
        path = self.engine.url.database
        if not self.is_sqlite or not path or path == ":memory:":
            return
        try:
            found = Path(path).stat()
        except OSError:
            raise UnusableStore("the database's file is gone: put it back, or restart the service") from None
        now = found.st_dev, found.st_ino
        if self._file is None:
            self._file = now
        elif self._file != now:
            raise UnusableStore("another file has taken the database's place: restart the service")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def sqlite_url(home: Path) -> str:
    """Return the URL of the SQLite database in a home."""
    return f"sqlite:///{(home / 'hotlead.db').resolve()}"


class _Turns:
    """A lock that is given in the order it was asked for: SQLite's own makes the unlucky wait for ever."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


def _create_engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise UnusableDatabase("HOTLEAD_DATABASE_URL must begin with sqlite:/// or postgresql://")
        if parsed.get_backend_name() == "sqlite":
            return create_engine(parsed, connect_args={"timeout": _BUSY_MILLISECONDS / 1000})
        return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20)
    except (ArgumentError, NoSuchModuleError) as error:
        raise UnusableDatabase("HOTLEAD_DATABASE_URL is no database address") from error
    except ModuleNotFoundError as error:
        raise UnusableDatabase("PostgreSQL needs its driver: install hotlead[postgres]") from error


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # The driver would begin transactions late, after the first read: two writers could both read, then write.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("hotlead_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
