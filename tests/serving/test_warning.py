"""Warning: the team hears of an attack on its keys once an hour, and no request waits for that."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from features.times import SECOND
from serving.app import create_app
from serving.channels.sending import Sender
from serving.service import Service
from serving.settings import Settings
from serving.store.database import Database
from serving.store.tables import messages
from serving.usecases.admitting import add_key
from tests.serving.usecases.test_warning import NOW, add_channel


@pytest.fixture
def moment() -> list[int]:
    """The moment, which a test may move."""
    return [NOW]


@pytest.fixture
def client(tmp_path: Any, moment: list[int]) -> Any:
    """A client of a service with one key, a channel of the team, and no worker."""
    import random

    app = create_app(Settings(home=tmp_path, works=False), clock=lambda: moment[0], sender=Sender())
    with TestClient(app, client=("127.0.0.1", 50_000)) as asked:
        database = app.state.service.database
        with database.writing() as connection:
            add_key(connection, name="CRM", scopes=["read"], at=NOW, randomness=random.SystemRandom())
        add_channel(database, "pager")
        yield asked


def guess(client: TestClient, times: int) -> list[int]:
    """Try wrong keys, and return the statuses."""
    return [
        client.get("/v1/leads", headers={"authorization": f"Bearer hl_{n:08d}_x"}).status_code for n in range(times)
    ]


def wait_for_messages(database: Database, number: int) -> Sequence[dict[str, Any]]:
    """Wait until so many messages are in the outbox, and return their bodies."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with database.reading() as connection:
            bodies = list(connection.execute(select(messages.c.body)).scalars())
        if len(bodies) >= number:
            break
        time.sleep(0.02)
    return [msgspec.json.decode(body) for body in bodies]


def test_the_team_hears_of_wrong_keys_once_an_hour(client: Any, moment: list[int]) -> None:
    """Hundreds of wrong keys are one message, which names neither a key nor an address; an hour later, another."""
    database = client.app.state.service.database
    assert guess(client, 100).count(429) > 70
    (told,) = wait_for_messages(database, 1)
    assert told["kind"] == "hotlead.notice"
    assert "wrong keys a minute" in told["sentence"]
    assert "hl_" not in told["sentence"]
    assert "127.0.0.1" not in told["sentence"]
    moment[0] += 3_600 * SECOND
    client.app.state.service.warning.warn_of_attack(
        "more than 20 wrong keys a minute come for one and the same key"
    )
    client.app.state.service.warning.warn_of_attack("again")
    assert len(wait_for_messages(database, 2)) == 2


def test_few_wrong_keys_are_no_news(client: Any) -> None:
    """A misspelt key is nobody's business."""
    assert set(guess(client, 5)) == {401}
    client.app.state.service.warning.stop()
    assert wait_for_messages(client.app.state.service.database, 0) == []


def test_a_service_sends_nothing_to_itself(tmp_path: Any) -> None:
    """Messages to the address under which people reach this service are refused, though it may be public."""
    from serving.championing import Championing
    from serving.meters import Meters

    meters = Meters()
    settings = Settings(home=tmp_path, public_url="https://leads.example:8443/desk")
    championing = Championing(tmp_path, on_refusal=meters.refusals.inc, on_swap=meters.record_swap)
    service = Service(settings, championing, clock=lambda: NOW, meters=meters)
    assert service.sender._reach.own_hosts == {"leads.example"}
    service.database.close()
