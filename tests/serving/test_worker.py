"""The worker: a process of its own, several at once, none of which sends what another has sent."""

import asyncio
import logging
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from sqlalchemy import select

from features.times import to_datetime
from serving.channels.message import Message
from serving.channels.outcome import Outcome, deliver_outcome
from serving.channels.sending import Channel, Sender
from serving.settings import Settings
from serving.store.database import Database
from serving.store.outbox import insert_deliveries, insert_messages
from serving.store.people import insert_channel
from serving.store.tables import attempts, deliveries
from serving.worker import read_clock, work

_N_MESSAGES = 60
_PATIENCE_SECONDS = 60.0


class Counting:
    """A sender that takes a moment for each message and counts them."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.gate = threading.Event()
        self._guard = threading.Lock()

    def send(self, message: Message, _: Channel, __: datetime) -> Outcome:
        """Count a message."""
        with self._guard:
            self.sent[message.id] += 1
        self.gate.wait(0.01)
        return deliver_outcome(0.01)


class Hired:
    """A worker on a loop and a thread of its own, as it has in a process of its own."""

    def __init__(self, url: str, home: Path, sender: Counting, say_every: float = 60.0) -> None:
        settings = Settings(home=home, database_url=url, look_every_seconds=0.05, works=False)
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._work = work(settings, self._stopping, sender=cast(Sender, sender), say_every=say_every)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Tell it to stop, and wait until it has."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        self._loop.run_until_complete(self._work)
        self._loop.close()


def locate(database: Database) -> str:
    """Return the address of a database."""
    return database.engine.url.render_as_string(hide_password=False)


def fill_outbox(database: Database, count: int = _N_MESSAGES) -> None:
    """Put messages into the outbox that are due now."""
    now = read_clock()
    row = {"alert_id": None, "digest_id": None, "recipient_id": "team", "kind": "channel.test", "created_at": now}
    due = {"channel_id": "ch", "state": "due", "attempts": 0, "created_at": now, "next_at": now}
    with database.writing() as connection:
        insert_channel(connection, _make_channel(now))
        for number in range(count):
            body = msgspec.json.encode(_make_message(f"m{number}", now)).decode()
            insert_messages(connection, [{**row, "id": f"m{number}", "body": body}])
            insert_deliveries(connection, [{**due, "message_id": f"m{number}"}])


def wait_until_sent(database: Database, count: int = _N_MESSAGES) -> None:
    """Wait until so many deliveries are recorded as delivered."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    delivered = select(deliveries.c.id).where(deliveries.c.state == "delivered")
    while time.monotonic() < deadline:
        with database.reading() as connection:
            if len(connection.execute(delivered).all()) >= count:
                return
        time.sleep(0.05)
    raise AssertionError("the messages were not delivered in time")


def test_two_workers_send_each_message_once(database: Database, tmp_path: Path) -> None:
    """What one has leased the other leaves alone, on both databases; both work although servers are told not to."""
    fill_outbox(database)
    sender = Counting()
    workers = [Hired(locate(database), tmp_path, sender) for _ in range(2)]
    try:
        wait_until_sent(database)
    finally:
        for worker in workers:
            worker.stop()
    assert sender.sent == Counter({f"m{number}": 1 for number in range(_N_MESSAGES)})
    with database.reading() as connection:
        assert len(connection.execute(select(attempts.c.id)).all()) == _N_MESSAGES


def test_a_worker_finishes_what_is_under_way(database: Database, tmp_path: Path) -> None:
    """Whatever was begun when it is told to stop is recorded: nothing is sent and left due."""
    fill_outbox(database)
    sender = Counting()
    worker = Hired(locate(database), tmp_path, sender)
    wait_until_sent(database, 1)
    worker.stop()
    with database.reading() as connection:
        rows = connection.execute(select(deliveries.c.message_id, deliveries.c.state)).all()
    assert {row.message_id for row in rows if row.state == "delivered"} == set(sender.sent)


def test_the_log_says_how_it_goes(sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A line now and then: the model, what was sent, and how long the oldest message waits."""
    database = Database(sqlite_url)
    fill_outbox(database, 3)
    with caplog.at_level(logging.INFO, logger="hotlead.worker"):
        worker = Hired(sqlite_url, tmp_path, Counting(), say_every=0.2)
        wait_until_sent(database, 3)
        time.sleep(0.5)
        worker.stop()
    database.close()
    said = [record.getMessage() for record in caplog.records if record.name == "hotlead.worker"]
    assert said[0] == "the worker has started"
    assert said[-1] == "the worker has stopped"
    assert "no model in force; 3 sent and 0 failed since the start; the oldest message waits 0 s" in said


def _make_channel(now: int) -> dict[str, Any]:
    return {
        "id": "ch",
        "person_id": "team",
        "kind": "webhook",
        "url": "https://hooks.example",
        "secret": None,
        "is_active": True,
        "created_at": now,
        "failures": 0,
        "rests_until": None,
    }


def _make_message(message_id: str, now: int) -> Message:
    return Message(
        id=message_id,
        kind="channel.test",
        at=to_datetime(now),
        zone="UTC",
        recipient_id="team",
        recipient="The team",
        lines=(),
    )
