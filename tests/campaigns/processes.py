"""Processes: the service as operators run it, started and killed with everything it has started."""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_PATIENCE_SECONDS = 120.0
_LOOK_EVERY_SECONDS = 0.02


class NoStart(RuntimeError):
    """The service does not start."""


class Processes:
    """The processes of one service: one that does everything, or an API and a worker apart.

    Parameters
    ----------
    home
        Its home.
    environment
        Its settings.
    apart
        Whether a worker runs in a process of its own.
    """

    def __init__(self, home: Path, environment: Mapping[str, str], *, apart: bool = False) -> None:
        self._home, self._log = home, home / "service.log"
        self._environment = {**os.environ, **environment, "HOTLEAD_WORKS": str(not apart).lower()}
        self.names: Sequence[str] = ("serve", "worker") if apart else ("serve",)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.port = _find_free_port()

    def start(self) -> None:
        """Start what does not run."""
        for name in self.names:
            if name not in self._running:
                self._running[name] = self._spawn(name)

    def kill(self, names: Sequence[str]) -> None:
        """Kill processes and all of their groups, without a word before."""
        for name in names:
            process = self._running.pop(name, None)
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def await_page(self, path: str) -> None:
        """Wait until a page is answered with success.

        Raises
        ------
        NoStart
            If it is not in time, or a process ended by itself.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline and all(process.poll() is None for process in self._running.values()):
            if self.answers(path):
                return
            time.sleep(_LOOK_EVERY_SECONDS)
        raise NoStart(f"the service does not answer {path}: {self._log.read_text(errors='replace')[-2_000:]}")

    def answers(self, path: str) -> bool:
        """Tell whether a page is answered with success just now."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _spawn(self, name: str) -> "subprocess.Popen[bytes]":
        where = ["--port", str(self.port)] if name == "serve" else []
        command = [sys.executable, "-m", "hotlead.main", name, "--home", str(self._home), *where]
        with self._log.open("ab") as log:
            return subprocess.Popen(command, env=self._environment, stdout=log, stderr=log, start_new_session=True)


def has_worker() -> bool:
    """Tell whether a worker can run in a process of its own."""
    return importlib.util.find_spec("hotlead.verbs.worker") is not None


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
