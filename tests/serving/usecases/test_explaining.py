"""Explaining: every way to an alert, and every way past one, has its verdict and its plain sentences."""

import ast
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agreement.calendar.hours import QuietHours
from agreement.episodes import Change, EpisodeRules
from agreement.people import Person
from agreement.terms import DEFAULT_TERMS
from features.times import DAY
from serving.championing import ScorerInForce
from serving.channels.outcome import deliver_outcome, fail_outcome
from serving.store.database import Database
from serving.store.people import insert_channel
from serving.usecases.browsing import UnknownLead
from serving.usecases.delivering import lease, record_health, record_outcome
from serving.usecases.explaining import Explanation, explain_lead
from serving.usecases.inquiring import Circumstances, rank_threshold
from serving.usecases.keeping_time import escalate_due, tell_due
from serving.usecases.recounting import _RULES
from serving.usecases.standing import take_standing
from serving.usecases.told import Acknowledgement, Snooze, ToldContact, ToldStage
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force

COLD: dict[str, Any] = {"employees": 2}
_BERLIN = Person(id="anna", name="Anna", zone="Europe/Berlin")
# The clock of the tests stands at 10:00 in Berlin.
_QUIET = replace(_BERLIN, quiet_hours=QuietHours.from_text("08:00-12:00", zone="Europe/Berlin"))
_RULES_OF_EPISODES = EpisodeRules(hold_micros=DAY, cool_down_micros=7 * DAY)


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def teller(sqlite_url: str, in_force: ScorerInForce) -> Iterator[Teller]:
    """A teller whose leads are Anna's."""
    database = Database(sqlite_url)
    terms = replace(DEFAULT_TERMS, people=(_BERLIN,), episodes=_RULES_OF_EPISODES)
    yield Teller(database, in_force, terms)
    database.close()


def explain(teller: Teller, lead_id: str = "L") -> Explanation:
    """Explain a lead, as the API does."""
    in_force = teller.in_force
    circumstances = Circumstances(
        now=teller.now,
        terms=teller.terms,
        has_model=in_force is not None,
        find_hot_score=lambda _, hot: None if in_force is None else rank_threshold(in_force.scorer, hot),
    )
    with teller.database.reading() as connection:
        return explain_lead(connection, lead_id, circumstances)


def make_hot(teller: Teller, lead_id: str = "L", **more: Any) -> None:
    """Tell a lead that is hot from the start."""
    teller.tell_lead(lead_id, KEEN, owner_id="anna", **more)
    teller.tell_downloads(lead_id, 12)


def add_channel(teller: Teller) -> None:
    """Give Anna a channel."""
    row = {
        "id": "ch1",
        "person_id": "anna",
        "kind": "webhook",
        "url": "https://hooks.example/secret-path",
        "secret": None,
        "is_active": True,
        "created_at": 1,
        "failures": 0,
        "rests_until": None,
    }
    with teller.database.writing() as connection:
        insert_channel(connection, row)


def send(teller: Teller, outcome: Any) -> None:
    """Let whatever is due be sent, each with one outcome."""
    with teller.database.writing() as connection:
        for is_retry in (False, True):
            for leased in lease(connection, now=teller.now, worker="w", is_retry=is_retry, most=9):
                record_outcome(connection, leased, outcome, teller.now, random.Random(1))
                record_health(connection, leased.channel.id, outcome, teller.now)


def keep_time(teller: Teller) -> None:
    """Tell and escalate what is due."""
    with teller.database.writing() as connection:
        standing = take_standing(connection, now=teller.now, in_force=teller.in_force, terms=teller.terms)
        tell_due(connection, standing)
        escalate_due(connection, standing)


def codes(explanation: Explanation) -> tuple[list[str], list[str]]:
    """Return the codes of the past and of the present."""
    return [step.code for step in explanation.past], [step.code for step in explanation.present]


def test_a_lead_nobody_heard_of_is_unknown(teller):
    """Neither told nor waited for: there is nothing to explain."""
    with pytest.raises(UnknownLead):
        explain(teller, "nobody")


