"""The queue: what comes first, what is left out, and that pages hide nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from agreement.commitments import Feedback
from agreement.episodes import HOUR_MICROS
from agreement.goal import Assumptions
from agreement.terms import Terms
from features.times import DAY
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.queues import QueueFilter
from serving.usecases.appraising import Appraiser, measure_deal_values
from serving.usecases.queue_rows import QueuedLead, read_queued
from serving.usecases.queueing import QueueOrder, QueuePage, count_queue, find_emptiness, list_queue
from serving.usecases.told import Snooze, ToldContact, ToldEvent, ToldLead, ToldStage
from tests.serving.usecases.tellers import KEEN, NOW, Teller, put_in_force

TERMS = Terms(
    name="queued",
    feedback=Feedback(within_micros=24 * HOUR_MICROS),
    assumed=Assumptions(average_won_value=1_000.0),
)
EVERYBODY = QueueFilter(now=NOW)


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def teller(database: Database, in_force: ScorerInForce) -> Teller:
    """A teller under terms that ask for feedback within a day."""
    return Teller(database, in_force, TERMS)


def ask(teller: Teller, chosen: QueueFilter, order: str = "due", **more: Any) -> QueuePage:
    """Ask for a page of a queue, as known at the teller's moment."""
    with teller.database.reading() as connection:
        values = measure_deal_values(connection, teller.now, teller.terms)
        told = {"most": 50, "values": values, **more}
        return list_queue(connection, chosen, QueueOrder(order), **told)


def see(teller: Teller, *ids: str) -> list[QueuedLead]:
    """Read leads as a queue shows them."""
    with teller.database.reading() as connection:
        values = measure_deal_values(connection, teller.now, teller.terms)
        return read_queued(connection, ids, values, teller.now)


def hand_over(teller: Teller, lead_id: str, *, hours_ago: float) -> None:
    """Hand a lead over some hours ago: a day later somebody has to have decided."""
    at = teller.now - round(hours_ago * HOUR_MICROS)
    teller.tell(ToldStage(lead_id=lead_id, key=b"sql", stage="sql", occurred_at=at))


def test_what_is_overdue_comes_first_then_what_is_due_then_the_rest(teller: Teller) -> None:
    """By due: the oldest deadline leads, and leads without one follow by their scores."""
    for lead_id in ("calm", "keen", "soon", "late"):
        teller.tell_lead(lead_id)
    teller.tell_downloads("keen", 6)
    hand_over(teller, "soon", hours_ago=2)
    hand_over(teller, "late", hours_ago=30)
    assert ask(teller, EVERYBODY).ids == ["late", "soon", "keen", "calm"]
    late, soon = see(teller, "late", "soon")
    assert late.deadline is not None
    assert soon.deadline is not None
    assert (late.deadline.is_overdue, soon.deadline.is_overdue) == (True, False)
    assert (late.deadline.duty, late.deadline.due_at) == ("feedback", NOW - 6 * HOUR_MICROS)


def test_a_duty_that_was_done_or_is_over_asks_for_nothing(teller: Teller) -> None:
    """Whoever accepted a lead owes no decision, and a lead that went back to marketing is not due."""
    for lead_id in ("accepted", "returned"):
        teller.tell_lead(lead_id)
        hand_over(teller, lead_id, hours_ago=30)
    teller.tell(ToldStage(lead_id="accepted", key=b"a", stage="sql", occurred_at=NOW, act="accepted"))
    teller.tell(ToldStage(lead_id="returned", key=b"r", stage="mql", occurred_at=NOW))
    assert [lead.deadline for lead in see(teller, "accepted", "returned")] == [None, None]
    assert ask(teller, QueueFilter(now=NOW, due_before=NOW + DAY)).ids == []


def test_value_is_probability_times_what_was_told_or_what_deals_usually_bring(teller: Teller) -> None:
    """A lead of a large deal goes before one of a small deal, and one of which nobody told counts as assumed."""
    for lead_id, value in (("small", 10), ("large", 90_000), ("untold", None)):
        told = KEEN if value is None else {**KEEN, "value": value}
        teller.tell_lead(lead_id, told)
    assert ask(teller, EVERYBODY, "value").ids == ["large", "untold", "small"]
    large, untold = see(teller, "large", "untold")
    assert large.probability is not None
    assert large.appraisal.expected == pytest.approx(90_000 * large.probability)
    assert untold.appraisal.euros == 1_000


