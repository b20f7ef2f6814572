"""Delivering: ten attempts over three days, and a receiver that fails is left alone for a while."""

from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from features.times import DAY, SECOND
from serving.channels.outcome import Outcome, deliver_outcome, fail_outcome
from serving.store.database import Database
from serving.store.edge_tables import channels
from serving.store.outbox import insert_deliveries, insert_messages
from serving.store.people import insert_channel
from serving.store.tables import attempts, deliveries
from serving.usecases.delivering import LEASE, SCHEDULE, lease, record_health, record_outcome

NOW = 1_790_000_000 * SECOND
FAILED = fail_outcome("http_500", "it failed", 0.1)


@pytest.fixture
def outbox(database: Database) -> Database:
    """A store with one message for one channel."""
    body = (
        '{"id":"alt_1","kind":"lead.became_hot","at":"2026-09-21T12:00:00Z","zone":"UTC","recipient_id":"anna",'
        '"recipient":"Anna","lines":[]}'
    )
    with database.writing() as connection:
        insert_channel(
            connection,
            {
                "id": "ch",
                "person_id": "anna",
                "kind": "webhook",
                "url": "https://crm.example/hook",
                "secret": "whsec_x",
                "is_active": True,
                "created_at": NOW,
                "failures": 0,
                "rests_until": None,
            },
        )
        message = {
            "id": "alt_1",
            "recipient_id": "anna",
            "kind": "lead.became_hot",
            "created_at": NOW,
            "body": body,
        }
        insert_messages(connection, [message])
        due = {"message_id": "alt_1", "channel_id": "ch", "state": "due", "attempts": 0}
        insert_deliveries(connection, [{**due, "created_at": NOW, "next_at": NOW}])
    return database


def test_a_delivery_is_leased_to_one_worker_at_a_time(outbox: Database) -> None:
    """While a lease holds nobody else gets the delivery; when it has run out, somebody does."""
    assert len(_lease(outbox, NOW, worker="a")) == 1
    assert _lease(outbox, NOW + 1, worker="b") == []
    assert len(_lease(outbox, NOW + LEASE + 1, worker="b")) == 1


def test_what_failed_is_tried_ten_times_and_then_dead(outbox: Database) -> None:
    """The waits are those of the schedule, with a little jitter; after the tenth failure nothing is sent."""
    now, waits = NOW, []
    for attempt in range(10):
        leased = _lease(outbox, now, is_retry=attempt > 0)
        assert len(leased) == 1, attempt
        state = _record(outbox, leased[0], FAILED, now)
        next_at = _read(outbox, deliveries.c.next_at)
        waits.append(next_at - now)
        now = next_at
    assert state == "dead"
    for wait, scheduled in zip(waits, SCHEDULE, strict=False):
        assert scheduled <= wait <= scheduled * 1.1 + 1
    assert 75 * 3_600 * SECOND < sum(SCHEDULE) < 76 * 3_600 * SECOND
    assert _lease(outbox, now + 10 * DAY, is_retry=True) == []
    assert _count(outbox, attempts) == 10


def test_retries_stand_in_a_lane_of_their_own(outbox: Database) -> None:
    """What has failed once is not asked for with first attempts."""
    _record(outbox, _lease(outbox, NOW)[0], FAILED, NOW)
    later = NOW + DAY
    assert _lease(outbox, later, is_retry=False) == []
    assert len(_lease(outbox, later, is_retry=True)) == 1


def test_a_receiver_may_ask_for_more_time(outbox: Database) -> None:
    """Retry-After lengthens a wait, never shortens it, and a day is the most."""
    for asked, least, most in ((3_600.0, 3_600, 3_700), (0.1, 5, 6), (9e9, 86_400, 86_400)):
        leased = _lease(outbox, NOW + 10 * DAY, is_retry=_read(outbox, deliveries.c.attempts) > 0)[0]
        outcome = Outcome(
            is_delivered=False,
            is_final=False,
            code="http_503",
            status=503,
            retry_after_seconds=asked,
            seconds=0.1,
            detail="later",
        )
        _record(outbox, leased, outcome, NOW)
        wait = (_read(outbox, deliveries.c.next_at) - NOW) / SECOND
        assert wait <= most or asked == 0.1
        assert wait >= least
        _reset(outbox)


def test_a_final_answer_ends_it(outbox: Database) -> None:
    """A receiver that is gone for good is not asked again."""
    gone = fail_outcome("http_410", "gone", 0.1, is_final=True)
    assert _record(outbox, _lease(outbox, NOW)[0], gone, NOW) == "dead"
    assert _lease(outbox, NOW + DAY) == _lease(outbox, NOW + DAY, is_retry=True) == []


def test_a_lease_that_was_lost_settles_nothing(outbox: Database) -> None:
    """Who comes back after the lease ended records the attempt, and leaves the delivery to its new owner."""
    slow = _lease(outbox, NOW, worker="slow")[0]
    _lease(outbox, NOW + LEASE + 1, worker="quick")
    _record(outbox, slow, deliver_outcome(90.0), NOW + LEASE + 2)
    assert _read(outbox, deliveries.c.state) == "due"
    assert _count(outbox, attempts) == 1


def test_a_channel_that_fails_again_and_again_rests(outbox: Database) -> None:
    """After five failures in a row nothing is sent for a while, longer each time; a success ends it."""
    for failure in range(5):
        with outbox.writing() as connection:
            record_health(connection, "ch", FAILED, NOW)
        assert (_read(outbox, channels.c.rests_until) is not None) == (failure == 4)
    assert _lease(outbox, NOW) == []
    assert len(_lease(outbox, NOW + 31 * SECOND)) == 1
    with outbox.writing() as connection:
        record_health(connection, "ch", deliver_outcome(0.1), NOW)
    assert (_read(outbox, channels.c.failures), _read(outbox, channels.c.rests_until)) == (0, None)


def _lease(database: Database, now: int, *, worker: str = "w", is_retry: bool = False) -> list[Any]:
    with database.writing() as connection:
        return lease(connection, now=now, worker=worker, is_retry=is_retry, most=10)


def _record(database: Database, leased: Any, outcome: Outcome, now: int) -> str:
    with database.writing() as connection:
        return record_outcome(connection, leased, outcome, now, Random(1))


def _reset(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(deliveries.update().values(attempts=1, next_at=NOW, leased_by=None, leased_until=None))


def _read(database: Database, column: Any) -> Any:
    with database.reading() as connection:
        return connection.execute(select(column)).scalar()


def _count(database: Database, table: Any) -> int:
    with database.reading() as connection:
        return len(connection.execute(select(table)).all())
