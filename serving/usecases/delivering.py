"""Delivering: leased deliveries are sent, and what became of each is recorded before anybody sends it again.

At least once, with an id that never changes: a worker that dies after sending and before recording leaves a lease
that runs out, and the receiver drops what it has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from features.times import DAY, SECOND, to_datetime
from serving.channels.message import Message
from serving.channels.sending import Channel, Outcome
from serving.store.outbox import lease_deliveries, lock_failures, record_attempt, rest_channel, settle_delivery

_MINUTE, _HOUR = 60 * SECOND, 3_600 * SECOND
SCHEDULE = (
    5 * SECOND,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""The waits between ten attempts, as Standard Webhooks advises: about 75 hours in all."""
# Longer than any attempt may take, so that a lease never ends under a sender that is alive.
LEASE = 60 * SECOND
# A receiver that failed this often in a row is left alone for a while.
_FAILURES_BEFORE_REST = 5
_SHORTEST_REST, _LONGEST_REST = 30 * SECOND, 15 * _MINUTE
_JITTER = 0.1
_DECODER = msgspec.json.Decoder(Message)

Send = Callable[[Message, Channel, Any], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A delivery that is ours for a while."""

    id: int
    message: Message
    channel: Channel
    attempts: int
    created_at: int
    worker: str


def lease(
    connection: Connection, *, now: int, worker: str, is_retry: bool, most: int, lease_micros: int = LEASE
) -> list[Leased]:
    """Lease deliveries that are due in one lane: first attempts, or retries."""
    rows = lease_deliveries(
        connection, now=now, until=now + lease_micros, worker=worker, is_retry=is_retry, most=most
    )
    return [_read(row, worker) for row in rows]


def record_outcome(connection: Connection, leased: Leased, outcome: Outcome, now: int, randomness: Random) -> str:
    """Record what became of a delivery, and return its state: delivered, due or dead.

    A delivery whose lease ended meanwhile belongs to somebody else; its attempt is recorded all the same.
    """
    attempt = {"at": now, "seconds": outcome.seconds, "code": outcome.code, "status": outcome.status}
    record_attempt(connection, {"delivery_id": leased.id, **attempt})
    state, next_at = _decide(leased.attempts + 1, outcome, now, randomness)
    values: Mapping[str, Any] = {
        "state": state,
        "attempts": leased.attempts + 1,
        "next_at": next_at,
        "code": outcome.code,
        "delivered_at": now if state == "delivered" else None,
    }
    settle_delivery(connection, leased.id, leased.worker, values)
    return state


def record_health(connection: Connection, channel_id: str, outcome: Outcome, now: int) -> None:
    """Close a channel's circuit after a success; open it for a while after some failures in a row."""
    failures = lock_failures(connection, channel_id)
    if outcome.is_delivered:
        if failures:
            rest_channel(connection, channel_id, failures=0, rests_until=None)
        return
    beyond = failures + 1 - _FAILURES_BEFORE_REST
    rest = None if beyond < 0 else now + min(_SHORTEST_REST * 2 ** min(beyond, 10), _LONGEST_REST)
    rest_channel(connection, channel_id, failures=failures + 1, rests_until=rest)


def send(leased: Leased, deliver: Send, now: int) -> Outcome:
    """Send a delivery, outside of any transaction."""
    return deliver(leased.message, leased.channel, to_datetime(now))


def _decide(attempts: int, outcome: Outcome, now: int, randomness: Random) -> tuple[str, int]:
    if outcome.is_delivered:
        return "delivered", now
    if outcome.is_final or attempts > len(SCHEDULE):
        return "dead", now
    wait = SCHEDULE[attempts - 1]
    wait += int(wait * _JITTER * randomness.random())
    if outcome.retry_after_seconds is not None:
        wait = max(wait, min(int(outcome.retry_after_seconds * SECOND), DAY))
    return "due", now + wait


def _read(row: Row[Any], worker: str) -> Leased:
    return Leased(
        id=row.id,
        message=_DECODER.decode(row.body),
        channel=Channel(id=row.channel_id, kind=row.kind, url=row.url, secret=row.secret),
        attempts=row.attempts,
        created_at=row.created_at,
        worker=worker,
    )
