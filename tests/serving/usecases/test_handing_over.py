"""Handing over: a lead that meets the criteria becomes sales', once, with an owner and clocks."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agreement.commitments import Feedback, Response
from agreement.criteria import HandOver
from agreement.episodes import HOUR_MICROS
from agreement.people import Person
from agreement.terms import Terms
from features.times import DAY, SECOND
from serving.store.database import Database
from serving.store.promise_tables import timers
from serving.store.tables import journal, leads, stage_changes
from serving.usecases.told import ToldStage
from tests.serving.usecases.tellers import KEEN, NOW, Teller, put_in_force

ANNA = Person(id="anna", name="Anna")
RESPONSES = tuple(
    Response(bucket=bucket, first_contact_micros=HOUR_MICROS, attempts=3) for bucket in ("cold", "warm", "hot")
)
TERMS = Terms(
    handover=HandOver(required=("email|phone",)),
    response=RESPONSES,
    feedback=Feedback(within_micros=8 * HOUR_MICROS),
    people=(ANNA,),
)
ADA = {**KEEN, "email": "ada@example.org"}


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force, and an agreement that hands over."""
    return Teller(database, put_in_force(tmp_path), TERMS)


def heat(teller: Teller, lead_id: str = "L", attributes: dict[str, Any] = ADA, **more: Any) -> None:
    """Let a lead turn hot."""
    teller.tell_lead(lead_id, attributes, **more)
    teller.tell_downloads(lead_id, 9)


def step(teller: Teller, stage: str, *, ago: float = 0, lead_id: str = "L", **more: Any) -> ToldStage:
    """Make a step of some seconds ago."""
    key = f"{stage}{ago}{more.get('act')}".encode()
    at = teller.now - int(ago * SECOND)
    return ToldStage(lead_id=lead_id, key=key, stage=stage, occurred_at=at, **more)


def test_a_lead_that_turns_hot_is_handed_over_with_an_owner_and_clocks(teller: Teller) -> None:
    """The event that meets the criteria makes an SQL, with an owner and a timer for each duty, in its transaction."""
    heat(teller)
    assert read(teller, leads.c.stage, leads.c.owner_id, leads.c.stage_at) == [("sql", "anna", NOW)]
    assert read(teller, stage_changes.c.act, stage_changes.c.stage, stage_changes.c.told_by) == [
        ("handed_over", "sql", "hotlead")
    ]
    rows = read(teller, timers.c.duty, timers.c.due_at, timers.c.owner_id, timers.c.bucket, timers.c.terms_version)
    shared = ("anna", "hot", TERMS.version)
    assert rows == [
        ("attempts", NOW + 40 * HOUR_MICROS, *shared),
        ("feedback", NOW + 8 * HOUR_MICROS, *shared),
        ("first_contact", NOW + HOUR_MICROS, *shared),
    ]
    assert tell(teller, "handed_over") == [{"before": "lead", "owner": "anna", "bucket": "hot"}]


def test_what_is_missing_keeps_a_lead_with_marketing_and_is_said_once(teller: Teller) -> None:
    """Qualified without the minimum information it is an MQL; as soon as that comes it is handed over."""
    heat(teller, attributes=KEEN)
    teller.tell_downloads("L", 2)
    assert read(teller, leads.c.stage) == [("mql",)]
    assert tell(teller, "missing_information") == [{"missing": ["email|phone"]}]
    teller.now += SECOND
    teller.tell_lead("L", ADA)
    assert read(teller, leads.c.stage) == [("sql",)]


def test_an_agreement_without_criteria_hands_nothing_over(database: Database, tmp_path: Path) -> None:
    """Where nobody agreed on a hand-over, a hot lead stays where people say it is."""
    teller = Teller(database, put_in_force(tmp_path))
    heat(teller)
    assert read(teller, leads.c.stage, leads.c.hand_over_at) == [("lead", None)]
    assert read(teller, timers.c.duty) == []


def read(teller: Teller, *columns: Any) -> list[tuple[Any, ...]]:
    """Read columns of a table, in the order of its key."""
    with teller.database.reading() as connection:
        found = connection.execute(select(*columns).order_by(*columns[0].table.primary_key.columns))
        return [tuple(row) for row in found]


def tell(teller: Teller, what: str) -> list[Any]:
    """Tell what the journal says of one kind."""
    with teller.database.reading() as connection:
        found = select(journal.c.details).where(journal.c.what == what).order_by(journal.c.id)
        return [json.loads(details) for details in connection.execute(found).scalars()]