def test_events_wait_for_a_lead_nobody_told_of(teller):
    """How many events wait, and what to do."""
    teller.tell_downloads("L", 3)
    told = explain(teller)
    assert told.verdict.code == "unknown_lead"
    assert "3 events wait for it; tell of it with PUT /v1/leads/{id}" in told.verdict.sentence
    assert told.verdict.at == teller.now


def test_without_a_model_nothing_is_hot(sqlite_url):
    """Facts are kept, and the verdict says what is missing."""
    teller = Teller(Database(sqlite_url), None)
    teller.tell_lead("L")
    told = explain(teller)
    assert (told.verdict.code, told.verdict.sentence[:4]) == ("no_model", "No: ")
    assert codes(told)[1][:2] == ["no_model", "not_scored"]


def test_a_lead_that_is_not_hot_is_told_how_far_it_is(teller):
    """The points that are missing, and where hot begins, add up."""
    teller.tell_lead("L", COLD)
    told = explain(teller)
    assert told.verdict.code == "not_hot"
    score, missing, begins = map(int, re.findall(r"\d+", told.verdict.sentence))
    assert score + missing == begins
    assert told.past == []


def test_a_closed_lead_raises_no_alert(teller):
    """Who was won is not told of."""
    teller.tell_lead("L", KEEN, stage="customer")
    assert explain(teller).verdict.sentence == "No: the lead is closed: its stage is customer."


def test_an_alert_without_a_channel_reaches_nobody(teller):
    """It stands in the list, and both the verdict and the present say that there is no channel."""
    make_hot(teller)
    told = explain(teller)
    assert told.verdict.code == "no_channel"
    assert codes(told)[0][:2] == ["entered", "alert_raised"]
    assert "Neither Anna nor the team has a channel" in " ".join(step.sentence for step in told.present)


def test_a_delivered_alert_is_told_on_the_clock_of_its_reader(teller):
    """Who, when in their zone, and over what; never the address."""
    add_channel(teller)
    make_hot(teller)
    assert explain(teller).verdict.code == "sending"
    send(teller, deliver_outcome(0.1, 200))
    told = explain(teller)
    assert told.zone == "Europe/Berlin"
    assert told.verdict.sentence == "Yes: Anna was told on 1 March at 10:00. Nobody has answered it yet."
    assert codes(told)[0] == ["entered", "alert_raised", "alert_told", "delivered"]
    whole = json.dumps(told.to_json(), default=str)
    assert "webhook at hooks.example took the message" in whole
    assert "secret-path" not in whole


def test_failures_a_resting_channel_and_giving_up_are_told(teller):
    """Each attempt with its reason, the circuit that is open, and the end of trying."""
    add_channel(teller)
    make_hot(teller)
    for _ in range(5):
        send(teller, fail_outcome("timed_out", "slow", 1.0))
        teller.wait(1)
    teller.wait(-1)
    told = explain(teller)
    assert codes(told)[0].count("attempt_failed") == 5
    assert "did not answer in time" in told.past[-1].sentence
    assert {"channel_rests", "delivery_due"} <= set(codes(told)[1])
    teller.wait(2)
    send(teller, fail_outcome("refused_target", "inside", 0.0, is_final=True))
    told = explain(teller)
    assert told.verdict.code == "undeliverable"
    assert "Given up on webhook at hooks.example after 6 attempts" in " ".join(s.sentence for s in told.present)


def test_quiet_hours_put_an_alert_off(teller):
    """Until when, and why; once it went, the past still tells of it."""
    teller.terms = replace(teller.terms, people=(_QUIET,))
    make_hot(teller)
    told = explain(teller)
    assert told.verdict.code == "deferred"
    assert told.verdict.sentence == "Not yet: its alert to Anna is due on 1 March at 12:00: Anna had quiet hours."
    teller.wait(0.2)
    keep_time(teller)
    told = explain(teller)
    assert told.verdict.sentence.startswith("Yes")
    assert "put off until 1 March at 12:00: Anna had quiet hours" in told.past[1].sentence


