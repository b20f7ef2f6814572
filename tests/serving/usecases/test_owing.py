"""Owing: what the agreement asks for a lead now, with clocks, and what happens if nobody does anything."""

from dataclasses import replace
from pathlib import Path

import pytest

from agreement.criteria import HandOver
from agreement.episodes import HOUR_MICROS
from agreement.people import Person
from agreement.timers import Duty
from features.times import DAY, SECOND
from serving.store.database import Database
from serving.store.leads import read_leads
from serving.usecases.explaining import explain_lead
from serving.usecases.inquiring import Circumstances
from serving.usecases.owing import COMES_BY_ITSELF, Owed, list_owed
from serving.usecases.standing import gather_people
from serving.usecases.told import ToldContact, ToldStage
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force
from tests.serving.usecases.test_promising import TERMS

_ANNA = Person(id="anna", name="Anna", manager_id="maria")
_TERMS = replace(TERMS, people=(_ANNA, Person(id="maria", name="Maria")), handover=None)


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller of a lead of Anna's, handed over an hour ago, to be contacted twice and answered."""
    teller = Teller(database, put_in_force(tmp_path), _TERMS)
    teller.tell_lead("L", owner_id="anna")
    teller.tell(ToldStage(lead_id="L", key=b"s" * 16, stage="sql", occurred_at=teller.now))
    teller.now += HOUR_MICROS // 2
    return teller


def owe(teller: Teller, lead_id: str = "L") -> Owed:
    """List what is owed to a lead."""
    circumstances = Circumstances(now=teller.now, terms=teller.terms, has_model=True)
    with teller.database.reading() as connection:
        return list_owed(
            connection,
            read_leads(connection, {lead_id})[lead_id],
            terms=teller.terms,
            now=teller.now,
            people=gather_people(connection, teller.terms),
            present=explain_lead(connection, lead_id, circumstances).present,
        )


def call(teller: Teller, number: int, outcome: str | None = None) -> None:
    """Tell of a call of this minute."""
    teller.now += 60 * SECOND
    key = bytes([number]) * 16
    teller.tell(ToldContact(lead_id="L", key=key, kind="call", occurred_at=teller.now, outcome=outcome))


def test_what_is_due_has_its_clock_and_whose_it_is(teller: Teller) -> None:
    """Three duties, none late: who owes each, how many contacts are left, and who hears of it otherwise."""
    promises = {promise.duty: promise for promise in owe(teller).promises}
    assert set(promises) == {Duty.FIRST_CONTACT, Duty.ATTEMPTS, Duty.FEEDBACK}
    assert not any(promise.is_late for promise in promises.values())
    assert {promise.owner for promise in promises.values()} == {"Anna"}
    assert {promise.told_next for promise in promises.values()} == {"Maria"}
    assert promises[Duty.FIRST_CONTACT].due_at == teller.now + HOUR_MICROS // 2
    assert (promises[Duty.ATTEMPTS].left, promises[Duty.FEEDBACK].left) == (2, 0)


def test_contacts_keep_promises_one_after_the_other(teller: Teller) -> None:
    """The first call keeps the first duty and leaves one attempt, a second that too; a decision ends all."""
    call(teller, 1)
    owed = owe(teller)
    assert [timer.duty for timer in owed.kept] == [Duty.FIRST_CONTACT]
    assert [(p.duty, p.made, p.left) for p in owed.promises if p.wanted] == [(Duty.ATTEMPTS, 1, 1)]
    assert owed.attempts == 1
    call(teller, 2, "reached")
    owed = owe(teller)
    assert [promise.duty for promise in owed.promises] == [Duty.FEEDBACK]
    assert owed.attempts == 0
    teller.tell(ToldStage(lead_id="L", key=b"a" * 16, stage="sql", act="accepted", occurred_at=teller.now))
    assert owe(teller).promises == []


def test_what_is_late_stays_owed(teller: Teller) -> None:
    """Once its time is over a duty is late, and it is asked for until it is done."""
    teller.now += DAY
    assert all(promise.is_late for promise in owe(teller).promises)
    call(teller, 1)
    assert Duty.FIRST_CONTACT not in {promise.duty for promise in owe(teller).promises}


def test_nothing_is_owed_to_a_lead_that_sales_no_longer_has(teller: Teller) -> None:
    """Lost, put aside or given back: its clocks ask for nothing any more."""
    for number, stage in enumerate(("recycled", "mql", "lost")):
        teller.now += SECOND
        key = bytes([100 + number]) * 16
        teller.tell(ToldStage(lead_id="L", key=key, stage=stage, occurred_at=teller.now, reason="no_answer"))
        owed = owe(teller)
        assert (owed.promises, owed.attempts) == ([], None)


def test_marketings_lead_is_told_what_it_lacks(database: Database, tmp_path: Path) -> None:
    """Criteria that are not met and information that is missing are named, before the hand-over alone."""
    criteria = HandOver(bucket="hot", required=("email|phone",), industries=("Steel",), is_automatic=False)
    teller = Teller(database, put_in_force(tmp_path), replace(_TERMS, handover=criteria))
    teller.tell_lead("L", {"employees": 2})
    verdict = owe(teller).verdict
    assert verdict is not None
    assert verdict.missing == ("email|phone",)
    assert "Nobody knows its industry" in verdict.unmet
    teller.tell_lead("M", KEEN, stage="sql")
    assert owe(teller, "M").verdict is None


def test_what_comes_by_itself_is_foreseen(teller: Teller) -> None:
    """A lead that was put aside wakes on its day, and that is all that is foreseen of it."""
    until = teller.now + 30 * DAY
    step = {"stage": "recycled", "act": "rejected", "reason": "not_now", "until": until}
    teller.tell(ToldStage(lead_id="L", key=b"r" * 16, occurred_at=teller.now, **step))
    foreseen = owe(teller).foreseen
    assert "sleeps" in {one.code for one in foreseen}
    assert {one.code for one in foreseen} <= COMES_BY_ITSELF
