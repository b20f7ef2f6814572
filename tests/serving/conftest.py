"""A small champion fitted with LightGBM on seeded leads, served in this process and in one of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from benchmarks.scoring_model import AS_OF, fit_scorer, invent_leads
from features.times import to_micros
from models.artifact import save_scorer
from models.champion import find_champion, publish_champion
from serving.app import create_app
from serving.championing import ScorerInForce
from serving.errors import TITLES
from serving.proving import load_proven
from serving.settings import Settings

NOW = to_micros(AS_OF.to_pydatetime())
_SERVE = "import typer; from hotlead.verbs.serve import serve; typer.run(serve)"
_PATIENCE_SECONDS = 90.0


class Server:
    """The service in a process of its own, asked over real sockets."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.port, self.process, self.log = port, process, log

    def connect(self) -> HTTPConnection:
        """Open a connection of http.client."""
        return HTTPConnection("127.0.0.1", self.port, timeout=15)

    def dial(self) -> socket.socket:
        """Open a bare socket."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=15)

    def get(self, path: str) -> tuple[int, bytes]:
        """Get a page on a connection of its own."""
        with closing(self.connect()) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two scorers on disk, told apart by their number of trees."""
    folder = tmp_path_factory.mktemp("artifacts")
    return {version: _save(folder / version, rounds) for version, rounds in (("1", 30), ("2", 15))}


@pytest.fixture
def home(tmp_path: Path, artifacts: dict[str, Path]) -> Path:
    """A home with version 1 in force."""
    publish_champion(artifacts["1"], "1", tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def in_force(tmp_path_factory: pytest.TempPathFactory, artifacts: dict[str, Path]) -> ScorerInForce:
    """Version 1, loaded."""
    home = tmp_path_factory.mktemp("loaded")
    champion = publish_champion(artifacts["1"], "1", home)
    return ScorerInForce(champion=champion, scorer=load_proven(champion.folder(home), champion.fingerprint))


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory, in_force: ScorerInForce) -> Iterator[TestClient]:
    """A client of an app whose clock stands still and whose champion is there from the start."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("empty")), clock=lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        app.state.championing.in_force = in_force
        yield client


@pytest.fixture(scope="session")
def leads() -> list[dict[str, Any]]:
    """Bodies of leads with attributes and events."""
    return invent_leads(120, seed=11)


@pytest.fixture
def post(client: TestClient) -> Callable[..., Any]:
    """Post a body, bytes or plain data, to /v1/score."""

    def post_body(body: Any, query: str = "", **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(
            f"/v1/score{query}", content=content, headers={"content-type": "application/json", **named}
        )

    return post_body


@pytest.fixture(scope="session")
def refused() -> Callable[..., None]:
    """Return the check that an answer is a problem with this status, this code and perhaps this path."""

    def check(answer: Any, status: int, code: str, path: str | None = None) -> None:
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), problem
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == status
        assert problem["type"] == f"/docs#{code}"
        assert problem["title"] == TITLES[code]
        assert problem["detail"]
        if path is not None:
            assert problem["path"] == path

    return check


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, artifacts: dict[str, Path]) -> Iterator[Server]:
    """A server with version 1 in force, shared by the tests that do not change it."""
    home = tmp_path_factory.mktemp("served")
    publish_champion(artifacts["1"], "1", home)
    with serve(home) as running:
        yield running


@pytest.fixture
def serve_home() -> Callable[[Path], Any]:
    """Return what serves a home until its block ends."""
    return serve


@contextmanager
def serve(home: Path) -> Iterator[Server]:
    """Serve a home in a process of its own until the block ends."""
    port, log = _find_free_port(), home / "serve.log"
    environment = {**os.environ, "HOTLEAD_REQUEST_SECONDS": "2", "HOTLEAD_LOOK_EVERY_SECONDS": "0.1"}
    command = [sys.executable, "-c", _SERVE, "--home", str(home), "--port", str(port)]
    with log.open("wb") as output, subprocess.Popen(command, env=environment, stderr=output) as process:
        running = Server(port, process, log)
        try:
            _wait(running, has_champion=find_champion(home) is not None)
            yield running
        finally:
            process.terminate()


def _wait(running: Server, *, has_champion: bool) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            if running.get("/readyz" if has_champion else "/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {running.log.read_text()}")


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _save(folder: Path, rounds: int) -> Path:
    scorer, table = fit_scorer(n_leads=600, rounds=rounds, num_leaves=7)
    save_scorer(scorer, folder, examples=table)
    return folder
