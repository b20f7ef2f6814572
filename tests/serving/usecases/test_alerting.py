"""Alerting and telling: everybody hears of their leads, through somebody's channel, and of nothing outdated."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agreement.alerting import AlertRules
from agreement.calendar.hours import QuietHours
from agreement.people import Person
from agreement.routing import Route
from agreement.terms import Terms
from features.times import DAY
from serving.store.database import Database
from serving.store.people import insert_channel
from serving.store.tables import alerts, deliveries, digests, journal, leads, messages
from serving.usecases.keeping_time import escalate_due, tell_due
from serving.usecases.told import Acknowledgement, Snooze, ToldStage
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force

ANNA = Person(id="anna", name="Anna", industries=("software",), manager_id="mara")
BO = Person(id="bo", name="Bo")
MARA = Person(id="mara", name="Mara", takes_leads=False)
TERMS = Terms(people=(ANNA, BO, MARA), routes=(Route(name="soft", industries=("software",), owners=("anna",)),))


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force, people, and a channel for each of them and for the team."""
    with database.writing() as connection:
        for person in ("anna", "bo", "mara", "team"):
            insert_channel(connection, _channel(person))
    return Teller(database, put_in_force(tmp_path), TERMS)


def heat(teller: Teller, lead_id: str, **more: Any) -> None:
    """Let a lead turn hot."""
    teller.tell_lead(lead_id, {**KEEN, **more.pop("attributes", {})}, **more)
    teller.tell_downloads(lead_id, 9)


def test_a_lead_without_owner_is_routed(teller: Teller) -> None:
    """The first route that fits decides, in any spelling, and the journal has the sentence why."""
    heat(teller, "L", attributes={"industry": " SOFTWARE "})
    assert _list(teller, leads.c.owner_id) == ["anna"]
    assert _list(teller, alerts.c.recipient_id) == ["anna"]
    assert "soft" in _list_details(teller, "assigned")[0]["sentence"]


def test_an_owner_who_is_told_stays(teller: Teller) -> None:
    """Whom the CRM names owns the lead, whatever the routes say."""
    heat(teller, "L", owner_id="bo", attributes={"industry": "software"})
    assert _list(teller, alerts.c.recipient_id) == ["bo"]


def test_an_owner_nobody_knows_does_not_swallow_an_alert(teller: Teller) -> None:
    """A lead whose owner is not among the people is routed again."""
    heat(teller, "L", owner_id="left-last-year")
    assert _list(teller, alerts.c.recipient_id)[0] in ("anna", "bo")


def test_the_least_loaded_gets_the_next(teller: Teller) -> None:
    """Leads that fit nobody in particular are spread over those who take leads."""
    for number in range(4):
        heat(teller, f"L{number}")
    assert sorted(_list(teller, leads.c.owner_id)) == ["anna", "anna", "bo", "bo"]


def test_without_people_the_team_is_told(database: Database, tmp_path: Path) -> None:
    """No alert is without a recipient: where nobody is known it is the team."""
    with database.writing() as connection:
        insert_channel(connection, _channel("team"))
    teller = Teller(database, put_in_force(tmp_path))
    heat(teller, "L")
    assert _list(teller, alerts.c.recipient_id) == ["team"]
    assert _list(teller, deliveries.c.channel_id) == ["of-team"]


def test_who_has_no_channel_is_reached_through_the_team(database: Database, tmp_path: Path) -> None:
    """An owner without a channel of their own is told through the team's."""
    with database.writing() as connection:
        insert_channel(connection, _channel("team"))
    teller = Teller(database, put_in_force(tmp_path), TERMS)
    heat(teller, "L", owner_id="bo")
    assert _list(teller, messages.c.recipient_id) == ["bo"]
    assert _list(teller, deliveries.c.channel_id) == ["of-team"]


def test_the_message_is_in_the_outbox_with_the_score(teller: Teller) -> None:
    """An alert that is due at once is a message and a delivery in the very transaction, under the alert's id."""
    heat(teller, "L", owner_id="bo", attributes={"name": "Ada"})
    told = json.loads(_list(teller, messages.c.body)[0])
    assert _list(teller, messages.c.id) == _list(teller, alerts.c.id) == [told["id"]]
    assert (told["lines"][0]["name"], told["recipient"], len(told["lines"][0]["reasons"])) == ("Ada", "Bo", 3)
    assert _list(teller, deliveries.c.state) == ["due"]


def test_quiet_hours_defer_and_the_lead_is_checked_again(database: Database, tmp_path: Path) -> None:
    """At the end of quiet hours a lead that is still hot is told, and one that was lost meanwhile is not."""
    quiet = Person(id="anna", quiet_hours=QuietHours.from_text("08:00-20:00", zone="UTC"))
    teller = Teller(database, put_in_force(tmp_path), Terms(people=(quiet,)))
    heat(teller, "stays")
    heat(teller, "goes")
    assert _list(teller, messages.c.id) == []
    teller.tell(ToldStage(lead_id="goes", key=b"k", stage="lost", occurred_at=teller.now))
    teller.wait(0.5)
    _do(teller, tell_due)
    assert sorted(zip(_list(teller, alerts.c.lead_id), _list(teller, alerts.c.state), strict=True)) == [
        ("goes", "dropped"),
        ("stays", "told"),
    ]
    assert _list_details(teller, "alert_dropped")[0]["why"] == "closed"


