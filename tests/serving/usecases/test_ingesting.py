"""Ingesting: facts are kept once, scored at once, and told once."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from features.times import DAY, SECOND
from serving.store.database import Database
from serving.store.tables import alerts, events, journal, lead_versions, leads, scores, waiting_leads
from serving.usecases.told import ToldContact, ToldLead, ToldStage
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force."""
    return Teller(database, put_in_force(tmp_path))


def test_an_event_scores_its_lead_in_the_same_batch(teller: Teller) -> None:
    """The answer to an event knows the score after it, and the ledger has one entry more."""
    before = teller.tell_lead("L").leads["L"].probability
    after = teller.tell_downloads("L", 3).leads["L"]
    assert before is not None
    assert after.probability != before
    assert _count(teller, scores) == 2 == after.score_number


def test_a_repeated_event_changes_nothing(teller: Teller) -> None:
    """The same key of the same lead is a duplicate, in one batch and in the next, and is not scored again."""
    teller.tell_lead("L")
    event = teller.make_event("L", ago=60)
    first = teller.tell(event, event)
    again = teller.tell(event)
    assert [[answer.status for answer in of_one] for of_one in first.answers] == [["accepted"], ["duplicate"]]
    assert (again.answers[0][0].status, again.n_scored) == ("duplicate", 0)
    assert _count(teller, events) == 1


def test_events_wait_for_their_lead(teller: Teller) -> None:
    """What is told of a lead before the lead itself counts as soon as it comes."""
    parked = teller.tell(*(teller.make_event("L", ago=60 * n) for n in range(1, 9)))
    assert {answer.status for of_one in parked.answers for answer in of_one} == {"parked"}
    assert _count(teller, waiting_leads) == 1
    late = teller.tell_lead("L").leads["L"]
    assert _count(teller, waiting_leads) == 0
    teller.tell_lead("M")
    soon = teller.tell_downloads("M", 8).leads["M"]
    assert late.bucket == soon.bucket == "hot"


def test_stages_wait_for_their_lead_too(teller: Teller) -> None:
    """A stage told before its lead is the lead's stage when it comes, the latest of several."""
    for number, stage in ((2, "opportunity"), (1, "mql")):
        teller.tell(ToldStage(lead_id="L", key=bytes([number]), stage=stage, occurred_at=teller.now - DAY + number))
    assert teller.tell_lead("L").leads["L"].stage == "opportunity"


def test_an_older_version_is_ignored(teller: Teller) -> None:
    """Versions count by the moment their source speaks of, not by their arrival; the same again changes nothing."""
    now = teller.now
    for told_at, city, status in ((now, "Bern", "accepted"), (now - 9, "Rome", "stale_ignored")):
        told = teller.tell_lead("L", {"city": city}, told_at=told_at)
        assert told.answers[0][0].status == status
    assert teller.tell_lead("L", {"city": "Bern"}, told_at=now).answers[0][0].status == "unchanged"
    assert json.loads(told.leads["L"].attributes) == {"city": "Bern"}
    assert _count(teller, lead_versions) == 1


def test_of_two_versions_of_one_moment_the_same_wins_in_any_order(teller: Teller) -> None:
    """Two different versions of one moment end the same whichever came first."""
    for lead_id, order in (("A", ("Bern", "Rome")), ("B", ("Rome", "Bern"))):
        for city in order:
            told = teller.tell_lead(lead_id, {"city": city}, told_at=teller.now)
        assert json.loads(told.leads[lead_id].attributes) == {"city": "Rome"}


def test_without_a_model_facts_are_kept_and_scored_when_there_is_one(database: Database, tmp_path: Path) -> None:
    """A service without a champion takes facts, and the first model scores them, in digests at most."""
    teller = Teller(database, None)
    teller.tell_lead("L")
    told = teller.tell_downloads("L", 9)
    assert told.leads["L"].score is None
    teller.in_force = put_in_force(tmp_path)
    assert teller.look() >= 1
    assert _list(teller, alerts.c.form) == ["digest"]


def test_one_hot_episode_is_one_alert(teller: Teller) -> None:
    """However many events follow, an episode raises one alert."""
    teller.tell_lead("L")
    for _ in range(5):
        teller.tell_downloads("L", 6)
    assert _list(teller, alerts.c.episode) == [1]
    assert "entered" in _list(teller, journal.c.what)