def test_who_turned_hot_last_comes_first(teller: Teller) -> None:
    """By newest: open hot episodes in the order of their beginning, then the others."""
    for lead_id in ("first", "second"):
        teller.now += HOUR_MICROS
        teller.tell_lead(lead_id)
        teller.tell_downloads(lead_id, 9)
    hot = [lead.id for lead in see(teller, "first", "second") if lead.is_hot]
    assert hot == ["first", "second"]
    assert ask(teller, QueueFilter(now=teller.now), "newest").ids == ["second", "first"]


@pytest.mark.parametrize("order", list(QueueOrder))
def test_pages_hold_every_lead_once_in_one_order(teller: Teller, order: QueueOrder) -> None:
    """Turning pages of any size gives the leads of one long page: due, hot, warm, cold and never scored."""
    for number in range(9):
        teller.tell_lead(f"L{number}", {"employees": 10 + 900 * number, "value": 1_000 * (number % 4)})
        teller.tell_downloads(f"L{number}", number)
    for number in (1, 4, 7):
        hand_over(teller, f"L{number}", hours_ago=5 * number)
    whole = ask(teller, EVERYBODY, order).ids
    assert sorted(whole) == [f"L{number}" for number in range(9)]
    turned: list[str] = []
    page = ask(teller, EVERYBODY, order, most=2)
    while True:
        turned += page.ids
        if page.last is None:
            break
        page = ask(teller, EVERYBODY, order, most=2, after=page.last)
    assert turned == list(whole)


def test_leads_that_were_never_scored_are_listed_where_any_bucket_will_do(database: Database) -> None:
    """Before there is a model the queue still shows who is there, page by page, in any order."""
    teller = Teller(database, None, TERMS)
    for number in range(4):
        teller.tell_lead(f"L{number}", {})
    for order in QueueOrder:
        first = ask(teller, EVERYBODY, order, most=3)
        rest = ask(teller, EVERYBODY, order, most=3, after=first.last)
        assert sorted([*first.ids, *rest.ids]) == ["L0", "L1", "L2", "L3"]
    assert see(teller, "L0")[0].score is None


def test_filters_narrow_the_queue(teller: Teller) -> None:
    """Owner, bucket, stage and closed leads: nothing else comes through."""
    teller.tell(*(ToldLead(id=f"{o}-{n}", attributes=json.dumps(KEEN), owner_id=o) for o in "ab" for n in (1, 2)))
    teller.tell(ToldStage(lead_id="a-2", key=b"x", stage="lost", occurred_at=NOW))
    hand_over(teller, "b-2", hours_ago=1)
    assert ask(teller, QueueFilter(now=NOW, owner_id="a")).ids == ["a-1"]
    assert ask(teller, QueueFilter(now=NOW, stages=("sql",))).ids == ["b-2"]
    bucket = see(teller, "a-1")[0].bucket
    assert bucket is not None
    assert "a-1" in ask(teller, QueueFilter(now=NOW, buckets=(bucket,))).ids
    others = tuple({"hot", "warm", "cold"} - {bucket})
    assert "a-1" not in ask(teller, QueueFilter(now=NOW, buckets=others)).ids


def test_snoozed_leads_are_left_out_until_they_are_asked_for_or_wake(teller: Teller) -> None:
    """A snooze takes a lead out of the queue, and the queue of the snoozed shows it."""
    teller.tell_lead("tired")
    teller.tell(Snooze(lead_id="tired", until=NOW + DAY))
    assert ask(teller, EVERYBODY).ids == []
    assert ask(teller, QueueFilter(now=NOW, is_snoozed=True)).ids == ["tired"]
    assert ask(teller, QueueFilter(now=NOW + 2 * DAY)).ids == ["tired"]


