"""A server of our own as a child process, and verbs beside it, for the demo."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket

_NOT_INHERITED = ("HOTLEAD_", "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
_PATIENCE_SECONDS = 60.0


class ServerDidNotStart(RuntimeError):
    """The server ended, or was not ready in time."""


class VerbFailed(RuntimeError):
    """A verb ended with an error."""


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
def serve_home(
    home: Path, port: int, settings: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `hotlead serve` on loopback until the block ends.

    Parameters
    ----------
    home
        Its folder; what the environment says of Hotlead does not count, or a demo could write into a real store.
    settings
        Environment variables for it.

    Raises
    ------
    ServerDidNotStart
        If it is not ready within a minute; its own words are in ``<home>/serve.log``.
    """
    command = [sys.executable, "-m", "hotlead.main", "serve", "--home", str(home), "--port", str(port)]
    log = home / "serve.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=build_environment(settings or {})) as server,
    ):
        try:
            _wait_until_ready(server, port, log)
            yield server
        finally:
            server.terminate()


def run_verb(home: Path, *arguments: str, width: int | None = None) -> str:
    """Run `hotlead` with arguments as a user would, on this home alone, and return what it says.

    Parameters
    ----------
    width
        Characters of a line of a terminal that shows it; None where it is shown as usual.

    Raises
    ------
    VerbFailed
        If it ends with an error.
    """
    command = [sys.executable, "-m", "hotlead.main", *arguments, "--home", str(home)]
    environment = build_environment({} if width is None else {"COLUMNS": str(width)})
    done = subprocess.run(
        command, capture_output=True, env=environment, encoding="utf-8", timeout=_PATIENCE_SECONDS
    )
    if done.returncode:
        raise VerbFailed(f"`hotlead {' '.join(arguments)}` ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def build_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Build the environment of a child: ours, with these settings of Hotlead and neither others nor a registry."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    return {**inherited, "PYTHONIOENCODING": "utf-8", **settings}


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
