"""A desk: the whole application over a store, with a sender that only writes down and a clock that stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from starlette.testclient import TestClient

from serving.app import create_app
from serving.championing import ScorerInForce
from serving.channels.guarding import RefusedTarget
from serving.channels.message import Message
from serving.channels.outcome import Outcome, deliver_outcome, fail_outcome
from serving.channels.sending import Channel, Sender
from serving.service import Service
from serving.settings import Settings
from tests.serving.usecases.tellers import NOW


class Notebook:
    """A sender that writes down what it is given; addresses that hold "bad" are refused, "down" are not reached."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, Channel]] = []

    def check(self, channel: Channel) -> None:
        """Refuse some addresses."""
        if "bad" in channel.url:
            raise RefusedTarget

    def send(self, message: Message, channel: Channel, _: datetime) -> Outcome:
        """Write a message down."""
        if "down" in channel.url:
            return fail_outcome("connection", "nobody there", 0.5)
        self.sent.append((message, channel))
        return deliver_outcome(0.25, 204)


class Desk:
    """The application and what a test looks into."""

    def __init__(self, client: TestClient, service: Service, notebook: Notebook) -> None:
        self.client, self.service, self.notebook = client, service, notebook

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask, and return the status and the answer."""
        answer = self.client.request(method, path, **({} if body is None else {"json": body}))
        return answer.status_code, answer.json()


@contextmanager
def open_desk(url: str, home: Path, in_force: ScorerInForce | None = None) -> Iterator[Desk]:
    """Open a desk that does no worker's work."""
    notebook = Notebook()
    settings = Settings(home=home / "home", database_url=url, works=False)
    app = create_app(settings, clock=lambda: NOW, sender=cast(Sender, notebook))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=True) as client:
        app.state.championing.in_force = in_force
        yield Desk(client, app.state.service, notebook)


def list_problems(answer: tuple[int, Any]) -> tuple[int, str, str]:
    """Return the status, the code and the path of a problem."""
    return answer[0], answer[1]["code"], answer[1]["path"]