@pytest.mark.parametrize(
    ("words", "found"),
    [("äiti", ["L-1"]), ("ÄITI oy", ["L-1"]), ("oy", ["L-1", "L-2"]), ("L-2", ["L-2"]), ("%", []), ("nobody", [])],
)
def test_search_finds_names_companies_and_beginnings_of_ids(teller: Teller, words: str, found: list[str]) -> None:
    """Whatever the case, in what the lead or its account says; signs of a pattern are letters."""
    teller.tell_account("acme", {"company": "Acme Oy"})
    teller.tell_lead("L-1", {**KEEN, "name": "Äiti Virtanen"}, account_id="acme")
    teller.tell_lead("L-2", {**KEEN, "name": "Bo", "company": "Bo Oy"})
    assert sorted(ask(teller, EVERYBODY, words=words).ids) == found


def test_counts_say_what_is_hot_overdue_due_and_asleep(teller: Teller) -> None:
    """Each lead counts once, whatever its bucket."""
    for lead_id in ("late", "soon", "free"):
        teller.tell_lead(lead_id)
    hand_over(teller, "late", hours_ago=30)
    hand_over(teller, "soon", hours_ago=23)
    with teller.database.reading() as connection:
        counts = count_queue(connection, owner_id=None, now=NOW, day_ends_at=NOW + 2 * HOUR_MICROS)
    assert (counts.overdue, counts.due_today, counts.snoozed) == (1, 1, 0)
    assert counts.hot == sum(lead.bucket == "hot" for lead in see(teller, "late", "soon", "free"))


def test_an_empty_queue_says_why(teller: Teller) -> None:
    """There are no leads; none is yours; or the filters let none through."""
    with teller.database.reading() as connection:
        assert find_emptiness(connection, "ada") == "leads"
    teller.tell_lead("L", owner_id="bo")
    with teller.database.reading() as connection:
        told = [find_emptiness(connection, owner_id) for owner_id in ("ada", "bo", None)]
    assert told == ["own", "filter", "filter"]


def test_a_row_tells_the_trend_the_last_event_and_what_raises_the_score(teller: Teller) -> None:
    """A week later: the points since then, at most two raising reasons, and the latest thing it did."""
    teller.tell_lead("L")
    teller.wait(8)
    teller.tell_downloads("L", 5)
    teller.tell(ToldEvent(lead_id="L", key=b"v", type="visit", occurred_at=teller.now - 1))
    lead = see(teller, "L")[0]
    assert lead.score is not None
    assert lead.past[0] is not None
    assert lead.change == lead.score - lead.past[0]
    assert lead.last_event == ("visit", teller.now - 1)
    assert 1 <= len(lead.reasons) <= 2


def test_a_withheld_probability_gives_no_expected_value(database: Database, tmp_path: Path) -> None:
    """Where the model vouches for the rank alone a row shows the score, and no euros that it would be worth."""
    teller = Teller(database, put_in_force(tmp_path, withheld="not calibrated"), TERMS)
    teller.tell_lead("L")
    lead = see(teller, "L")[0]
    assert (lead.probability, lead.appraisal.expected) == (None, None)
    assert lead.score is not None


def test_deal_values_follow_won_deals_and_are_remembered_for_an_hour(teller: Teller) -> None:
    """Within the hour nothing is measured again; the next hour knows the deals of the one before."""
    appraiser = Appraiser()

    def take(now: int) -> float | None:
        with teller.database.reading() as connection:
            return appraiser.take_values(connection, now=now, terms=Terms(name="bare")).average.euros

    assert take(NOW) is None
    teller.tell_lead("won", KEEN)
    teller.tell(ToldStage(lead_id="won", key=b"w", stage="customer", occurred_at=NOW - 1, value=700.0))
    assert take(NOW) is None
    assert take(NOW + 2 * HOUR_MICROS) == 700.0


def test_reading_takes_as_many_queries_however_many_rows(teller: Teller) -> None:
    """Eleven rows take as many queries as one."""
    for number in range(12):
        teller.tell_lead(f"L{number}")
        hand_over(teller, f"L{number}", hours_ago=number)
        teller.tell(ToldContact(lead_id=f"L{number}", key=b"c", kind="call", occurred_at=NOW))
    counted = []
    for n_rows in (1, 11):
        queries: list[str] = []
        with teller.database.reading() as connection:
            values = measure_deal_values(connection, NOW, TERMS)
            event.listen(connection, "before_cursor_execute", lambda *told, q=queries: q.append(told[2]))
            page = list_queue(connection, EVERYBODY, QueueOrder.DUE, values=values, most=n_rows)
            read_queued(connection, page.ids, values, NOW)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 14
