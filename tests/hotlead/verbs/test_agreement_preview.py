"""What people read of hot leads before they sign: how many a week, and how many they can answer."""

from pathlib import Path
from typing import Any

from agreement.people import Person
from agreement.terms import Terms
from features.times import DAY
from hotlead.verbs.agreement import preview
from hotlead.verbs.agreement.preview import list_preview
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force

TERMS = Terms(people=(Person(id="anna", capacity_per_week=3.0), Person(id="ben", capacity_per_week=2.0)))


def test_nothing_is_said_where_nothing_was_scored(tmp_path: Path) -> None:
    """Without a store no store is made, and no number is invented."""
    assert list(list_preview(TERMS, tmp_path / "home")) == []
    assert not (tmp_path / "home").exists()


def test_hot_leads_a_week_are_said_beside_what_people_can_answer(tmp_path: Path, monkeypatch: Any) -> None:
    """From weeks of scores: an interval at the threshold in force, the capacity, and the threshold that fits it."""
    database = Database(sqlite_url(tmp_path))
    migrate(database)
    teller = Teller(database, put_in_force(tmp_path))
    for week in range(5):
        for number in range(week % 2 + 2):
            teller.tell_lead(f"L{week}-{number}", KEEN)
            teller.tell_downloads(f"L{week}-{number}", 4)
        teller.wait(7)
    database.close()
    monkeypatch.setattr(preview, "read_clock", lambda: teller.now + DAY)
    hot, capacity, fitting = list_preview(TERMS, tmp_path)
    assert hot.startswith("Hot leads a week: ")
    assert "(80 %, from 5 weeks) at the threshold in force." in hot
    assert capacity == "Its people can answer 5 a week."
    assert fitting.startswith("A threshold of 0.")
