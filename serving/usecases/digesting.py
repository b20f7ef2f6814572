"""Digesting: digests that are written while they wait: of promises that ran out, and of leads that woke."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from agreement.alerting import Origin, defer_alert, plan_alert
from agreement.calendar.zones import compute_local_date
from agreement.people import TEAM, Person
from features.times import to_datetime
from serving.channels.message import Kind, LeadLine, Message
from serving.store.alerts import join_digest, update_digest
from serving.store.outbox import read_message, save_message
from serving.usecases.alerting import name_digest
from serving.usecases.standing import Standing
from serving.usecases.telling import MOST_LISTED, Told, send_off

KINDS: Mapping[str, Kind] = {
    "overdue": "promise.overdue",
    "woken": "lead.woken",
    "handed_over": "lead.handed_over",
}
"""The kinds of messages, by the first word of their digests' causes."""
_MESSAGES = msgspec.json.Decoder(Message)
_ENCODER = msgspec.json.Encoder()


def add_to_digest(
    connection: Connection,
    word: str,
    person: Person,
    lines: Sequence[LeadLine],
    standing: Standing,
    *,
    is_urgent: bool = False,
) -> None:
    """Add leads to a recipient's digest of the day; where that has gone, to that of the next morning.

    What is urgent goes in a digest of this moment, as soon as its recipient is at work.

    The caller has locked erasures out: a name that is being forgotten must not be written down meanwhile.

    Parameters
    ----------
    word
        One of `KINDS`.
    """
    digest = _join(connection, _list_choices(word, person, standing, is_urgent=is_urgent), person)
    found = read_message(connection, digest.id)
    before = _begin(digest, word, person, standing) if found is None else _MESSAGES.decode(found)
    _save(connection, digest, _add(before, lines), standing.now)


def is_written(digest: Row[Any]) -> bool:
    """Tell whether a digest is one of those that are written while they wait."""
    return _find_word(digest) in KINDS


def send_written(connection: Connection, digest: Row[Any], standing: Standing) -> int:
    """Send a digest that is due, or put it off where its recipient is not at work; return how many leads it has.

    The caller has locked erasures out.
    """
    person = standing.people.get(digest.recipient_id, TEAM)
    due_at = defer_alert(now=standing.now, person=person, snoozed_until=None)
    if due_at > standing.now:
        update_digest(connection, digest.id, due_at=due_at)
        return 0
    found = read_message(connection, digest.id)
    # Whoever was in it may have asked to be forgotten.
    if found is None:
        update_digest(connection, digest.id, state="dropped", told_at=standing.now)
        return 0
    message = replace(_MESSAGES.decode(found), at=to_datetime(standing.now))
    _save(connection, digest, message, standing.now)
    send_off(connection, Told(message=message, digest_id=digest.id), standing)
    update_digest(connection, digest.id, state="told", told_at=standing.now)
    return len(message.lines) + message.more


def _save(connection: Connection, digest: Row[Any], message: Message, now: int) -> None:
    row = {
        "id": digest.id,
        "alert_id": None,
        "digest_id": digest.id,
        "recipient_id": message.recipient_id,
        "kind": message.kind,
        "created_at": now,
        "body": _ENCODER.encode(message).decode(),
    }
    save_message(connection, row)


def _join(connection: Connection, choices: Iterator[tuple[str, int]], person: Person) -> Row[Any]:
    """Join the first digest that has not gone yet."""
    for cause, due_at in choices:
        digest = {
            "id": name_digest(person.id, cause),
            "recipient_id": person.id,
            "cause": cause,
            "due_at": due_at,
            "state": "waiting",
        }
        joined = join_digest(connection, digest)
        if joined.state == "waiting":
            return joined
    raise AssertionError("a digest of this very moment has not gone")


def _list_choices(word: str, person: Person, standing: Standing, *, is_urgent: bool) -> Iterator[tuple[str, int]]:
    """List causes and when each is due: of the day on which it goes, of the next, and of this moment alone."""
    now, rules = standing.now, standing.terms.alerts
    if is_urgent:
        yield f"{word}:{now}", defer_alert(now=now, person=person, snoozed_until=None)
    soon = defer_alert(now=now + rules.digest_wait_micros, person=person, snoozed_until=None)
    yield f"{word}:{compute_local_date(soon, person.zone)}", soon
    following = {"sent_today": rules.cap_per_day, "snoozed_until": None, "rules": rules}
    later = plan_alert(origin=Origin.LIVE, batch="", now=max(now, soon), person=person, **following).deliver_at  # type: ignore[arg-type]
    yield f"{word}:{compute_local_date(later, person.zone)}", later
    yield f"{word}:{now}", later


def _begin(digest: Row[Any], word: str, person: Person, standing: Standing) -> Message:
    return Message(
        id=digest.id,
        kind=KINDS[word],
        at=to_datetime(standing.now),
        zone=person.zone,
        recipient_id=person.id,
        recipient=person.name or person.id,
        lines=(),
        cause=word,
    )


def _add(message: Message, lines: Sequence[LeadLine]) -> Message:
    """Add leads; of one that is there already, another sentence."""
    listed = {line.lead_id: line for line in message.lines}
    more = message.more
    for line in lines:
        known = listed.get(line.lead_id)
        if known is not None:
            listed[line.lead_id] = replace(line, sentence_why=f"{known.sentence_why} {line.sentence_why}")
        elif len(listed) < MOST_LISTED:
            listed[line.lead_id] = line
        else:
            more += 1
    return replace(message, lines=tuple(listed.values()), more=more)


def _find_word(digest: Row[Any]) -> str:
    word: str = digest.cause.partition(":")[0]
    return word
