"""Looking back: history is judged by how warm leads were then, not by how warm they are now."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agreement.commitments import Response
from agreement.episodes import HOUR_MICROS
from agreement.terms import Terms
from features.times import DAY, SECOND
from serving.store.database import Database
from serving.store.promise_tables import timers
from serving.usecases.told import ToldStage
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force

_DAY_SECONDS = DAY // SECOND
TERMS = Terms(
    response=tuple(Response(bucket=bucket, first_contact_micros=HOUR_MICROS) for bucket in ("cold", "warm", "hot"))
)


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force."""
    return Teller(database, put_in_force(tmp_path), TERMS)


def hand_over(teller: Teller, *, days_ago: float, lead_id: str = "L") -> ToldStage:
    """Make a hand-over of some days ago."""
    at = teller.now - int(days_ago * DAY)
    return ToldStage(lead_id=lead_id, key=str(at).encode(), stage="sql", occurred_at=at, batch="history")


def give_back(teller: Teller, *, days_ago: float) -> ToldStage:
    """Make the lead marketing's again."""
    at = teller.now - int(days_ago * DAY)
    return ToldStage(lead_id="L", key=str(at).encode(), stage="mql", occurred_at=at, batch="history")


def download(teller: Teller, *, days_ago: float, count: int = 9, lead_id: str = "L") -> None:
    """Let a lead download something, days ago."""
    first = int(days_ago * _DAY_SECONDS)
    teller.tell(*(teller.make_event(lead_id, ago=first + number) for number in range(count)))


def list_buckets(teller: Teller) -> list[Any]:
    """List leads' timers with the bucket that each was started for, in the order of time."""
    with teller.database.reading() as connection:
        found = select(timers.c.lead_id, timers.c.bucket).order_by(timers.c.started_at)
        return [tuple(row) for row in connection.execute(found)]


def test_a_lead_that_was_hot_then_had_the_duties_of_a_hot_one(teller: Teller) -> None:
    """Its downloads lie months back: today it is not hot, and on the day of its hand-over it was."""
    teller.tell_lead("L", KEEN, created_at=teller.now - 120 * DAY)
    download(teller, days_ago=100)
    teller.tell(hand_over(teller, days_ago=99.9))
    assert list_buckets(teller) == [("L", "hot")]


def test_each_hand_over_has_the_bucket_of_its_own_day(teller: Teller) -> None:
    """Before it did anything it was not hot; after that it was; what came later does not count."""
    teller.tell_lead("L", KEEN, created_at=teller.now - 120 * DAY)
    teller.tell_lead("M", KEEN, created_at=teller.now - 120 * DAY)
    download(teller, days_ago=60)
    teller.tell(
        hand_over(teller, days_ago=61),
        give_back(teller, days_ago=60.5),
        hand_over(teller, days_ago=59.9),
        hand_over(teller, days_ago=50, lead_id="M"),
    )
    (first, before), (second, after), (_, quiet) = list_buckets(teller)
    assert (first, second, after) == ("L", "L", "hot")
    assert before == quiet != "hot"


def test_without_a_scorer_there_is_no_bucket_to_find(database: Database) -> None:
    """Nobody can say how warm a lead was: nothing is owed within a time, and nothing breaks."""
    teller = Teller(database, None, TERMS)
    teller.tell_lead("L", KEEN)
    teller.tell(hand_over(teller, days_ago=3))
    assert list_buckets(teller) == []
