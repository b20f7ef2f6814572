"""An invented history of an agreement, written straight into a store: hand-overs, contacts and rejections."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from agreement.calendar.hours import WorkingHours
from agreement.commitments import Feedback, Response, Supply
from agreement.episodes import DAY_MICROS, HOUR_MICROS
from agreement.goal import Goal
from agreement.lives import Life, list_hand_overs
from agreement.people import Person
from agreement.terms import Terms
from agreement.timers import follow_timers, start_timers
from features.times import to_micros
from serving.store.chronicle import read_lives
from serving.store.events import insert_events
from serving.store.facts import insert_contacts, insert_stage_changes
from serving.store.leads import lock_leads, save_leads
from serving.store.timers import save_timers

NOW = to_micros(datetime(2026, 11, 18, 15, 30, tzinfo=UTC))
_BEGINS = to_micros(datetime(2026, 8, 1, tzinfo=UTC))
PEOPLE = (
    Person(id="ada", name="Ada", working_hours=WorkingHours.from_text("Europe/Berlin", "Mon-Fri 09:00-17:00")),
    Person(id="bo", name="Bo", working_hours=WorkingHours.from_text("America/New_York", "Mon-Sat 08:30-16:15")),
    Person(id="cy", name="Cy"),
)
TERMS = Terms(
    name="agreed",
    zone="Europe/Berlin",
    goal=Goal(revenue=1e6, begins=date(2026, 1, 1), ends=date(2027, 1, 1), own_sources=("Cold call",)),
    supply=(
        Supply(quality="mql", count=20),
        Supply(quality="hot", count=30, per="month"),
        Supply(quality="lead", count=9, channel="Webinar"),
    ),
    response=(
        Response(bucket="hot", first_contact_micros=4 * HOUR_MICROS, attempts=3),
        Response(bucket="warm", first_contact_micros=16 * HOUR_MICROS),
    ),
    feedback=Feedback(within_micros=24 * HOUR_MICROS),
    people=PEOPLE,
)
Rows = dict[str, list[dict[str, Any]]]

_SOURCES = ("Webinar", "webinar ", "Cold call", "Fair", None)
_OUTCOMES = ("no answer", "Reached", "meeting", None)
_ENDS = (
    ("lost", "rejected", "not_a_fit"),
    ("recycled", "rejected", "not_now"),
    ("lost", None, "no_budget"),
    ("recycled", None, None),
    ("mql", "returned", "missing_information"),
)


def write_history(connection: Connection, *, n_leads: int, seed: int) -> None:
    """Write what happened to so many leads, some of it after `NOW`, and the timers of their hand-overs."""
    chance = random.Random(seed)
    ids = [f"L{number:04d}" for number in range(n_leads)]
    records = lock_leads(connection, ids, create=ids)
    rows: Rows = {"events": [], "steps": [], "contacts": []}
    for lead_id in ids:
        _invent_lead(rows, records[lead_id], chance)
    save_leads(connection, records.values())
    insert_events(connection, rows["events"], 1)
    insert_stage_changes(connection, rows["steps"])
    insert_contacts(connection, rows["contacts"])
    people = {person.id: person for person in PEOPLE}
    save_timers(
        connection, [each for life in read_lives(connection) for each in _list_timers(life, chance, people)]
    )


def _invent_lead(rows: Rows, record: Any, chance: random.Random) -> None:
    created = _BEGINS + chance.randrange(NOW + 3 * DAY_MICROS - _BEGINS)
    source = chance.choice(_SOURCES)
    attributes = {"industry": chance.choice(("Software", "Retail")), "employees": chance.randrange(1, 3_000)}
    record.version, record.told_at, record.received_at = 1, created, created
    record.created_at = chance.choice((created, None))
    record.attributes = json.dumps(attributes if source is None else {**attributes, "source": source})
    record.owner_id = chance.choice(("ada", "bo", "cy", None))
    _invent_event(rows, record.id, created, chance)
    _invent_ways(rows, record, chance, created)


def _invent_event(rows: Rows, lead_id: str, created: int, chance: random.Random) -> None:
    if chance.random() < 0.6:
        at = created + chance.randrange(-DAY_MICROS, DAY_MICROS)
        row = {"lead_id": lead_id, "key": b"e", "type": "visit", "occurred_at": at, "recorded_at": at}
        rows["events"].append({**row, "properties": None, "seq": 1})


def _invent_ways(rows: Rows, record: Any, chance: random.Random, at: int) -> None:
    steps = list(_invent_steps(chance, at))
    if not steps and chance.random() < 0.2:
        record.stage, record.stage_at = "sql", at + HOUR_MICROS
    for number, (stage, act, reason, when) in enumerate(steps):
        row = {"stage": stage, "act": act, "reason": reason, "occurred_at": when, "recorded_at": when}
        blank = {"told_by": None, "note": None, "until": None, "value": None, "seq": 1}
        key = number.to_bytes(16, "big")
        rows["steps"].append({"lead_id": record.id, "key": key, **row, **blank})
        record.stage, record.stage_at = stage, when
        if stage == "sql":
            _invent_contacts(rows, record.id, chance, when, number)


def _invent_steps(chance: random.Random, at: int) -> Iterator[tuple[str, str | None, str | None, int]]:
    """Invent the way of a lead: qualified, handed over, then on or back, perhaps twice, some acts of no effect."""
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        at += chance.randrange(3 * DAY_MICROS)
        yield "mql", chance.choice(("qualified", None)), None, at
        if chance.random() < 0.3:
            return
        at += chance.choice((0, chance.randrange(2 * DAY_MICROS)))
        yield "sql", chance.choice(("handed_over", None)), None, at
        at += chance.randrange(1, 5 * DAY_MICROS)
        if chance.random() < 0.4:
            yield "sql", "accepted", None, at
            at += chance.randrange(1, 5 * DAY_MICROS)
        if chance.random() < 0.3:
            yield "opportunity", None, None, at
            yield "sql", "handed_over", None, at + 1
            return
        stage, act, reason = chance.choice(_ENDS)
        yield stage, act, reason, at
        at += chance.randrange(1, 20 * DAY_MICROS)
        if stage == "recycled" and chance.random() < 0.7:
            yield "lead", "woken", None, at


def _invent_contacts(rows: Rows, lead_id: str, chance: random.Random, at: int, number: int) -> None:
    for attempt in range(chance.choice((0, 0, 1, 2, 3, 7))):
        at += chance.randrange(chance.choice((2 * HOUR_MICROS, 30 * HOUR_MICROS)))
        row = {"kind": chance.choice(("call", "email")), "outcome": chance.choice(_OUTCOMES), "occurred_at": at}
        more = {"told_by": chance.choice(("ada", "crm", None)), "recorded_at": at, "note": None, "seq": 1}
        key = bytes((number, attempt)).ljust(16, b"c")
        rows["contacts"].append({"lead_id": lead_id, "key": key, **row, **more})


def _list_timers(life: Life, chance: random.Random, people: dict[str, Person]) -> Iterator[tuple[str, Any]]:
    for step in list_hand_overs(life.steps):
        bucket = chance.choice(("hot", "hot", "warm", "cold"))
        if chance.random() < 0.1:
            continue
        owner = people[chance.choice(sorted(people))]
        terms = TERMS if chance.random() < 0.8 else replace(TERMS, name="earlier")
        started = start_timers(at=step.at, person=owner, bucket=bucket, terms=terms)
        for timer in follow_timers(started, steps=life.steps, contacts=life.contacts):
            yield life.lead_id, timer
