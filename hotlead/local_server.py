"""A server of our own as a child process, for the demo."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket

_PATIENCE_SECONDS = 60.0


class ServerDidNotStart(RuntimeError):
    """The server ended, or was not ready in time."""


def find_free_port(wanted: int) -> int:
    """Return the wanted port where it is free on loopback, else one that the system picks."""
    for port in (wanted, 0):
        with closing(socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerDidNotStart("no port is free on loopback")


@contextmanager
def serve_home(home: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `hotlead serve` on loopback until the block ends.

    Raises
    ------
    ServerDidNotStart
        If it is not ready within a minute; its own words are in ``<home>/serve.log``.
    """
    command = [sys.executable, "-m", "hotlead.main", "serve", "--home", str(home), "--port", str(port)]
    log = home / "serve.log"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as server:
        try:
            _wait_until_ready(server, port, log)
            yield server
        finally:
            server.terminate()


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if _is_ready(port):
            return
        time.sleep(0.1)
    raise ServerDidNotStart(f"the server did not become ready; see {log}")


def _is_ready(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