def test_a_lead_that_is_won_leaves_its_episode_and_is_looked_at_no_more(teller: Teller) -> None:
    """A closed lead has no episode, no next look and, whatever it does, no alert."""
    teller.tell_lead("L")
    teller.tell_downloads("L", 9)
    won = teller.tell(ToldStage(lead_id="L", key=b"won", stage="customer", occurred_at=teller.now)).leads["L"]
    assert (won.is_open, won.episode_is_open, won.look_at) == (False, False, None)
    teller.wait(30)
    teller.tell_downloads("L", 9)
    assert _count(teller, alerts) == 1


def test_a_contact_answers_the_open_alerts(teller: Teller) -> None:
    """Whoever reaches a lead has answered its alert: nobody is told that nobody did."""
    teller.tell_lead("L")
    teller.tell_downloads("L", 9)
    teller.tell(ToldContact(lead_id="L", key=b"call", kind="call", occurred_at=teller.now))
    assert _list(teller, alerts.c.acknowledged_by) == ["contact"]
    assert _list(teller, alerts.c.escalate_at) == [None]


def test_a_clock_that_goes_back_takes_no_score_back(teller: Teller) -> None:
    """A lead is never looked at as of a moment before its last look, unless that lies days ahead."""
    teller.tell_lead("L")
    first = teller.tell_downloads("L", 2).leads["L"].scored_at
    teller.now -= 3_600 * SECOND
    assert teller.tell_downloads("L", 1).leads["L"].scored_at == first
    teller.now -= 3 * DAY
    assert teller.tell_downloads("L", 1).leads["L"].scored_at == teller.now


def test_a_batch_that_fails_leaves_nothing(teller: Teller) -> None:
    """Whatever was done before an error is undone, in the store and in what is remembered."""
    teller.tell_lead("L")
    hopeless = ToldLead(id="M", attributes="no JSON")
    with pytest.raises(Exception, match="JSON"):
        teller.tell(teller.make_event("L", ago=9), hopeless)
    assert _count(teller, events) == 0
    assert _list(teller, leads.c.id) == ["L"]
    assert teller.tell_downloads("L", 1).leads["L"].score_number == 2


def test_colleagues_are_looked_at_after_one_of_them_moved(teller: Teller) -> None:
    """What one person does counts for the others of the account, soon after."""
    for lead_id in ("A", "B"):
        teller.tell_lead(lead_id, account_id="firm")
    before = _list(teller, leads.c.probability)
    teller.wait(0.01)
    teller.tell_downloads("A", 9)
    teller.wait(0.001)
    assert teller.look() >= 1
    assert _list(teller, leads.c.probability)[1] != before[1]


def test_what_came_in_bulk_is_told_in_one_digest(teller: Teller) -> None:
    """Leads that an import turns hot raise alerts of one digest; none is told by itself."""
    for number in range(5):
        teller.tell_lead(f"L{number}", KEEN, batch="spring")
        event = teller.make_event(f"L{number}", ago=60)
        items: list[Any] = [teller.make_event(f"L{number}", ago=60 + n) for n in range(9)]
        teller.tell(*(_with_batch(item, "spring") for item in (event, *items)))
    assert set(_list(teller, alerts.c.form)) == {"digest"}
    assert len(set(_list(teller, alerts.c.digest_id))) == 1


def test_whom_a_colleagues_import_turns_hot_is_in_its_digest(teller: Teller) -> None:
    """An import that speaks of one person of an account tells of the others, too, in its digest and not alone."""
    for lead_id in ("A", "B", "C"):
        teller.tell_lead(lead_id, KEEN, account_id="firm", batch="spring")
    teller.wait(0.01)
    events = [teller.make_event(lead_id, ago=60 + n) for lead_id in "AB" for n in range(30)]
    teller.tell(*(_with_batch(event, "spring") for event in events))
    teller.wait(0.001)
    teller.look()
    assert sorted(zip(_list(teller, alerts.c.lead_id), _list(teller, alerts.c.form), strict=True)) == [
        ("A", "digest"),
        ("B", "digest"),
        ("C", "digest"),
    ]


def test_old_events_are_no_news(teller: Teller) -> None:
    """A backfill of events older than a day turns nobody hot by itself: it goes into a digest."""
    teller.tell_lead("L")
    teller.tell(*(teller.make_event("L", ago=2 * 86_400 + n) for n in range(9)))
    assert _list(teller, alerts.c.form) == ["digest"]


def _with_batch(event: Any, batch: str) -> Any:
    return type(event)(**{name: getattr(event, name) for name in event.__slots__ if name != "batch"}, batch=batch)


def _count(teller: Teller, table: Any) -> int:
    with teller.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _list(teller: Teller, column: Any) -> list[Any]:
    with teller.database.reading() as connection:
        return list(connection.execute(select(column).order_by(*column.table.primary_key.columns)).scalars())
