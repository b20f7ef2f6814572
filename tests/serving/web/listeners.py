"""A running server whose stream can be listened to, and a browser that listens, over real sockets."""

import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn

from serving.app import create_app
from serving.connections import build_protocol
from serving.settings import Settings
from serving.web.cookies import SESSION

PATIENCE_SECONDS = 15.0


class Running:
    """A server on a port of its own, in a thread of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self.app = create_app(Settings(home=home, database_url=url, works=False))
        config = uvicorn.Config(
            self.app,
            http=build_protocol(5.0),
            ws="none",
            lifespan="on",
            log_config=None,
            timeout_graceful_shutdown=30,
        )
        self.server = uvicorn.Server(config)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.thread.start()
        wait_for(lambda: self.server.started)

    def stop(self) -> float:
        """Stop, and return how many seconds that took."""
        began = time.monotonic()
        self.server.should_exit = True
        self.thread.join(40)
        self.socket.close()
        return time.monotonic() - began


class Ear:
    """A browser that listens."""

    def __init__(self, port: int, token: str, *names: str, since: int | None = None) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        query = urlencode([*(("of", name) for name in names), ("since", "" if since is None else since)])
        self.connection.request("GET", f"/live?{query}", headers={"cookie": f"{SESSION}={token}"})
        self.response = self.connection.getresponse()

    def hear(self) -> str:
        """Wait for news; "" where the stream has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while line := self.response.readline().decode():
            assert time.monotonic() < deadline, "listened in vain"
            if line.startswith("data: "):
                return line.removeprefix("data: ").strip()
        return ""

    def close(self) -> None:
        """Go away."""
        self.response.close()
        self.connection.close()


def wait_for(is_true: Callable[[], Any]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
