"""Auditing: an audit of a sound store finds nothing, and each thing lost, doubled or invented by its name."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from standardwebhooks import Webhook

from agreement.people import TEAM
from features.times import to_micros
from serving.channels.message import Message, build_payload
from serving.store.database import Database
from serving.store.tables import alerts, deliveries, events, lead_versions, leads, messages
from serving.usecases.delivering import lease
from serving.usecases.histories import Histories
from serving.usecases.ingesting import ingest
from serving.usecases.standing import take_standing
from serving.usecases.told import Command, ToldEvent, ToldLead
from tests.campaigns.auditing import audit, is_at_rest
from tests.campaigns.grounds import EASY_TERMS, KEEN, load_easy_scorer, open_channel
from tests.campaigns.memory import Fact, Memory
from tests.campaigns.receiver import Receiver

_SECRET = "whsec_" + "eHh4" * 10
_TOKENS = tuple(f"event-{number}" for number in range(12))
Tamper = Callable[[Connection], Any]


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A scorer that turns leads hot easily."""
    home: Path = tmp_path_factory.mktemp("easy")
    return load_easy_scorer(home)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that knows the secret."""
    running = Receiver(_SECRET)
    yield running
    running.close()


@pytest.fixture
def told(sqlite_url: str, in_force: Any, receiver: Receiver) -> Iterator[tuple[Database, Memory]]:
    """A store with one hot lead whose alert was sent and received, and the memory of who told of it."""
    open_channel(sqlite_url, TEAM.id, f"http://127.0.0.1:{receiver.port}/", _SECRET)
    database, memory = Database(sqlite_url), Memory()
    now = to_micros(datetime.now(UTC))
    with database.writing() as connection:
        standing = take_standing(connection, now=now, in_force=in_force, terms=EASY_TERMS)
        ingest(connection, [_command(now)], standing, Histories(in_force.scorer.feature_set))
        for leased in lease(connection, now=now, worker="w", is_retry=False, most=9):
            _receive(receiver, leased.message)
        connection.execute(update(deliveries).values(state="delivered"))
    for fact in (_fact("lead", ("v1",)), _fact("events", _TOKENS)):
        memory.send(fact)
        memory.acknowledge(fact)
    yield database, memory
    database.close()


def test_a_sound_store_is_found_sound(told: tuple[Database, Memory], receiver: Receiver) -> None:
    """Where nothing is lost, doubled or invented, every finding is zero, and nothing is left to do."""
    database, memory = told
    findings = audit(database, memory, receiver)
    assert not any(findings.broken.values()), findings.examples
    assert (findings.counts["events"], findings.counts["alerts"], findings.counts["webhooks"]) == (12, 1, 1)
    with database.reading() as connection:
        assert is_at_rest(connection, 2**60)


_DAMAGES: list[tuple[str, Tamper]] = [
    ("acknowledged events lost", lambda c: c.execute(delete(events).where(events.c.key == bytes(16)))),
    ("events nobody sent", lambda c: _copy_event(c, "event-99")),
    ("events stored twice", lambda c: _copy_event(c, "event-0")),
    ("acknowledged leads lost", lambda c: c.execute(delete(leads))),
    ("acknowledged versions of leads lost", lambda c: c.execute(delete(lead_versions))),
    ("versions of leads stored twice", lambda c: _copy_version(c)),
    ("leads with an old version in force", lambda c: c.execute(update(leads).values(attributes='{"token":"v0"}'))),
    ("leads without a score", lambda c: c.execute(update(leads).values(probability=None))),
    ("hot leads without an episode", lambda c: c.execute(update(leads).values(episode=0))),
    ("episodes without an alert", lambda c: c.execute(delete(alerts))),
    ("alerts without an episode", lambda c: c.execute(update(alerts).values(episode=7))),
    ("alerts not told", lambda c: c.execute(update(alerts).values(state="waiting"))),
    ("alerts that reached nobody", lambda c: c.execute(delete(messages))),
    ("webhooks of no message", lambda c: c.execute(delete(messages))),
    ("deliveries not done", lambda c: c.execute(update(deliveries).values(state="due"))),
]


@pytest.mark.parametrize(("what", "tamper"), _DAMAGES, ids=[what for what, _ in _DAMAGES])
def test_a_damaged_store_is_found_out(
    told: tuple[Database, Memory], receiver: Receiver, what: str, tamper: Tamper
) -> None:
    """Each damage done to the store is found under its name."""
    database, memory = told
    with database.writing() as connection:
        tamper(connection)
    assert audit(database, memory, receiver).broken[what]


def test_bad_webhooks_are_found_out(told: tuple[Database, Memory], receiver: Receiver) -> None:
    """A wrong signature, a repeat that changed, and one episode told in two messages are found."""
    database, memory = told
    (webhook_id, body), *_ = receiver.received.items()
    receiver.take(_sign(webhook_id, body.decode()) | {"webhook-id": "forged"}, body)
    receiver.take(_sign(webhook_id, (changed := body.decode() + " ")), changed.encode())
    receiver.take(_sign("second", body.decode()), body)
    broken = audit(database, memory, receiver).broken
    assert broken["webhooks with a wrong signature"] == 1
    assert broken["repeated webhooks that changed"] == 1
    assert broken["alerts told in two messages"] == 1
    assert receiver.n_repeats == 1


def _command(now: int) -> Command:
    lead = json.loads(KEEN) | {"token": "v1"}
    told = [
        ToldEvent(
            lead_id="lead",
            key=number.to_bytes(16, "big"),
            type="download",
            occurred_at=now - (number + 1) * 60_000_000,
            properties=json.dumps({"pages": 20, "token": token}),
        )
        for number, token in enumerate(_TOKENS)
    ]
    return Command(items=(ToldLead(id="lead", attributes=json.dumps(lead)), *told))


def _fact(kind: Any, tokens: tuple[str, ...]) -> Fact:
    return Fact(kind=kind, lead_id="lead", tokens=tokens, method="", path="", body=b"", headers={}, makes_hot=True)


def _receive(receiver: Receiver, message: Message) -> None:
    body = json.dumps(build_payload(message))
    receiver.take(_sign(message.id, body), body.encode())


def _sign(webhook_id: str, body: str) -> dict[str, str]:
    at = datetime.now(UTC)
    signature = Webhook(_SECRET).sign(webhook_id, at, body)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def _copy_event(connection: Connection, token: str) -> None:
    row = dict(connection.execute(select(events).limit(1)).mappings().one())
    told = json.dumps({"token": token})
    connection.execute(insert(events).values(**row | {"key": b"another", "properties": told}))


def _copy_version(connection: Connection) -> None:
    row = dict(connection.execute(select(lead_versions)).mappings().one())
    connection.execute(insert(lead_versions).values(**row | {"version": 9}))
