"""Lanes: a receiver that hangs holds up nobody else, and what was sent is recorded together."""

import threading
import time
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from features.times import SECOND
from serving.channels.outcome import deliver_outcome
from serving.lanes import Lane, Tools
from serving.store.database import Database
from serving.store.outbox import insert_deliveries, insert_messages
from serving.store.people import insert_channel
from serving.store.tables import deliveries

NOW = 1_790_000_000 * SECOND


class Receivers:
    """Takes messages; those for the channel "slow" wait until they are let go."""

    def __init__(self) -> None:
        self.go_on, self.taken = threading.Event(), []

    def send(self, message: Any, channel: Any, now: Any) -> Any:
        """Take a message."""
        if channel.id == "slow":
            self.go_on.wait(20)
        self.taken.append(message.id)
        return deliver_outcome(0.01, 204)


@pytest.fixture
def receivers() -> Receivers:
    """Receivers."""
    return Receivers()


@pytest.fixture
def lane(database: Database, receivers: Receivers) -> Lane:
    """A lane for three at once, with six deliveries due: the first for a receiver that hangs."""
    for channel in ("slow", "quick"):
        with database.writing() as connection:
            insert_channel(connection, _channel(channel))
    for number in range(6):
        _put_in(database, f"m{number}", "quick" if number else "slow")
    tools: Any = Tools(
        database=database,
        take_force=lambda: None,  # type: ignore[arg-type,return-value]
        clock=lambda: NOW,
        sender=receivers,  # type: ignore[arg-type]
        name="worker",
        randomness=Random(0),
    )
    return Lane(tools, is_retry=False, width=3)


def test_a_receiver_that_hangs_holds_up_nobody(lane: Lane, receivers: Receivers, database: Database) -> None:
    """While one delivery waits the others of its lane are sent and recorded."""
    deadline = time.monotonic() + 15
    while len(receivers.taken) < 5 and time.monotonic() < deadline:
        lane.step()
        lane.wait(0.05)
    lane.step()
    assert sorted(receivers.taken) == ["m1", "m2", "m3", "m4", "m5"]
    assert _count(database, "delivered") == 5
    receivers.go_on.set()
    lane.close()
    assert _count(database, "delivered") == 6


def test_finishing_sends_all_that_is_due(lane: Lane, receivers: Receivers, database: Database) -> None:
    """A lane that is asked to finish comes back when everything is recorded."""
    receivers.go_on.set()
    lane.finish()
    assert _count(database, "delivered") == 6
    assert lane.finish() == 0


def _put_in(database: Database, message_id: str, channel: str) -> None:
    body = (
        f'{{"id":"{message_id}","kind":"channel.test","at":"2026-09-21T12:00:00Z","zone":"UTC",'
        '"recipient_id":"anna","recipient":"Anna","lines":[]}'
    )
    told = {"recipient_id": "anna", "kind": "channel.test", "created_at": NOW}
    due = {"state": "due", "attempts": 0, "created_at": NOW, "next_at": NOW}
    with database.writing() as connection:
        insert_messages(connection, [{"id": message_id, "body": body, **told}])
        insert_deliveries(connection, [{"message_id": message_id, "channel_id": channel, **due}])


def _count(database: Database, state: str) -> int:
    with database.reading() as connection:
        return len(connection.execute(select(deliveries).where(deliveries.c.state == state)).all())


def _channel(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "person_id": "anna",
        "kind": "webhook",
        "url": "https://crm.example/hook",
        "secret": "whsec_x",
        "is_active": True,
        "created_at": NOW,
        "failures": 0,
        "rests_until": None,
    }
