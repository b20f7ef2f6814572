"""Handing over: a lead that meets the criteria becomes sales', once, with an owner and clocks."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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
from serving.store.tables import alerts, digests, journal, leads, messages, stage_changes
from serving.usecases.chasing import chase_overdue
from serving.usecases.ingesting import ingest
from serving.usecases.keeping_time import tell_due
from serving.usecases.told import Command, ToldStage
from serving.usecases.waking import hand_over_due
from tests.serving.usecases.lives import dump, forget
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
    """The event that meets the criteria makes an SQL with an owner, and a timer for each duty, at once."""
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


def test_facts_in_bulk_wait_for_the_true_stage(teller: Teller) -> None:
    """An import hands nothing over for leads whose stage is told seconds later; the others are, once it settled."""
    for lead_id in ("L", "M"):
        teller.tell_lead(lead_id, ADA, batch="history")
        teller.tell(*(replace(teller.make_event(lead_id, ago=n), batch="history") for n in range(1, 10)))
    assert read(teller, leads.c.stage) == [("lead",), ("lead",)]
    teller.now += 5 * SECOND
    teller.tell(step(teller, "customer", ago=30 * 86_400))
    teller.now += 5 * 60 * SECOND
    assert work(teller, hand_over_due) == 1
    assert read(teller, leads.c.id, leads.c.stage, leads.c.hand_over_at) == [
        ("L", "customer", None),
        ("M", "sql", None),
    ]
    assert read(teller, stage_changes.c.lead_id, stage_changes.c.act) == [("L", None), ("M", "handed_over")]
    assert work(teller, hand_over_due) == 0


def test_a_colleague_who_moves_meanwhile_does_not_cut_the_wait_short(teller: Teller) -> None:
    """A look that nobody asked for leaves a lead that waits for its import waiting."""
    teller.tell_lead("L", ADA, account_id="firm", batch="history")
    teller.tell(*(replace(teller.make_event("L", ago=n), batch="history") for n in range(1, 10)))
    teller.now += SECOND
    teller.tell_lead("M", {"email": "m@example.org"}, account_id="firm")
    teller.now += SECOND
    assert teller.look() >= 1
    assert read(teller, leads.c.id, leads.c.stage)[0] == ("L", "lead")


@pytest.mark.parametrize("stage", ["sql", "opportunity", "customer", "lost", "recycled"])
def test_a_stage_told_late_prevails_over_our_hand_over(teller: Teller, stage: str) -> None:
    """What happened before our hand-over and became known after it decides; our step stays in history alone."""
    heat(teller)
    teller.tell(step(teller, stage, ago=3_600, reason="x"))
    found = read(teller, leads.c.stage)[0][0]
    renewed = stage == "recycled"
    assert found == ("sql" if renewed else stage)
    assert ("handed_over",) in read(teller, stage_changes.c.act)
    starts = {start for (start,) in read(teller, timers.c.started_at)}
    assert starts == ({NOW} if renewed else {NOW - 3_600 * SECOND} if stage == "sql" else set())


def test_what_sales_gave_back_needs_new_behaviour(teller: Teller) -> None:
    """A lead given back while it is hot stays with marketing, however hot, until a new episode begins."""
    heat(teller)
    teller.now += SECOND
    teller.tell(step(teller, "mql", act="returned"))
    teller.tell_downloads("L", 3)
    assert read(teller, leads.c.stage) == [("mql",)]
    teller.wait(140)
    teller.tell_lead("L", {"email": "ada@example.org", "employees": 5})
    teller.wait(2)
    teller.look()
    assert read(teller, leads.c.episode_is_open) == [(False,)]
    teller.wait(8)
    heat(teller)
    assert read(teller, leads.c.episode, leads.c.stage) == [(2, "sql")]
    assert len(set(read(teller, timers.c.started_at))) == 2


def test_a_crm_that_knows_nothing_of_a_hand_over_does_not_take_it_back(teller: Teller) -> None:
    """Sending a lead whole with the stage it had before says nothing new; another stage does."""
    heat(teller, stage="mql")
    assert read(teller, leads.c.stage) == [("sql",)]
    teller.now += SECOND
    teller.tell_lead("L", {**ADA, "city": "Bern"}, stage="mql")
    assert read(teller, leads.c.stage) == [("sql",)]
    teller.tell_lead("L", {**ADA, "city": "Bern"}, stage="opportunity")
    assert read(teller, leads.c.stage) == [("opportunity",)]


def test_where_people_hand_over_hotlead_says_who_is_ready(database: Database, tmp_path: Path) -> None:
    """Without the automatic step a lead becomes an MQL, and the journal says once that it is ready."""
    teller = Teller(database, put_in_force(tmp_path), replace(TERMS, handover=HandOver(is_automatic=False)))
    heat(teller)
    teller.tell_downloads("L", 3)
    assert read(teller, leads.c.stage) == [("mql",)]
    assert (tell(teller, "ready"), len(tell(teller, "qualified"))) == ([{}], 1)
    assert read(teller, timers.c.duty) == []


def test_a_signal_is_as_good_as_the_bucket(database: Database, tmp_path: Path) -> None:
    """Somebody who did what the criteria name is handed over, however cold; who did it long ago is not."""
    terms = replace(TERMS, handover=HandOver(signals=("demo",), signal_days=7))
    teller = Teller(database, put_in_force(tmp_path), terms)
    for lead_id, days in (("L", 1), ("M", 8)):
        teller.tell_lead(lead_id, {})
        teller.tell(teller.make_event(lead_id, ago=days * 86_400 - 60, kind="demo"))
    assert read(teller, leads.c.id, leads.c.stage) == [("L", "sql"), ("M", "lead")]


def test_new_behaviour_wakes_a_lead_that_was_put_aside(teller: Teller) -> None:
    """A recycled lead that turns hot by a new episode wakes at once and is handed over in the same transaction."""
    teller.tell_lead("L", ADA)
    teller.tell(step(teller, "recycled", act="rejected", reason="not_now"))
    teller.now += SECOND
    teller.tell_downloads("L", 9)
    assert read(teller, leads.c.stage, leads.c.wake_at) == [("sql", None)]
    assert {act for (act,) in read(teller, stage_changes.c.act)} == {"rejected", "woken", "handed_over"}


@pytest.mark.parametrize("act", ["accepted", "rejected", "returned"])
def test_an_act_of_sales_answers_the_alert(teller: Teller, act: str) -> None:
    """Who takes a hot lead, or says why not, has acted: its alert is escalated to nobody."""
    heat(teller)
    teller.tell(step(teller, "sql" if act == "accepted" else "mql", act=act))
    assert read(teller, alerts.c.acknowledged_by, alerts.c.escalate_at) == [("sales", None)]


def test_two_writers_hand_over_one_lead_once(teller: Teller) -> None:
    """Facts of one lead told by many threads at once end in one hand-over with one set of clocks."""
    teller.tell_lead("L", ADA)
    batches = [[teller.make_event("L", ago=n * 10 + m) for m in range(1, 10)] for n in range(4)]

    def tell_batch(events: list[Any]) -> None:
        writer = Teller(teller.database, teller.in_force, teller.terms)
        with writer.database.writing() as connection:
            command = Command(items=tuple(events))
            ingest(connection, [command], writer._stand(connection), writer._get_histories())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tell_batch, batches))
    assert [act for (act,) in read(teller, stage_changes.c.act)] == ["handed_over"]
    assert len(read(teller, timers.c.duty)) == 3


def test_who_is_forgotten_leaves_no_timer_and_no_line_in_a_digest(teller: Teller) -> None:
    """Erasing a lead erases its clocks, and it from digests that wait."""
    heat(teller, attributes={**ADA, "name": "Ada Lovelace"})
    teller.now += 3 * DAY
    work(teller, lambda connection, standing: chase_overdue(connection, standing, since=0))
    assert "Ada Lovelace" in dump(teller.database)
    forget(teller, lead_id="L")
    assert read(teller, timers.c.duty) == []
    assert "Ada Lovelace" not in dump(teller.database)
    teller.now += 3 * DAY
    work(teller, tell_due)


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


def work(teller: Teller, do: Any) -> int:
    """Let a worker do one kind of work."""
    with teller.database.writing() as connection:
        return int(do(connection, teller._stand(connection)))


def test_an_owner_hears_at_once_of_a_lead_that_is_handed_over_without_being_hot(teller: Teller) -> None:
    """A signal hands a cool lead over: its owner is told, until when to contact it, and an alert is none."""
    criteria = HandOver(signals=("demo_requested",), required=("email|phone",))
    teller.terms = replace(TERMS, handover=criteria)
    teller.tell_lead("L", {"email": "ada@example.org", "name": "Ada"})
    teller.tell(teller.make_event("L", ago=1, kind="demo_requested"))
    assert read(teller, leads.c.stage, leads.c.episode_is_open) == [("sql", False)]
    with teller.database.writing() as connection:
        assert tell_due(connection, teller._stand(connection)) == 1
    (body,) = read(teller, messages.c.body)
    told = json.loads(body[0])
    assert (told["kind"], told["recipient_id"]) == ("lead.handed_over", "anna")
    assert told["lines"][0]["sentence_why"].startswith("It meets the criteria of the agreement. Contact it until ")
    assert read(teller, alerts.c.id) == []


def test_of_a_hot_lead_that_is_handed_over_the_alert_tells(teller: Teller) -> None:
    """One turn is one message: no second one says that the lead was handed over."""
    heat(teller)
    assert read(teller, digests.c.id) == []
    assert len(read(teller, alerts.c.id)) == 1
