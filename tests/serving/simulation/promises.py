"""Promises: what must hold of a store whose week is over, read from its tables and from what receivers saw."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any

from agreement.escalating import next_escalation
from features.times import DAY, SECOND
from serving.usecases.delivering import SCHEDULE
from serving.usecases.standing import gather_people
from tests.serving.simulation.calendars import Someone, may_hear
from tests.serving.simulation.world import World

REST, LONGEST_REST = 30 * SECOND, 900 * SECOND
FAILURES_BEFORE_REST, MOST_ATTEMPTS = 5, 10


def check_one_alert_an_episode(world: World) -> None:
    """Every episode that began has one alert, and there is no other."""
    began = [(row.lead_id, json.loads(row.details)["episode"]) for row in read_journal(world, "entered")]
    alerts = world.read("SELECT lead_id, episode FROM alerts")
    assert sorted(began) == sorted((row.lead_id, row.episode) for row in alerts)
    assert len(set(began)) == len(began)


def check_every_fate(world: World) -> None:
    """Every alert was told, or dropped for a reason, or is due later."""
    dropped = {json.loads(row.details)["alert"]: row for row in read_journal(world, "alert_dropped")}
    told = [json.loads(row.details)["alert"] for row in read_journal(world, "alert_told")]
    digests = {row.id: row for row in world.read("SELECT * FROM digests")}
    for alert in world.read("SELECT * FROM alerts"):
        due = digests[alert.digest_id].due_at if alert.form == "digest" else alert.deliver_at
        assert told.count(alert.id) == (alert.state == "told")
        assert (alert.id in dropped) == (alert.state == "dropped")
        assert alert.state != "waiting" or due > world.now
    assert {json.loads(row.details)["why"] for row in dropped.values()} <= {"closed", "cooled_down"}


def check_nobody_disturbed(world: World, people: Mapping[str, Someone]) -> None:
    """Nobody is told of a hot lead in their quiet hours or when they are off; escalations may disturb a manager."""
    for row in world.read("SELECT * FROM messages WHERE kind <> 'lead.escalated'"):
        assert may_hear(people[row.recipient_id], row.created_at), row.id


def check_no_cold_news(world: World) -> None:
    """A lead that is told of was hot when it was, however long its alert had waited."""
    is_hot: dict[str, bool] = {}
    for row in world.read("SELECT * FROM journal ORDER BY id"):
        if row.what in ("entered", "reentered", "left"):
            is_hot[row.lead_id] = row.what != "left"
        assert row.what not in ("alert_told", "escalated") or is_hot[row.lead_id]


def check_caps(world: World, cap: int) -> None:
    """Nobody gets more single alerts in 24 hours than they bear, and what is above is in a digest."""
    alerts = world.read("SELECT * FROM alerts ORDER BY created_at")
    for alert in alerts:
        mine = [a.created_at for a in alerts if (a.recipient_id, a.form) == (alert.recipient_id, "single")]
        assert sum(alert.created_at - DAY < at <= alert.created_at for at in mine) <= cap
        if "over_cap" in json.loads(alert.notes):
            assert alert.form == "digest"


def check_escalations(world: World, late: Iterable[int]) -> None:
    """Whoever is next in line hears of it at the moment agreed, and nobody once somebody has answered.

    Parameters
    ----------
    late
        Moments to which a clock jumped, at which what was due before may come.
    """
    snoozes = {json.loads(row.details)["until"] for row in read_journal(world, "snoozed")}
    with world.database.reading() as connection:
        people = gather_people(connection, world.terms)
    alerts = {row.id: row for row in world.read("SELECT * FROM alerts")}
    answered: set[str] = set()
    levels: dict[str, int] = defaultdict(int)
    for row in world.read("SELECT * FROM journal ORDER BY id"):
        details = json.loads(row.details)
        answered |= {details["alert"]} if row.what == "acknowledged" else set()
        if row.what != "escalated":
            continue
        alert = alerts[details["alert"]]
        agreed = next_escalation(
            level=levels[alert.id],
            told_at=alert.told_at,
            person=people[alert.recipient_id],
            people=people,
            rules=world.terms.escalation,
        )
        assert alert.id not in answered
        assert agreed is not None
        assert (details["level"], details["recipient"]) == (agreed.level, agreed.recipient_id)
        assert row.at == agreed.at or (row.at > agreed.at and row.at in {*snoozes, *late})
        levels[alert.id] = details["level"]


def check_attempts(world: World, punctual: Iterable[str], slack: int) -> None:
    """Waits between attempts are those of Standard Webhooks, a tenth longer at most; the tenth failure is the last.

    Parameters
    ----------
    punctual
        Channels that never rest: nothing delays their retries but a step of the clock, which `slack` allows for.
    """
    attempts = read_attempts(world)
    for row in world.read("SELECT * FROM deliveries"):
        mine = attempts[row.id]
        codes = [attempt.code for attempt in mine]
        assert 1 <= len(mine) == row.attempts <= MOST_ATTEMPTS
        assert (row.state == "delivered") == (codes[-1] == "delivered")
        assert (row.state == "dead") == (codes[-1] == "http_410" or len(codes) == MOST_ATTEMPTS)
        assert "http_410" not in codes[:-1]
        for wait, (one, next_one) in zip(SCHEDULE, pairwise(mine), strict=False):
            assert next_one.at - one.at >= wait
            if row.channel_id in punctual:
                assert next_one.at - one.at <= wait * 1.1 + slack


def check_rests(world: World) -> int:
    """A receiver that failed five times in a row is left alone, longer each time, until it takes something.

    Returns how many rests there were.
    """
    channel_of = {row.id: row.channel_id for row in world.read("SELECT id, channel_id FROM deliveries")}
    by_channel: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in world.read("SELECT * FROM attempts ORDER BY id"):
        by_channel[channel_of[row.delivery_id]][row.at].append(row.code)
    n_rests = 0
    for moments in by_channel.values():
        failures, rests_until = 0, 0
        for at, codes in moments.items():
            assert at >= rests_until
            for code in codes:
                failures = 0 if code == "delivered" else failures + 1
            beyond = failures - FAILURES_BEFORE_REST
            rests_until = at + min(REST * 2 ** min(beyond, 10), LONGEST_REST) if beyond >= 0 else 0
            n_rests += beyond >= 0
    return n_rests


def check_first_attempts(world: World, healthy: Iterable[str]) -> None:
    """Whoever can be reached is told in the moment that it is due, whatever others' retries do."""
    first = {(one.message.id, one.channel_id): one.at for one in world.receivers.list_first()}
    rows = world.read("SELECT message_id, channel_id, created_at FROM deliveries")
    for row in (row for row in rows if row.channel_id in set(healthy)):
        assert first[row.message_id, row.channel_id] == row.created_at


def compute_fingerprint(world: World) -> str:
    """Compute a digest of all that was decided, told and attempted."""
    queries = ("journal ORDER BY id", "messages ORDER BY id", "alerts ORDER BY id", "deliveries ORDER BY id")
    told = [tuple(row) for query in queries for row in world.read(f"SELECT * FROM {query}")]
    told += [tuple(row) for row in world.read("SELECT delivery_id, at, code FROM attempts ORDER BY id")]
    return sha256(repr(told).encode()).hexdigest()


def read_journal(world: World, what: str) -> list[Any]:
    """Read the entries of one kind, in their order."""
    return world.read("SELECT * FROM journal WHERE what = :what ORDER BY id", what=what)


def read_attempts(world: World) -> Mapping[int, list[Any]]:
    """Read the attempts of each delivery, in their order."""
    attempts: dict[int, list[Any]] = defaultdict(list)
    for row in world.read("SELECT * FROM attempts ORDER BY id"):
        attempts[row.delivery_id].append(row)
    return attempts
