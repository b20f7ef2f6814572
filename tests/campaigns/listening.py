"""Listening: the service on a real socket in a thread of this process, over any store, sending to nobody."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from serving.app import create_app
from serving.channels.message import Message
from serving.channels.outcome import Outcome, deliver_outcome
from serving.channels.sending import Channel, Sender
from serving.connections import HEADER_BYTES, build_protocol
from serving.settings import Settings

_PUBLIC = "93.184.216.34"
_PATIENCE_SECONDS = 240.0


class TakingSender(Sender):
    """Sends nothing and says that all was delivered; every name leads to the public internet."""

    def __init__(self) -> None:
        super().__init__(resolve=lambda host, port, *_, **__: [(2, 1, 6, "", (_PUBLIC, port))])

    def send(self, message: Message, channel: Channel, now: Any) -> Outcome:
        """Take a message."""
        return deliver_outcome(0.01, 204)


class Broken(logging.Handler):
    """Keeps where requests broke, as the service logs it."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a place."""
        self.places.append(record.getMessage())


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A service that listens: its address, its port, and where requests broke."""

    address: str
    port: int
    broken: Broken = field(repr=False)


@contextmanager
def listening(home: Path, store: str) -> Iterator[Listening]:
    """Serve a home over a store until the block ends."""
    app = create_app(Settings(home=home, database_url=store), sender=TakingSender())
    config = uvicorn.Config(
        app,
        http=build_protocol(30.0),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
    server, broken = uvicorn.Server(config), Broken()
    loggers = [logging.getLogger(name) for name in ("hotlead.requests", "hotlead.store")]
    for logger in loggers:
        logger.addHandler(broken)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = int(bound.getsockname()[1])
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            _wait(server, thread)
            yield Listening(address=f"http://127.0.0.1:{port}", port=port, broken=broken)
        finally:
            server.should_exit = True
            thread.join(_PATIENCE_SECONDS)
            for logger in loggers:
                logger.removeHandler(broken)


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise AssertionError("the service did not start")
        time.sleep(0.02)
