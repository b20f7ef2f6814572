"""Waking and chasing: leads that were put aside come back on their day, and broken promises are heard of once."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agreement.commitments import Response
from agreement.criteria import HandOver
from agreement.episodes import HOUR_MICROS
from agreement.people import Person
from agreement.terms import Terms
from features.times import DAY, SECOND
from serving.store.database import Database
from serving.store.people import insert_channel
from serving.store.tables import deliveries, digests, leads, messages
from serving.usecases.chasing import chase_overdue
from serving.usecases.keeping_time import tell_due
from serving.usecases.told import ToldStage
from serving.usecases.waking import wake_due
from tests.serving.usecases.tellers import NOW, Teller, put_in_force

ANNA = Person(id="anna", name="Anna", manager_id="mara")
MARA = Person(id="mara", name="Mara", takes_leads=False)
TERMS = Terms(
    handover=HandOver(),
    response=tuple(Response(bucket=bucket, first_contact_micros=HOUR_MICROS) for bucket in ("cold", "warm", "hot")),
    people=(ANNA, MARA),
)


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force, and an agreement that hands over."""
    with database.writing() as connection:
        for person in ("anna", "mara"):
            insert_channel(connection, _channel(person))
    return Teller(database, put_in_force(tmp_path), TERMS)


def test_a_lead_that_sales_puts_aside_wakes_on_its_day_and_its_owner_hears_why(teller: Teller) -> None:
    """Rejected until a date it sleeps; that day it is a lead again, and its owner hears why it slept."""
    teller.tell_lead("L", {"name": "Ada"}, owner_id="anna")
    until = teller.now + 30 * DAY
    teller.tell(_step("recycled", act="rejected", reason="budget_next_year", until=until))
    assert read(teller, leads.c.stage, leads.c.wake_at) == [("recycled", until)]
    teller.now = until - SECOND
    assert work(teller, wake_due) == 0
    teller.now = until
    assert work(teller, wake_due) == 1
    assert read(teller, leads.c.stage, leads.c.wake_at, leads.c.stage_at) == [("lead", None, until)]
    teller.now += 6 * 60 * SECOND
    work(teller, tell_due)
    (body,) = read(teller, messages.c.body)
    told = json.loads(body[0])
    assert (told["kind"], told["recipient_id"], told["lines"][0]["lead_id"]) == ("lead.woken", "anna", "L")
    assert told["lines"][0]["sentence_why"].endswith(": Budget next year.")
    assert read(teller, deliveries.c.channel_id) == [("of-anna",)]


def test_a_broken_promise_is_told_to_the_manager_once_in_one_digest_a_day(teller: Teller) -> None:
    """Two leads that nobody contacted in time are one message to whoever stands above their owner."""
    for lead_id in ("L", "M"):
        teller.tell_lead(lead_id, {"name": lead_id}, owner_id="anna")
        teller.tell(_step("sql", lead_id=lead_id))
    teller.now += HOUR_MICROS
    assert work(teller, chase) == 2
    assert work(teller, chase) == 0
    teller.now += 6 * 60 * SECOND
    work(teller, tell_due)
    assert read(teller, digests.c.recipient_id, digests.c.state) == [("mara", "told")]
    (body,) = read(teller, messages.c.body)
    told = json.loads(body[0])
    assert (told["kind"], [line["lead_id"] for line in told["lines"]]) == ("promise.overdue", ["L", "M"])
    assert told["lines"][0]["sentence_why"].startswith("Anna owed it the first contact by ")


def work(teller: Teller, do: Any) -> int:
    """Let a worker do one kind of work."""
    with teller.database.writing() as connection:
        return int(do(connection, teller._stand(connection)))


def chase(connection: Any, standing: Any) -> int:
    """Chase what ran out at any time."""
    return chase_overdue(connection, standing, since=0)


def read(teller: Teller, *columns: Any) -> list[tuple[Any, ...]]:
    """Read columns of a table, in the order of its key."""
    with teller.database.reading() as connection:
        found = connection.execute(select(*columns).order_by(*columns[0].table.primary_key.columns))
        return [tuple(row) for row in found]


def _step(stage: str, *, at: int = NOW, lead_id: str = "L", **more: Any) -> ToldStage:
    key = f"{stage}{at}{more.get('act')}".encode()
    return ToldStage(lead_id=lead_id, key=key, stage=stage, occurred_at=at, **more)


def _channel(person_id: str) -> dict[str, Any]:
    return {
        "id": f"of-{person_id}",
        "person_id": person_id,
        "kind": "webhook",
        "url": f"https://{person_id}.example/hook",
        "secret": "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=",
        "is_active": True,
        "created_at": NOW,
        "failures": 0,
        "rests_until": None,
    }
