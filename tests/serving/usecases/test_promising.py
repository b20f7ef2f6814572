"""Promising: the timers of hand-overs come out the same in whatever order the facts came."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agreement.calendar.hours import WorkingHours
from agreement.commitments import Feedback, Response
from agreement.criteria import HandOver
from agreement.episodes import HOUR_MICROS
from agreement.people import Person
from agreement.terms import Terms
from features.times import SECOND
from serving.store.database import Database
from serving.store.promise_tables import timers
from serving.store.tables import leads
from serving.usecases.told import Item, ToldContact, ToldLead, ToldStage
from tests.serving.usecases.tellers import NOW, Teller, clear, put_in_force

HOURS = WorkingHours.from_text("Europe/Berlin", "Mon-Fri 09:00-17:00")
RESPONSES = tuple(
    Response(bucket=bucket, first_contact_micros=HOUR_MICROS, attempts=2, attempts_within_micros=4 * HOUR_MICROS)
    for bucket in ("cold", "warm", "hot")
)
TERMS = Terms(
    handover=HandOver(),
    response=RESPONSES,
    feedback=Feedback(within_micros=8 * HOUR_MICROS),
    people=(Person(id="anna", working_hours=HOURS),),
)
_ACTS = [
    ("sql", None, None),
    ("mql", None, None),
    ("lead", None, None),
    ("opportunity", None, None),
    ("customer", None, None),
    ("sql", "accepted", None),
    ("mql", "returned", None),
    ("lost", "rejected", "no_need"),
    ("recycled", "rejected", "not_now"),
    ("recycled", "rejected", "no_answer"),
]
_HOURS_AGO = st.integers(1, 22)
_acts = st.lists(st.tuples(st.sampled_from(_ACTS), _HOURS_AGO), max_size=4)
_calls = st.lists(st.tuples(st.sampled_from([None, "reached"]), _HOURS_AGO), max_size=3)


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force, and an agreement with clocks."""
    return Teller(database, put_in_force(tmp_path), TERMS)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=_acts, calls=_calls, shuffled=st.randoms(use_true_random=False))
def test_any_order_and_any_batching_end_the_same(teller: Teller, acts: Any, calls: Any, shuffled: Any) -> None:
    """The lead, its visits, stages, acts and calls, told in any order, end in one stage and the same timers."""
    facts = _list_facts(teller, acts, calls)
    plain = _tell(teller, [[fact] for fact in facts])
    other = list(facts)
    shuffled.shuffle(other)
    cuts = sorted(shuffled.sample(range(len(other) + 1), 2))
    batches = [other[: cuts[0]], other[cuts[0] : cuts[1]], other[cuts[1] :]]
    assert _tell(teller, batches) == plain


def test_a_timer_keeps_its_end_its_owner_and_its_version(teller: Teller) -> None:
    """A lead that changes hands, and an agreement that changes, move no clock that runs."""
    teller.tell_lead("L", {}, owner_id="anna")
    teller.tell(_step("sql", 1))
    before = _read(teller)
    teller.terms = replace(TERMS, name="next", response=(), people=(*TERMS.people, Person(id="bo")))
    teller.now += SECOND
    teller.tell_lead("L", {}, owner_id="bo")
    teller.tell(_call(None, 0, at=teller.now))
    after = _read(teller)
    fixed = (timers.c.duty.name, timers.c.due_at.name, timers.c.owner_id.name, timers.c.terms_version.name)
    assert [[row[name] for name in fixed] for row in after] == [[row[name] for name in fixed] for row in before]
    assert [row["met_at"] for row in after] == [None, None, teller.now]


def test_history_brings_timers_and_no_news(teller: Teller) -> None:
    """A hand-over of the past has its clocks, and nobody is told that they ran out; one of today is told of."""
    teller.tell_lead("L", {}, owner_id="anna")
    teller.tell(_step("sql", 24 * 30), _step("lost", 24 * 20, act="rejected", reason="no_need"))
    told = {row["duty"]: (row["told_at"], row["met_at"] is not None) for row in _read(teller)}
    assert told == {"first_contact": (NOW, False), "attempts": (NOW, False), "feedback": (NOW, True)}
    teller.tell(_step("sql", 1))
    assert [row["told_at"] for row in _read(teller) if row["started_at"] == NOW - HOUR_MICROS] == [None] * 3


def test_without_an_owner_the_clock_is_the_teams(teller: Teller) -> None:
    """A lead that nobody owns is owed what it is owed by the team, whose hours are all hours."""
    teller.tell_lead("L", {})
    teller.tell(_step("sql", 1))
    assert {(row["owner_id"], row["duty"]): row["due_at"] - row["started_at"] for row in _read(teller)} == {
        ("team", "first_contact"): HOUR_MICROS,
        ("team", "attempts"): 4 * HOUR_MICROS,
        ("team", "feedback"): 8 * HOUR_MICROS,
    }


def test_an_acceptance_starts_no_clock(teller: Teller) -> None:
    """Who takes a lead that nobody handed over owes nobody an answer."""
    teller.tell_lead("L", {}, owner_id="anna")
    teller.tell(_step("sql", 1, act="accepted"))
    assert _read(teller) == []


def _tell(teller: Teller, batches: list[list[Item]]) -> Any:
    clear(teller.database)
    teller._histories = None
    for batch in batches:
        if batch:
            teller.tell(*batch)
    with teller.database.reading() as connection:
        columns = (leads.c.stage, leads.c.stage_at, leads.c.owner_id, leads.c.is_open, leads.c.wake_at)
        lead = tuple(connection.execute(select(*columns)).one())
    names = ("started_at", "duty", "due_at", "owner_id", "met_at", "ended_at", "terms_version")
    return lead, [[row[name] for name in names] for row in _read(teller)]


def _list_facts(teller: Teller, acts: Any, calls: Any) -> list[Item]:
    lead = ToldLead(id="L", attributes='{"employees":9000,"mark_0":"red"}', owner_id="anna")
    visits = [teller.make_event("L", ago=number) for number in range(1, 10)]
    steps = [_step(stage, ago, act=act, reason=reason) for (stage, act, reason), ago in acts]
    return [lead, *visits, *steps, *(_call(outcome, ago) for outcome, ago in calls)]


def _step(stage: str, hours: int, **more: Any) -> ToldStage:
    key = f"{stage}{hours}{more.get('act')}{more.get('reason')}".encode()
    return ToldStage(lead_id="L", key=key, stage=stage, occurred_at=NOW - hours * HOUR_MICROS, **more)


def _call(outcome: str | None, hours: int, at: int | None = None) -> ToldContact:
    occurred_at = NOW - hours * HOUR_MICROS if at is None else at
    key = f"{outcome}{occurred_at}".encode()
    return ToldContact(lead_id="L", key=key, kind="call", occurred_at=occurred_at, outcome=outcome)


def _read(teller: Teller) -> list[dict[str, Any]]:
    with teller.database.reading() as connection:
        found = select(timers).order_by(timers.c.lead_id, timers.c.started_at, timers.c.duty)
        return [dict(row._mapping) for row in connection.execute(found)]