def test_a_dropped_alert_is_raised_again_when_its_lead_is_hot_again(database: Database, tmp_path: Path) -> None:
    """A lead that was closed before its alert could go, and is hot again soon, is told: nobody has heard of it."""
    quiet = Person(id="anna", quiet_hours=QuietHours.from_text("08:00-20:00", zone="UTC"))
    teller = Teller(database, put_in_force(tmp_path), Terms(people=(quiet,)))
    heat(teller, "L")
    teller.tell(ToldStage(lead_id="L", key=b"1", stage="lost", occurred_at=teller.now))
    teller.wait(0.5)
    _do(teller, tell_due)
    assert _list(teller, alerts.c.state) == ["dropped"]
    teller.tell(ToldStage(lead_id="L", key=b"2", stage="recycled", occurred_at=teller.now))
    assert (_list(teller, leads.c.episode), _list(teller, alerts.c.state)) == ([1], ["told"])
    assert len(_list(teller, messages.c.id)) == 1
    teller.tell_downloads("L", 3)
    assert len(_list(teller, messages.c.id)) == 1


def test_beyond_the_cap_alerts_gather_in_one_digest(database: Database, tmp_path: Path) -> None:
    """A person hears of so many leads a day by themselves, and of the others in one message the next morning."""
    terms = Terms(people=(BO,), alerts=AlertRules(cap_per_day=2))
    teller = Teller(database, put_in_force(tmp_path), terms)
    for number in range(5):
        heat(teller, f"L{number}")
    assert sorted(_list(teller, alerts.c.form)) == ["digest"] * 3 + ["single"] * 2
    teller.wait(1)
    _do(teller, tell_due)
    assert _list(teller, digests.c.state) == ["told"]
    told = [json.loads(body) for body in _list(teller, messages.c.body)]
    assert sorted(len(message["lines"]) for message in told) == [1, 1, 3]


def test_a_digest_lists_the_best_and_counts_the_others(teller: Teller) -> None:
    """A digest of many leads lists twenty and says how many more there are."""
    for number in range(25):
        teller.tell_lead(f"L{number:02}", KEEN, owner_id="bo", batch="fair")
        events = [teller.make_event(f"L{number:02}", ago=2 * 86_400 + n) for n in range(9)]
        teller.tell(*events)
    teller.wait(0.01)
    _do(teller, tell_due)
    told = [json.loads(body) for body in _list(teller, messages.c.body)]
    assert [(len(message["lines"]), message["more"]) for message in told if message["kind"] == "lead.digest"] == [
        (20, 5)
    ]


def test_a_snoozed_lead_waits_even_in_a_digest(teller: Teller) -> None:
    """Whoever asked not to hear of a lead until a moment does not read of it in a digest before."""
    for lead_id in ("A", "B"):
        teller.tell_lead(lead_id, KEEN, owner_id="bo")
        teller.tell(*(teller.make_event(lead_id, ago=2 * 86_400 + n) for n in range(9)))
    teller.tell(Snooze(lead_id="A", until=teller.now + DAY))
    teller.wait(0.01)
    _do(teller, tell_due)
    told = json.loads(_list(teller, messages.c.body)[0])
    assert [line["lead_id"] for line in told["lines"]] == ["B"]
    teller.wait(1)
    _do(teller, tell_due)
    assert set(_list(teller, alerts.c.state)) == {"told"}


def test_nobody_acts_so_the_manager_and_then_the_team_is_told(teller: Teller) -> None:
    """After the first time limit the manager hears of it, after the second the team; then nobody is left."""
    heat(teller, "L", owner_id="anna")
    for _ in range(4):
        teller.wait(0.25)
        _do(teller, escalate_due)
    assert _list(teller, messages.c.recipient_id) == ["anna", "mara", "team"]
    assert [told["level"] for told in _list_details(teller, "escalated")] == [1, 2]


def test_who_takes_care_ends_it(teller: Teller) -> None:
    """After an acknowledgement nobody else is told; a second one changes nothing."""
    heat(teller, "L", owner_id="anna")
    alert_id = _list(teller, alerts.c.id)[0]
    for status in ("accepted", "unchanged"):
        told = teller.tell(Acknowledgement(alert_id=alert_id, told_by="Anna"))
        assert told.answers[0][0].status == status
    teller.wait(3)
    _do(teller, escalate_due)
    assert _list(teller, messages.c.recipient_id) == ["anna"]
    unknown = teller.tell(Acknowledgement(alert_id="alt_unknown", told_by="Anna"))
    assert unknown.answers[0][0].status == "unknown"


def _do(teller: Teller, work: Any) -> int:
    with teller.database.writing() as connection:
        return int(work(connection, teller._stand(connection)))


def _list(teller: Teller, column: Any) -> list[Any]:
    with teller.database.reading() as connection:
        return list(connection.execute(select(column).order_by(*column.table.primary_key.columns)).scalars())


def _list_details(teller: Teller, what: str) -> list[dict[str, Any]]:
    with teller.database.reading() as connection:
        found = select(journal.c.details).where(journal.c.what == what).order_by(journal.c.id)
        return [json.loads(details) for details in connection.execute(found).scalars()]


def _channel(person: str) -> dict[str, Any]:
    return {
        "id": f"of-{person}",
        "person_id": person,
        "kind": "webhook",
        "url": "https://crm.example/hook",
        "secret": "whsec_x",
        "is_active": True,
        "created_at": 0,
        "failures": 0,
        "rests_until": None,
    }
