"""`hotlead worker`: a process that starts, says so, and stops cleanly when told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.hotlead.verbs.stores import open_home

_WORK = "from hotlead.main import run; run()"
_PATIENCE_SECONDS = 60.0


def start(home: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start a worker in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "HOTLEAD_DATABASE_URL"}
    command = [sys.executable, "-c", _WORK, "worker", "--home", str(home)]
    with log.open("wb") as output:
        return subprocess.Popen(command, env=environment, stderr=output)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(tmp_path: Path, told: signal.Signals) -> None:
    """Both signals end it with code 0, after it has finished; the log says so, and which terms were in force."""
    log = tmp_path / "log"
    with start(tmp_path / "home", log) as process:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while b"has started" not in log.read_bytes() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(told)
        assert process.wait(_PATIENCE_SECONDS) == 0
    *begun, last = log.read_text().splitlines()
    # Two threads tell of these, in any order.
    first, terms = sorted(begun, key=lambda line: "are in force" in line)
    assert "are in force (not signed)" in terms
    assert "the worker has started" in first
    assert "the worker has stopped" in last


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    """One line says what to do, and the exit code is 2."""
    teller = open_home(tmp_path / "home")
    with teller.database.writing() as connection:
        connection.execute(text("UPDATE hotlead_version SET version_num = '9999'"))
    teller.database.close()
    with start(tmp_path / "home", tmp_path / "log") as process:
        assert process.wait(_PATIENCE_SECONDS) == 2
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert line.startswith("hotlead: the database is at revision 9999")