def test_a_deferred_alert_that_cooled_down_is_dropped(teller):
    """It was raised, and then there was nothing left to tell."""
    teller.terms = replace(teller.terms, people=(_QUIET,), episodes=replace(_RULES_OF_EPISODES, hold_micros=0))
    make_hot(teller)
    teller.wait(0.01)
    teller.tell(ToldStage(lead_id="L", key=b"1" * 16, stage="lost", occurred_at=teller.now))
    teller.wait(0.2)
    keep_time(teller)
    told = explain(teller)
    assert told.verdict.code == "dropped"
    assert "the lead had been closed before its time came" in told.verdict.sentence
    assert "alert_dropped" in codes(told)[0]


def test_an_import_goes_into_a_digest(teller):
    """What came in bulk waits for a digest, and says when that goes."""
    teller.tell_lead("L", KEEN, owner_id="anna")
    event = replace(teller.make_event("L", ago=1), batch="april.csv")
    teller.tell(*[replace(event, key=bytes([number]) * 16) for number in range(1, 13)])
    told = explain(teller)
    assert told.verdict.code == "in_digest"
    assert "waits for a digest to Anna, due on 1 March at 10:05" in told.verdict.sentence
    assert "the facts came in bulk" in " ".join(step.sentence for step in told.past)


def test_a_snooze_a_contact_and_an_escalation_are_told(teller):
    """What people did, and what was done because nobody did anything, in the order in which it happened."""
    make_hot(teller)
    assert "Unless somebody answers, the team is told" in " ".join(s.sentence for s in explain(teller).present)
    teller.wait(0.5)
    keep_time(teller)
    teller.wait(0.1)
    teller.tell(Snooze(lead_id="L", until=teller.now + DAY, told_by="anna"))
    teller.wait(0.1)
    teller.tell(ToldContact(lead_id="L", key=b"2" * 16, kind="call", occurred_at=teller.now))
    told = explain(teller)
    past, present = codes(told)
    assert past[-3:] == ["escalated", "snoozed", "acknowledged"]
    assert "snoozed" in present
    assert "The lead was contacted on 2 March at 02:48." in told.verdict.sentence
    assert "Anna wanted no alert of it until" in told.past[-2].sentence


def test_an_acknowledged_alert_names_who_took_it(teller):
    """Whoever said so, by name."""
    make_hot(teller)
    teller.tell(Acknowledgement(alert_id=explain(teller).alert_id or "", told_by="anna"))
    assert "Anna took it on 1 March at 10:00." in explain(teller).verdict.sentence


def test_hold_cool_down_and_coming_back_are_one_episode(teller):
    """Below the line it is in its hold, then in its cool-down; hot again by then raises no second alert."""
    make_hot(teller)
    teller.wait(0.1)
    teller.tell_lead("L", COLD, owner_id="anna")
    teller.wait(120)
    teller.look()
    assert "in_hold" in codes(explain(teller))[1]
    teller.wait(1)
    teller.look()
    told = explain(teller)
    assert {"in_cool_down", "not_hot"} <= set(codes(told)[1])
    assert "That episode is over." in told.verdict.sentence
    teller.wait(1)
    make_hot(teller)
    told = explain(teller)
    assert "reentered" in codes(told)[0]
    assert "one episode, one alert" in told.verdict.sentence


def test_every_decision_that_is_recorded_has_a_sentence():
    """Whatever kind of decision the use cases note, there is a rule that says it in words."""
    folder = Path(__file__).parents[3] / "serving" / "usecases"
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    calls = [call for tree in trees for call in ast.walk(tree) if isinstance(call, ast.Call)]
    noted = [call.args[2] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "note"]
    kinds = {str(kind.value) for kind in noted if isinstance(kind, ast.Constant)}
    assert {"alert_raised", "alert_told", "snoozed", "stage"} <= kinds
    assert kinds | (set(Change) - {Change.NONE}) <= _RULES.keys()
